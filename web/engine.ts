/** Choice of the engine in a browser. @module */

import { type Engine, useEngine } from "../engine/mod.ts";

/**
 * Starts WebGPU on a hardware adapter, otherwise WebAssembly.
 *
 * @param options `wasm` is the address of the folder with the binaries of tfjs-backend-wasm; `engine`
 *   chooses by name.
 * @returns The engine, and the reason for the choice.
 */
export async function startEngine(
  { wasm, engine = "auto" }: {
    readonly wasm: string;
    readonly engine?: "auto" | "webgpu" | "wasm";
  },
): Promise<Engine & { readonly reason: string }> {
  const options = { wasmPath: wasm };
  if (engine !== "auto") return { ...await useEngine(engine, options), reason: "chosen" };
  let reason = "the browser has no WebGPU";
  if ("gpu" in navigator) {
    try {
      const gpu = await useEngine("webgpu");
      if (!gpu.software) return { ...gpu, reason: "a hardware WebGPU adapter" };
      reason = `the WebGPU adapter, ${gpu.device}, is software`;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  return { ...await useEngine("wasm", options), reason };
}
