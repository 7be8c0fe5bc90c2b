/**
 * The time steps of ResShift (Yue et al. 2023): √η grows geometrically with a power of the index.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Timesteps } from "./timesteps.ts";

/** Options of {@linkcode resShift}. */
export interface ResShiftOptions {
  /** κ > 0 of the schedule. Default 2. */
  readonly kappa?: number;
  /** η_1 in (0, η_T). Default 0.0004, the paper's (0.04/κ)² for κ = 2. */
  readonly etaFirst?: number;
  /** η_T, below 1. Default 0.999. */
  readonly etaLast?: number;
  /** Power p > 0 of the index. Default 0.3. */
  readonly power?: number;
}

const DEFAULTS = { kappa: 2, etaFirst: 0.0004, etaLast: 0.999, power: 0.3 } as const;

/**
 * √η_i = √η_1·b^(β_i) with β_i = ((i − 1)/(N − 1))^p·(N − 1) and b^(N−1) = √(η_N/η_1), for i = N … 1;
 * σ_i = κ√η_i/(1 − η_i), then 0. One step starts at η_N.
 *
 * @throws {RangeError} If not 0 < η_1 < η_N < 1; from `sigmas`, if `steps` is not an integer ≥ 1.
 *
 * @example
 * ```ts
 * import { resShift } from "./res_shift.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(resShift().sigmas(15)[0]!, 2 * Math.sqrt(0.999) / 0.001, 1e-9);
 * ```
 */
export function resShift({
  kappa = DEFAULTS.kappa,
  etaFirst = DEFAULTS.etaFirst,
  etaLast = DEFAULTS.etaLast,
  power = DEFAULTS.power,
}: ResShiftOptions = {}): Timesteps {
  if (!(etaFirst > 0 && etaLast > etaFirst && etaLast < 1)) {
    throw new RangeError(
      `Cannot place time steps: 0 < etaFirst < etaLast < 1 must hold, got ${etaFirst} and ${etaLast}`,
    );
  }
  const sigma = (eta: number) => kappa * Math.sqrt(eta) / (1 - eta);
  return {
    sigmas(steps) {
      if (!Number.isSafeInteger(steps) || steps < 1) {
        throw new RangeError(
          `Cannot place time steps: steps must be an integer ≥ 1, got ${steps}`,
        );
      }
      const inner = Array.from({ length: Math.max(0, steps - 2) }, (_, i) => {
        const part = ((steps - 2 - i) / (steps - 1)) ** power;
        return sigma(etaFirst * (etaLast / etaFirst) ** part);
      });
      return [sigma(etaLast), ...inner, ...(steps > 1 ? [sigma(etaFirst)] : []), 0];
    },
  };
}

/** Catalog entry of {@linkcode resShift}. */
export const resShiftEntry: Entry<ResShiftOptions, Timesteps> = {
  summary: "ResShift's η_i: √η geometric in a power of the index",
  create: resShift,
  checks: {
    kappa: number({ above: 0 }),
    etaFirst: number({ above: 0, below: 1 }),
    etaLast: number({ above: 0, below: 1 }),
    power: number({ above: 0 }),
  },
  defaults: DEFAULTS,
};
