/**
 * RDDM (Liu et al. 2024, "Residual denoising diffusion models"): x ~ N(x0 + ᾱ(μ − x0), β̄²) on t in
 * [0, 1], with the paper's α_t ∝ 1 − t and β_t² ∝ t.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode rddm}. */
export interface RddmOptions {
  /** β̄(1) > 0, the noise at the end. Default 0.1, the paper's β̄² = 0.01 for restoration. */
  readonly beta?: number;
}

const DEFAULTS = { beta: 0.1 } as const;

/**
 * ᾱ = 1 − (1 − t)² and β̄ = β̄(1)·t, hence s = (1 − t)² and σ = β̄(1)·t/(1 − t)². s(1) = 0 and
 * σ(1) = ∞: sampling starts just before (`timesteps/time.ts`).
 *
 * @example
 * ```ts
 * import { rddm } from "./rddm.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rddm().s(0.5), 0.25);
 * ```
 */
export function rddm({ beta = DEFAULTS.beta }: RddmOptions = {}): Schedule {
  return {
    end: 1,
    sigma: (t) => beta * t / (1 - t) ** 2,
    sigmaDot: (t) => beta * (1 + t) / (1 - t) ** 3,
    sigmaInverse: (sigma) => {
      const u = sigma / beta;
      return 2 * u / (2 * u + 1 + Math.sqrt(4 * u + 1));
    },
    s: (t) => (1 - t) ** 2,
    sDot: (t) => -2 * (1 - t),
  };
}

/** Catalog entry of {@linkcode rddm}. */
export const rddmEntry: Entry<RddmOptions, Schedule> = {
  summary: "RDDM: residual and noise with schedules of their own, s = (1 − t)²",
  create: rddm,
  checks: { beta: number({ above: 0 }) },
  defaults: DEFAULTS,
};
