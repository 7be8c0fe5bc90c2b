/**
 * IR-SDE (Luo et al. 2023, "Image restoration with mean-reverting stochastic differential
 * equations"): dx = θ(t)(μ − x)dt + g(t)dw with g² = 2λ²θ, on t in [0, 1].
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { reversion, type ReversionShape, reversionShape } from "./reversion.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode irSde}. */
export interface IrSdeOptions {
  /**
   * Stationary standard deviation λ > 0 of x, on the network's scale [−1, 1]. Default 20/255, the
   * paper's 10/255 on [0, 1].
   */
  readonly lambda?: number;
  /** Shape of θ(t). Default "cosine", the paper's choice. */
  readonly theta?: ReversionShape;
  /** e^(−θ̄(1)), what is left of x0 at the end, in (0, 1). Default 0.005 (the paper's δ). */
  readonly delta?: number;
}

const DEFAULTS = { lambda: 20 / 255, theta: "cosine", delta: 0.005 } as const;

/**
 * x ~ N(μ + (x0 − μ)e^(−θ̄), λ²(1 − e^(−2θ̄))): s = e^(−θ̄), σ = λ√(e^(2θ̄) − 1), with
 * k = √(1 + σ²/λ²) − 1.
 *
 * @example
 * ```ts
 * import { irSde } from "./ir_sde.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(irSde().s(1), 0.005, 1e-12);
 * ```
 */
export function irSde({
  lambda = DEFAULTS.lambda,
  theta = DEFAULTS.theta,
  delta = DEFAULTS.delta,
}: IrSdeOptions = {}): Schedule {
  const { rate, total, inverse } = reversion({ shape: theta, delta });
  const sigma = (t: number) => lambda * Math.sqrt(Math.expm1(2 * total(t)));
  return {
    end: 1,
    sigma,
    sigmaDot: (t) => lambda ** 2 * rate(t) * Math.exp(2 * total(t)) / sigma(t),
    sigmaInverse: (value) => inverse(Math.log1p((value / lambda) ** 2) / 2),
    s: (t) => Math.exp(-total(t)),
    sDot: (t) => -rate(t) * Math.exp(-total(t)),
  };
}

/** Catalog entry of {@linkcode irSde}. */
export const irSdeEntry: Entry<IrSdeOptions, Schedule> = {
  summary: "IR-SDE: an Ornstein–Uhlenbeck process with θ(t) constant, linear or cosine",
  create: irSde,
  checks: {
    lambda: number({ above: 0 }),
    theta: reversionShape,
    delta: number({ above: 0, below: 1 }),
  },
  defaults: DEFAULTS,
};
