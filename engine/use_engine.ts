/** Selection of the engine that executes tensors. @module */

import { tf } from "./tfjs.ts";

/** Name of an engine. */
export type EngineName = "webgpu" | "native" | "wasm" | "cpu";

/** Names that {@linkcode useEngine} accepts. */
export const ENGINES = ["auto", "webgpu", "native", "wasm", "cpu"] as const;

/** The engine in use. */
export interface Engine {
  /** Engine that was selected; never "auto". */
  readonly name: EngineName;
  /** Human-readable name of its device. */
  readonly device: string;
  /** True if a WebGPU adapter computes on the CPU. */
  readonly software: boolean;
  /** True if products are computed in float16 where that is safe. */
  readonly float16?: boolean;
}

/** Options of {@linkcode useEngine}. */
export interface UseEngineOptions {
  /** On webgpu, report the op that caused an error; slow. Default false. */
  readonly debug?: boolean;
  /** On webgpu, use this library's shaders; false uses those of TensorFlow.js only. Default true. */
  readonly shaders?: boolean;
  /**
   * On webgpu, multiply in float16 and accumulate in float32 where the adapter supports it
   * (shader-f16) and no gradient is recorded. Changes a network's output by about 1e-3 and a restored
   * image by less than 0.01 dB.
   * Default false.
   */
  readonly float16?: boolean;
  /** On native, CPU threads. Default: one per core. */
  readonly threads?: number;
  /** On native, file name prefix for profiles of the graphs. Default: none are written. */
  readonly profile?: string;
  /** On wasm, address of the folder with its binaries. Default: where the package has them. */
  readonly wasmPath?: string;
  /** Engines that `auto` skips, for example because they failed. Default none. */
  readonly without?: readonly EngineName[];
  /** Receives one line with the engine and the reason for the choice. Default: stderr. */
  readonly log?: (line: string) => void;
}

/**
 * Selects the engine that executes tensors, for the whole program.
 *
 * `auto` takes WebGPU on a hardware adapter, otherwise native, and logs its choice. An engine that does
 * not work is an error; there is no silent fallback.
 *
 * @throws {Error} If the engine is not available; the message names what is missing.
 *
 * @example
 * ```ts
 * import { useEngine } from "./use_engine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const engine = await useEngine("cpu");
 * assertEquals(engine.name, "cpu");
 * ```
 */
export async function useEngine(
  name: EngineName | "auto" = "auto",
  options: UseEngineOptions = {},
): Promise<Engine> {
  // Production mode skips tfjs's per-op NaN scan and its banner.
  tf.enableProdMode();
  const engine = await startEngine(name, options);
  if (options.float16 && !engine.float16) {
    const { log = (line: string) => console.error(line) } = options;
    log(
      `float32, not float16: ${
        engine.name === "webgpu" ? `${engine.device} has no shader-f16` : `engine ${engine.name}`
      }`,
    );
  }
  return engine;
}

async function startEngine(
  name: EngineName | "auto",
  options: UseEngineOptions,
): Promise<Engine> {
  switch (name) {
    case "auto":
      return await chooseEngine(options);
    case "webgpu": {
      const engine = await useWebgpu(options);
      if (engine !== undefined) return engine;
      throw new Error(
        "Cannot use engine webgpu: there is no WebGPU adapter. It needs a GPU with a Vulkan, Metal " +
          "or Direct3D 12 driver (Mesa's llvmpipe is enough for tests); or use --engine wasm",
      );
    }
    case "native":
      return await useNative(options);
    case "wasm":
      return await useWasm(options);
    case "cpu":
      return await useCpu();
    default:
      throw new RangeError(
        `Cannot use engine ${name}: it must be one of ${ENGINES.join(", ")}`,
      );
  }
}

async function chooseEngine(options: UseEngineOptions): Promise<Engine> {
  const { without = [], log = (line) => console.error(line) } = options;
  const { requestDevice } = await import("./webgpu/device.ts");
  const excluded = without.includes("webgpu");
  const granted = excluded ? undefined : await requestDevice();
  granted?.device.destroy();
  let engine: Engine | undefined;
  let reason: string;
  if (granted !== undefined && !granted.software) {
    engine = await useWebgpu(options);
    reason = "a hardware WebGPU adapter";
  } else {
    reason = excluded
      ? "without webgpu"
      : granted === undefined
      ? "no WebGPU adapter"
      : `the WebGPU adapter, ${granted.description}, is software`;
  }
  engine ??= await useNative(options);
  log(`engine ${engine.name} on ${engine.device}: ${reason}`);
  return engine;
}

async function useNative({ threads, profile }: UseEngineOptions): Promise<Engine> {
  const { NATIVE, NativeBackend, registerKernels } = await import("./native/backend.ts");
  const { NativeHost } = await import("./native/host.ts");
  const count = threads ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  const old = tf.findBackend(NATIVE) as InstanceType<typeof NativeBackend> | null;
  // Tensors live as long as their backend, so the backend stays while its options do.
  if (old === null || old.threads !== count || old.profile !== profile) {
    const host = new NativeHost();
    await host.start();
    if (old !== null) {
      await old.host.terminate();
      tf.removeBackend(NATIVE);
    }
    tf.registerBackend(NATIVE, () => new NativeBackend(host, { threads: count, profile }));
    registerKernels();
  }
  await start(NATIVE);
  const device = `${count} CPU thread${count === 1 ? "" : "s"} (onnxruntime)`;
  return { name: "native", device, software: false };
}

async function useWebgpu(
  { debug = false, shaders = true, float16 = false }: UseEngineOptions,
): Promise<Engine | undefined> {
  const { GuardedWebGPUBackend } = await import("./webgpu/backend.ts");
  const { requestDevice } = await import("./webgpu/device.ts");
  const { registerShaderKernels, unregisterShaderKernels } = await import(
    "./webgpu/kernels/register.ts"
  );
  const granted = await requestDevice();
  if (granted === undefined) return undefined;
  const { device, info, description, software } = granted;
  tf.removeBackend("webgpu");
  tf.registerBackend(
    "webgpu",
    () => new GuardedWebGPUBackend(device, { info, debug, float16, chains: shaders }),
  );
  if (shaders) registerShaderKernels();
  else unregisterShaderKernels();
  await start("webgpu");
  // On a software adapter measuring takes seconds, and tilings differ little.
  if (shaders && !software) await setTilings(description);
  const halves = float16 && device.features.has("shader-f16");
  return { name: "webgpu", device: description, software, ...(halves && { float16: true }) };
}

/** Sets the tilings of an adapter: stored ones, otherwise measured now (about a second). */
async function setTilings(adapter: string): Promise<void> {
  const { tuneProducts } = await import("./webgpu/kernels/products.ts");
  const { storeChoices, storedChoices } = await import("./webgpu/tune.ts");
  const backend = tf.backend() as unknown as Parameters<typeof tuneProducts>[0];
  const stored = storedChoices(adapter);
  if (stored === undefined) storeChoices(adapter, await tuneProducts(backend));
  else backend.tilings = stored;
}

async function useWasm({ wasmPath }: UseEngineOptions): Promise<Engine> {
  const { setWasmPaths } = await import("./wasm/backend.ts");
  if (wasmPath !== undefined) setWasmPaths(wasmPath);
  const { repairBatchMatMul } = await import("./wasm/batch_mat_mul.ts");
  const { borrowKernels } = await import("./wasm/borrowed_kernels.ts");
  const { repairGather } = await import("./wasm/gather.ts");
  const { repairSplit } = await import("./wasm/split.ts");
  const { repairTranspose } = await import("./wasm/transpose.ts");
  const fresh = tf.engine().registry["wasm"] === undefined;
  await start("wasm");
  if (fresh) {
    repairBatchMatMul();
    repairTranspose();
    repairGather();
    repairSplit();
    borrowKernels();
  }
  return { name: "wasm", device: "one CPU thread", software: false };
}

async function useCpu(): Promise<Engine> {
  await start("cpu");
  return { name: "cpu", device: "one JavaScript thread", software: false };
}

async function start(name: EngineName): Promise<void> {
  if (!await tf.setBackend(name)) {
    const hint = name === "wasm"
      ? "; Deno must be allowed to read its binary in Deno's cache; add --allow-read"
      : "";
    throw new Error(`Cannot use engine ${name}: it did not start${hint}`);
  }
  await tf.ready();
}
