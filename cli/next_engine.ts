/**
 * Going on where a GPU fails: with `--engine auto` the next engine takes over, and it is said.
 *
 * @module
 */

import { DeviceLostError, type Engine, type EngineName, GpuError } from "../engine/mod.ts";

/** What starts an engine. */
export interface Starts {
  /** Starts what `--engine` names; of `auto`, none of `without`. */
  engine(without?: readonly EngineName[]): Promise<Engine>;
  /** Whether the engine was left to the program. */
  readonly automatic: boolean;
  log(line: string): void;
}

/**
 * Runs the work on an engine; where that is a GPU that is lost, out of memory or too small, on the
 * next one, from its beginning, if the engine was not asked for by name.
 *
 * @param work Must load its tensors itself: those of a lost device are gone.
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
    starts.log(`engine webgpu on ${engine.device} ${what}: ${error.message}`);
    const next = await starts.engine(["webgpu"]);
    starts.log(`starting again with engine ${next.name} on ${next.device}`);
    return await work(next);
  }
}
