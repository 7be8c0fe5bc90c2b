/**
 * The paper's schedule: s(t) = 1/(1 + αt), σ(t) = t (Sec. 3.2), hence k(t) = αt.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode rational}. */
export interface RationalOptions {
  /** Mean-reversion rate α, per unit of t. Default 3 (Tab. 3). */
  readonly alpha?: number;
}

const DEFAULTS = { alpha: 3 } as const;

/**
 * s(t) = 1/(1 + αt) with σ(t) = t: the weight of μ grows linearly, k(t) = αt.
 *
 * @example
 * ```ts
 * import { rational } from "./rational.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rational({ alpha: 3 }).s(1), 0.25);
 * ```
 */
export function rational({ alpha = DEFAULTS.alpha }: RationalOptions = {}): Schedule {
  return {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s: (t) => 1 / (1 + alpha * t),
    sDot: (t) => -alpha / (1 + alpha * t) ** 2,
  };
}

/** Catalog entry of {@linkcode rational}. */
export const rationalEntry: Entry<RationalOptions, Schedule> = {
  summary: "s = 1/(1 + αt), σ = t: the paper's schedule",
  create: rational,
  checks: { alpha: number({ above: 0 }) },
  defaults: DEFAULTS,
};
