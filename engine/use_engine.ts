/** Choosing what executes the tensors. @module */

import { tf } from "./tfjs.ts";

/** Engines by name. */
export type EngineName = "webgpu" | "wasm" | "cpu";

/** All names that {@linkcode useEngine} takes. */
export const ENGINES = ["auto", "webgpu", "wasm", "cpu"] as const;

/** What runs the tensors from now on. */
export interface Engine {
  readonly name: EngineName;
  /** The device behind it, for people. */
  readonly device: string;
  /** Whether a WebGPU adapter computes on the CPU. */
  readonly software: boolean;
}

/** Options of {@linkcode useEngine}. */
export interface UseEngineOptions {
  /** On webgpu, name the op behind an error; slow. Default false. */
  readonly debug?: boolean;
  /** Receives one line on what was chosen and why. Default: stderr. */
  readonly log?: (line: string) => void;
}

/**
 * Makes an engine the one that executes tensors, for the whole program.
 *
 * `auto` takes WebGPU if its adapter is hardware, else wasm, else cpu, and says so. A named engine
 * that does not work is an error: nothing falls back in silence.
 *
 * @throws {Error} If the engine is not available here; the message says what is missing.
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
  { debug = false, log = (line) => console.error(line) }: UseEngineOptions = {},
): Promise<Engine> {
  // Production mode skips tfjs's per-op NaN scan and its banner.
  tf.enableProdMode();
  switch (name) {
    case "auto":
      return await chooseEngine({ debug, log });
    case "webgpu": {
      const engine = await useWebgpu(debug);
      if (engine !== undefined) return engine;
      throw new Error(
        "Cannot use engine webgpu: there is no WebGPU adapter (a GPU with a Vulkan, Metal or " +
          "Direct3D 12 driver is needed; Mesa's llvmpipe does for tests); try --engine wasm",
      );
    }
    case "wasm":
      return await useWasm();
    case "cpu":
      return await useCpu();
    default:
      throw new RangeError(
        `Cannot use engine ${name}: it must be one of ${ENGINES.join(", ")}`,
      );
  }
}

async function chooseEngine({ debug, log }: Required<UseEngineOptions>): Promise<Engine> {
  const { requestDevice } = await import("./webgpu/backend.ts");
  const granted = await requestDevice();
  granted?.device.destroy();
  let engine: Engine | undefined;
  let reason: string;
  if (granted !== undefined && !granted.software) {
    engine = await useWebgpu(debug);
    reason = "a hardware WebGPU adapter";
  } else {
    reason = granted === undefined
      ? "no WebGPU adapter"
      : `the WebGPU adapter, ${granted.description}, is software`;
  }
  if (engine === undefined) {
    try {
      engine = await useWasm();
    } catch (error) {
      reason += `; wasm does not start (${error instanceof Error ? error.message : error})`;
      engine = await useCpu();
    }
  }
  log(`engine ${engine.name} on ${engine.device}: ${reason}`);
  return engine;
}

async function useWebgpu(debug: boolean): Promise<Engine | undefined> {
  const { GuardedWebGPUBackend, requestDevice } = await import("./webgpu/backend.ts");
  const granted = await requestDevice();
  if (granted === undefined) return undefined;
  const { device, info, description, software } = granted;
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new GuardedWebGPUBackend(device, { info, debug }));
  await start("webgpu");
  return { name: "webgpu", device: description, software };
}

async function useWasm(): Promise<Engine> {
  await import("./wasm/backend.ts");
  const { repairBatchMatMul } = await import("./wasm/batch_mat_mul.ts");
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
  }
  return { name: "wasm", device: "one CPU thread", software: false };
}

async function useCpu(): Promise<Engine> {
  await start("cpu");
  return { name: "cpu", device: "one JavaScript thread", software: false };
}

async function start(name: EngineName): Promise<void> {
  if (!await tf.setBackend(name)) throw new Error(`Cannot use engine ${name}: it did not start`);
  await tf.ready();
}
