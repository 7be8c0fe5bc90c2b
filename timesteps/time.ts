/**
 * Time steps that are evenly spaced in the time of the process, as most mean-reverting processes and
 * bridges are sampled.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { ProcessTime, Timesteps } from "./timesteps.ts";

/** Options of {@linkcode time}. */
export interface TimeOptions {
  /**
   * Distance from the end of the process at which a process with σ(end) = ∞ starts, relative to the
   * end, in (0, 1). There s ≤ gap, so x differs from μ plus noise by at most gap·(x0 − μ). Default
   * 1e-9.
   */
  readonly gap?: number;
}

const DEFAULTS = { gap: 1e-9 } as const;

/**
 * σ(t_i) with t_i = T·(1 − i/N), then 0; T is the end of the process, or T(1 − gap) where σ(T) = ∞.
 *
 * @throws {RangeError} From `sigmas`, if the schedule has no end or `steps` is not an integer ≥ 1.
 *
 * @example
 * ```ts
 * import { time } from "./time.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const process = { sigma: (t: number) => t / (1 - t / 2), end: 1 };
 * assertEquals(time().sigmas(2, process), [2, 0.5 / 0.75, 0]);
 * ```
 */
export function time({ gap = DEFAULTS.gap }: TimeOptions = {}): Timesteps {
  return {
    sigmas(steps, schedule) {
      const end = endOf(schedule);
      if (!Number.isSafeInteger(steps) || steps < 1) {
        throw new RangeError(
          `Cannot place time steps: steps must be an integer ≥ 1, got ${steps}`,
        );
      }
      const last = schedule!.sigma(end) < Infinity ? end : end * (1 - gap);
      return Array.from(
        { length: steps + 1 },
        (_, i) => i === steps ? 0 : schedule!.sigma(i === 0 ? last : end * (1 - i / steps)),
      );
    },
  };
}

function endOf(schedule: ProcessTime | undefined): number {
  if (schedule?.end !== undefined) return schedule.end;
  throw new RangeError(
    "Cannot place time steps evenly in time: the schedule must be that of a process with an end, " +
      `got ${schedule === undefined ? "no schedule" : "one without"}; ` +
      "use karras, exponential or linear",
  );
}

/** Catalog entry of {@linkcode time}. */
export const timeEntry: Entry<TimeOptions, Timesteps> = {
  summary: "even in the time of a process that has an end, as IR-SDE, I2SB, flows and bridges",
  create: time,
  checks: { gap: number({ above: 0, below: 1 }) },
  defaults: DEFAULTS,
};
