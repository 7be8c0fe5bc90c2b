/**
 * Disables the telemetry of onnxruntime. Since 1.30 it sends usage data on Linux and macOS, unless the
 * variable ORT_DISABLE_TELEMETRY is set before the first session.
 *
 * @module
 */

import process from "node:process";

const VARIABLE = "ORT_DISABLE_TELEMETRY";

/** Members of the Deno runtime that call C. */
interface Runtime {
  readonly build: { readonly os: string };
  dlopen(
    path: string,
    symbols: {
      readonly setenv: {
        readonly parameters: readonly ["buffer", "buffer", "i32"];
        readonly result: "i32";
      };
    },
  ): {
    readonly symbols: { setenv(name: BufferSource, value: BufferSource, over: number): number };
    close(): void;
  };
}

/** C library by operating system; onnxruntime sends nothing on others. */
const LIBRARIES: Readonly<Record<string, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/**
 * Sets the variable with C's `setenv`, for which the permission to call native code suffices. C does not
 * see a worker's own environment, which is a copy.
 */
function setByC(runtime: Runtime): void {
  const library = LIBRARIES[runtime.build.os];
  if (library === undefined) return;
  const text = (value: string) => new TextEncoder().encode(`${value}\0`);
  const opened = runtime.dlopen(library, {
    setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  });
  // An existing value is kept.
  opened.symbols.setenv(text(VARIABLE), text("1"), 0);
  opened.close();
}

/** True if the user has set the variable; false without permission to read it. */
function isSet(): boolean {
  try {
    return process.env[VARIABLE] !== undefined;
  } catch {
    return false;
  }
}

/**
 * Disables telemetry; to be called before onnxruntime is loaded.
 *
 * @throws {Error} If C cannot be called and the variable is not set; onnxruntime must not be loaded
 *   then.
 */
export function disableTelemetry(): void {
  const { Deno: runtime } = globalThis as unknown as { readonly Deno?: Runtime };
  try {
    if (runtime === undefined) throw new Error("there is no way to call C");
    setByC(runtime);
  } catch (error) {
    if (isSet()) return;
    // Without the permission to call native code, onnxruntime cannot be loaded either.
    if (/ffi access/.test(String(error))) throw error;
    throw new Error(
      `onnxruntime would send usage data (${
        error instanceof Error ? error.message : error
      }); set ` +
        `${VARIABLE}=1 and add --allow-env=${VARIABLE}, or use --engine wasm`,
    );
  }
}
