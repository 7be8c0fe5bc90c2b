/**
 * Mean reversion at a constant rate, as in an Ornstein–Uhlenbeck process: s(t) = e^(−θt), σ(t) = t.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode exponential}. */
export interface ExponentialOptions {
  /**
   * Rate θ > 0 of the drift f(t) = θ (Eq. 3), per unit of t. Default 0.05, so that
   * k(100) = e⁵ − 1 ≈ 147.
   */
  readonly theta?: number;
}

const DEFAULTS = { theta: 0.05 } as const;

/**
 * s(t) = e^(−θt) with σ(t) = t: k(t) = e^(θt) − 1.
 *
 * s underflows at θt ≈ 745; noise levels beyond that are errors.
 *
 * @example
 * ```ts
 * import { exponential } from "./exponential.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exponential({ theta: 1 }).s(1), Math.exp(-1));
 * ```
 */
export function exponential({ theta = DEFAULTS.theta }: ExponentialOptions = {}): Schedule {
  return {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s: (t) => Math.exp(-theta * t),
    sDot: (t) => -theta * Math.exp(-theta * t),
  };
}

/** Catalog entry of {@linkcode exponential}. */
export const exponentialEntry: Entry<ExponentialOptions, Schedule> = {
  summary: "s = e^(−θt), σ = t: mean reversion at a constant rate",
  create: exponential,
  checks: { theta: number({ above: 0 }) },
  defaults: DEFAULTS,
};
