/**
 * Uniform times of a process, as most mean-reverting processes and bridges are trained.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { NoiseDistribution } from "./noise_distribution.ts";

/** Options of {@linkcode time}. */
export interface TimeOptions {
  /** Distance from both ends of the process, relative to its length, in (0, ½). Default 1e-3. */
  readonly gap?: number;
}

const DEFAULTS = { gap: 1e-3 } as const;

/**
 * σ(t) with t uniform in [T·gap, T(1 − gap)), where T is the end of the process.
 *
 * @throws {RangeError} From `sample`, if the schedule has no end.
 *
 * @example
 * ```ts
 * import { createRng } from "../core/mod.ts";
 * import { time } from "./time.ts";
 * import { assert } from "@std/assert";
 *
 * assert(time().sample(createRng(7), { sigma: (t) => 2 * t, end: 1 }) < 2);
 * ```
 */
export function time({ gap = DEFAULTS.gap }: TimeOptions = {}): NoiseDistribution {
  return {
    sample: (rng, schedule) => {
      const end = schedule?.end;
      if (end === undefined) {
        throw new RangeError(
          "Cannot draw σ evenly in time: the schedule must be that of a process with an end, got " +
            `${
              schedule === undefined ? "no schedule" : "one without"
            }; use logNormal or logUniform`,
        );
      }
      return schedule!.sigma(end * (gap + (1 - 2 * gap) * rng.uniform()));
    },
  };
}

/** Catalog entry of {@linkcode time}. */
export const timeEntry: Entry<TimeOptions, NoiseDistribution> = {
  summary: "t uniform: the training distribution of IR-SDE, I2SB, flows and bridges",
  create: time,
  checks: { gap: number({ above: 0, below: 0.5 }) },
  defaults: DEFAULTS,
};
