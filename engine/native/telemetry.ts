/**
 * Keeps onnxruntime from sending usage data: since 1.30 it does so on Linux and macOS, unless the
 * variable ORT_DISABLE_TELEMETRY is set before its first session.
 *
 * @module
 */

import process from "node:process";

const VARIABLE = "ORT_DISABLE_TELEMETRY";

/** What is needed of the runtime to call C. */
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

/** The C library by operating system; on others nothing is sent. */
const LIBRARIES: Readonly<Record<string, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/**
 * Sets the variable by C's `setenv`, which the permission to call native code covers. A worker's own
 * environment is a copy that C does not see.
 */
function setByC(runtime: Runtime): void {
  const library = LIBRARIES[runtime.build.os];
  if (library === undefined) return;
  const text = (value: string) => new TextEncoder().encode(`${value}\0`);
  const opened = runtime.dlopen(library, {
    setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  });
  // A value that is there already stays, whoever set it.
  opened.symbols.setenv(text(VARIABLE), text("1"), 0);
  opened.close();
}

/** Whether a user has set the variable; false where we may not know. */
function isSet(): boolean {
  try {
    return process.env[VARIABLE] !== undefined;
  } catch {
    return false;
  }
}

/**
 * Sees to it that nothing is sent; to be called before onnxruntime is loaded.
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
