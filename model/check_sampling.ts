/**
 * Checks that a sampler can take its steps, before any work.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { type NoiseLevel, noiseLevelAtSigma } from "../schedules/mod.ts";
import type { Modules } from "./modules.ts";

/** Paths of the modules of a run in error messages. */
export interface SamplingPath {
  /** Path of the modules. Default `$`. */
  readonly path?: string;
}

/**
 * Returns the noise levels of a run, from σ_0 to 0.
 *
 * @throws {OptionsError} If the time steps need another schedule, the process ends below σ_0, or the
 *   sampler cannot use the levels.
 */
export function samplingLevels(
  { schedule, sampler, timesteps }: Pick<Modules, "schedule" | "sampler" | "timesteps">,
  steps: number,
  { path = "$" }: SamplingPath = {},
): readonly NoiseLevel[] {
  const sigmas = within(`${path}.timesteps`, () => timesteps.sigmas(steps, schedule));
  const levels = within(
    `${path}.schedule`,
    () => sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma)),
  );
  within(`${path}.sampler`, () => sampler.check?.(levels));
  return levels;
}

/** Runs `check`; its errors carry the path. */
export function within<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new OptionsError(path, (error as Error).message);
  }
}
