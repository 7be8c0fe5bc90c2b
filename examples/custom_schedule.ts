/**
 * A custom schedule: s(t) = 1/√(1 + (αt)²) with σ(t) = t.
 *
 * With α = 1 it is the signal scale of EDM's variance-preserving process (EDM Tab. 1) as a function
 * of σ. The weight of μ, k(t) = √(1 + (αt)²) − 1, grows slowly at first; the paper's k is linear.
 *
 * `deno test examples/plugin_test.ts` runs the contract suite of schedules on it, and
 * `examples/plugin.ts` registers it by name. A plugin outside this repository imports the same names
 * from the library's URL.
 *
 * @module
 */

import type { Entry, Schedule } from "../mod.ts";
import { number } from "../core/mod.ts";

/** Options of {@linkcode variancePreserving}. */
export interface VariancePreservingOptions {
  /** Mean-reversion rate α, per unit of t. Default 3. */
  readonly alpha?: number;
}

const DEFAULTS = { alpha: 3 } as const;

/** s(t) = 1/√(1 + (αt)²), σ(t) = t. */
export function variancePreserving(
  { alpha = DEFAULTS.alpha }: VariancePreservingOptions = {},
): Schedule {
  return {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s: (t) => (1 + (alpha * t) ** 2) ** -0.5,
    sDot: (t) => -(alpha ** 2) * t * (1 + (alpha * t) ** 2) ** -1.5,
  };
}

/** Catalog entry of {@linkcode variancePreserving}. */
export const variancePreservingEntry: Entry<VariancePreservingOptions, Schedule> = {
  summary: "s = 1/√(1 + (αt)²), σ = t: the weight of μ grows slowly at first",
  create: variancePreserving,
  checks: { alpha: number({ above: 0 }) },
  defaults: DEFAULTS,
};
