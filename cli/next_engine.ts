/**
 * Fallback from a GPU that fails to the next engine, with `--engine auto` and a message.
 *
 * @module
 */

import { DeviceLostError, type Engine, type EngineName, GpuError } from "../engine/mod.ts";

/** Starts engines and reports it. */
export interface Starts {
  /** Starts the engine of `--engine`; with `auto`, none of `without` is chosen. */
  engine(without?: readonly EngineName[]): Promise<Engine>;
  /** True if `--engine` is `auto`. */
  readonly automatic: boolean;
  log(line: string): void;
}

/**
 * Runs work on an engine. If that is a GPU that is lost, out of memory or too small, and the engine
 * was chosen automatically, runs it again from the start on the next engine.
 *
 * @param work Loads its tensors itself, since those of a lost GPU cannot be read.
 */
export async function onNextEngine<T>(
  starts: Starts,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await starts.engine();
  try {
    return await work(engine);
  } catch (error) {
    if (!(error instanceof GpuError) || !starts.automatic || engine.name !== "webgpu") throw error;
    const what = error instanceof DeviceLostError ? "was lost" : "failed";
    starts.log(`engine webgpu, ${engine.device}, ${what}: ${error.message}`);
    const next = await starts.engine(["webgpu"]);
    starts.log(`restarting on engine ${next.name}, ${next.device}`);
    return await work(next);
  }
}
