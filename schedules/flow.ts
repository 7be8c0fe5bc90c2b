/**
 * Linear interpolation from x0 to μ with a little noise: InDI (Delbracio and Milanfar 2023) and
 * rectified flow from the degraded image (OAR-Flow), x(t) = (1 − t)x0 + t·μ + std(t)·n.
 *
 * With std = εt, σ = εt/(1 − t) and k = t/(1 − t) = σ/ε: the paper's `rational` with α = 1/ε, in
 * another time. With std = ε√t it is ResShift's process with κ = ε.
 *
 * @module
 */

import { type Entry, number, oneOf } from "../core/mod.ts";
import { brownianTime } from "./root.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode flow}. */
export interface FlowOptions {
  /**
   * Standard deviation ε > 0 of the noise at t = 1. Default 0.01 (InDI). A flow without noise is the
   * limit ε → 0, in which σ is only a name of time: ε = 1e-6 is below the rounding of images.
   */
  readonly epsilon?: number;
  /**
   * Growth of the noise: "linear" is std = εt, of which every step is deterministic; "brownian" is
   * std = ε√t, InDI's ε_t = ε/√t. Default "linear".
   */
  readonly noise?: "linear" | "brownian";
}

const DEFAULTS = { epsilon: 0.01, noise: "linear" } as const;

/**
 * s = 1 − t, σ = std(t)/(1 − t). s(1) = 0 and σ(1) = ∞: sampling starts just before
 * (`timesteps/time.ts`).
 *
 * @example
 * ```ts
 * import { flow } from "./flow.ts";
 * import { noiseLevelAtSigma, rational } from "./mod.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { k } = noiseLevelAtSigma(flow({ epsilon: 1 / 3 }), 10);
 * assertAlmostEquals(k, noiseLevelAtSigma(rational({ alpha: 3 }), 10).k, 1e-12);
 * ```
 */
export function flow(
  { epsilon = DEFAULTS.epsilon, noise = DEFAULTS.noise }: FlowOptions = {},
): Schedule {
  const linear = noise === "linear";
  return {
    end: 1,
    sigma: (t) => epsilon * (linear ? t : Math.sqrt(t)) / (1 - t),
    sigmaDot: (t) =>
      linear ? epsilon / (1 - t) ** 2 : epsilon * (1 + t) / (2 * Math.sqrt(t) * (1 - t) ** 2),
    sigmaInverse: (sigma) => linear ? sigma / (epsilon + sigma) : brownianTime(sigma / epsilon),
    s: (t) => 1 - t,
    sDot: () => -1,
  };
}

/** Catalog entry of {@linkcode flow}. */
export const flowEntry: Entry<FlowOptions, Schedule> = {
  summary: "InDI and flow matching from μ: s = 1 − t with noise of εt or ε√t",
  create: flow,
  checks: { epsilon: number({ above: 0 }), noise: oneOf("linear", "brownian") },
  defaults: DEFAULTS,
};
