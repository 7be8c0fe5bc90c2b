/**
 * Common part of the built-in time steps: N values from exactly σ_max to exactly σ_min, then 0.
 *
 * @module
 */

import type { Timesteps } from "./timesteps.ts";

/** Range of the noise levels. */
export interface SigmaRange {
  /** Last noise level above 0, > 0. Default 0.001 (the paper's settings). */
  readonly sigmaMin?: number;
  /** First noise level, > σ_min. Default 100 (the paper's settings). */
  readonly sigmaMax?: number;
}

/** The paper's settings. */
export const RANGE = { sigmaMin: 0.001, sigmaMax: 100 } as const;

/**
 * Time steps from σ(r), with r increasing from 0 (σ_max) to 1 (σ_min).
 *
 * @throws {RangeError} If not 0 < σ_min < σ_max; from `sigmas`, if `steps` is not an integer ≥ 1.
 */
export function falling(
  { sigmaMin, sigmaMax }: Required<SigmaRange>,
  sigmaAt: (r: number) => number,
): Timesteps {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin)) {
    throw new RangeError(
      `Cannot place time steps: 0 < sigmaMin < sigmaMax must hold, got ${sigmaMin} and ${sigmaMax}`,
    );
  }
  return {
    sigmas(steps) {
      if (!Number.isSafeInteger(steps) || steps < 1) {
        throw new RangeError(
          `Cannot place time steps: steps must be an integer ≥ 1, got ${steps}`,
        );
      }
      const inner = Array.from(
        { length: Math.max(0, steps - 2) },
        (_, i) => sigmaAt((i + 1) / (steps - 1)),
      );
      // The ends are the given values: with a rounded σ_max, S_tmax = σ_max might exclude it.
      return [sigmaMax, ...inner, ...(steps > 1 ? [sigmaMin] : []), 0];
    },
  };
}
