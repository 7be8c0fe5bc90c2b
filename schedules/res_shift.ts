/**
 * ResShift (Yue et al. 2023): x ~ N(x0 + η(μ − x0), κ²η), in the time t = η.
 *
 * η is what the published chain counts; its values η_1 … η_T are `timesteps/res_shift.ts`.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { brownianTime } from "./root.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode resShift}. */
export interface ResShiftOptions {
  /** Standard deviation κ > 0 of the noise at η = 1. Default 2 (the paper). */
  readonly kappa?: number;
}

const DEFAULTS = { kappa: 2 } as const;

/**
 * s = 1 − η, σ = κ√η/(1 − η) with η = t. s(1) = 0 and σ(1) = ∞; the published η_T is 0.999.
 *
 * @example
 * ```ts
 * import { resShift } from "./res_shift.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(resShift({ kappa: 2 }).sigma(0.25), 2 * 0.5 / 0.75);
 * ```
 */
export function resShift({ kappa = DEFAULTS.kappa }: ResShiftOptions = {}): Schedule {
  return {
    end: 1,
    sigma: (eta) => kappa * Math.sqrt(eta) / (1 - eta),
    sigmaDot: (eta) => kappa * (1 + eta) / (2 * Math.sqrt(eta) * (1 - eta) ** 2),
    sigmaInverse: (sigma) => brownianTime(sigma / kappa),
    s: (eta) => 1 - eta,
    sDot: () => -1,
  };
}

/** Catalog entry of {@linkcode resShift}. */
export const resShiftEntry: Entry<ResShiftOptions, Schedule> = {
  summary: "ResShift: the residual is shifted by η, with noise of κ√η",
  create: resShift,
  checks: { kappa: number({ above: 0 }) },
  defaults: DEFAULTS,
};
