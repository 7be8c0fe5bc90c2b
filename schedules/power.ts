/**
 * Mean reversion as a power of time: s(t) = 1/(1 + q^(1−p)·t^p), σ(t) = t, hence
 * k(t) = q^(1−p)·t^p.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode power}. */
export interface PowerOptions {
  /** Exponent p > 0 of k(t); p = 1 gives k(t) = t for every q. */
  readonly p: number;
  /** The time q > 0 at which k(q) = q. Default 1. */
  readonly q?: number;
}

const DEFAULTS = { q: 1 } as const;

/**
 * s(t) = 1/(1 + q^(1−p)·t^p) with σ(t) = t.
 *
 * For p < 1, ṡ(0) = −∞ and k̇(0) = ∞. Samplers are unaffected: they integrate y = x̃ − k·μ, whose
 * drift has no k̇. An integrator of Eq. 11 in x̃ must not evaluate the drift at t = 0.
 *
 * @example
 * ```ts
 * import { power } from "./power.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(power({ p: 2, q: 4 }).s(4), 1 / 5);
 * ```
 */
export function power({ p, q = DEFAULTS.q }: PowerOptions): Schedule {
  const rate = q ** (1 - p);
  const s = (t: number) => 1 / (1 + rate * t ** p);
  return {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s,
    sDot: (t) => -p * rate * t ** (p - 1) * s(t) ** 2,
  };
}

/** Catalog entry of {@linkcode power}. */
export const powerEntry: Entry<PowerOptions, Schedule> = {
  summary: "s = 1/(1 + q^(1−p)·t^p), σ = t: mean reversion as a power of time",
  create: power,
  checks: { p: number({ above: 0 }), q: number({ above: 0 }) },
  defaults: DEFAULTS,
};
