/**
 * Bridges of the Ornstein–Uhlenbeck process: GOUB (Yue et al. 2024) and UniDB (Zhu et al. 2025).
 *
 * IR-SDE's process (`ir_sde.ts`) that is driven to μ at t = 1. With v(a, b) = λ²(1 − e^(−2∫ₐᵇθ)), the
 * variance that the free process gains from a to b, the drift of Eq. 3 is
 *
 *     f(t) = θ + g²·e^(−2∫ₜ¹θ)/(1/γ + v(t, 1)),  g² = 2λ²θ
 *
 * γ is the weight of the terminal penalty in UniDB's control problem. γ = ∞ is Doob's h-transform,
 * GOUB, which ends exactly at μ.
 *
 * @module
 */

import { type Entry, number, numberOrInfinity } from "../core/mod.ts";
import { reversion, type ReversionShape, reversionShape } from "./reversion.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode ouBridge}. */
export interface OuBridgeOptions {
  /**
   * Stationary standard deviation λ > 0 of the free process, on the network's scale [−1, 1]. Default
   * 60/255, the papers' 30/255 on [0, 1].
   */
  readonly lambda?: number;
  /** Shape of θ(t). Default "cosine". */
  readonly theta?: ReversionShape;
  /** e^(−θ̄(1)) of the free process, in (0, 1). Default 0.005. */
  readonly delta?: number;
  /** Weight γ > 0 of the terminal penalty. Default Infinity: GOUB. UniDB's paper uses 1e7. */
  readonly gamma?: number;
}

const DEFAULTS = { lambda: 60 / 255, theta: "cosine", delta: 0.005, gamma: Infinity } as const;

/**
 * With c = 1/γ, v = v(t, 1) and V = v(0, 1): s = e^(−θ̄)(c + v)/(c + V) and
 * σ² = λ²(e^(2θ̄) − 1)(c + V)/(c + v), from Eq. 7. With γ = ∞, s(1) = 0 and σ(1) = ∞: sampling starts
 * just before (`timesteps/time.ts`).
 *
 * @example
 * ```ts
 * import { ouBridge } from "./ou_bridge.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ouBridge().s(1), 0);
 * ```
 */
export function ouBridge({
  lambda = DEFAULTS.lambda,
  theta = DEFAULTS.theta,
  delta = DEFAULTS.delta,
  gamma = DEFAULTS.gamma,
}: OuBridgeOptions = {}): Schedule {
  const { rate, total, inverse } = reversion({ shape: theta, delta });
  const [c, variance, end] = [1 / gamma, lambda ** 2, total(1)];
  /** c + v(t, 1). */
  const left = (t: number) => c - variance * Math.expm1(2 * (total(t) - end));
  const all = left(0);
  const sigma = (t: number) => Math.sqrt(variance * Math.expm1(2 * total(t)) * all / left(t));
  const s = (t: number) => Math.exp(-total(t)) * left(t) / all;
  const f = (t: number) => rate(t) * (1 + 2 * variance * Math.exp(2 * (total(t) - end)) / left(t));
  return {
    end: 1,
    sigma,
    // (g/s)²/(2σ)
    sigmaDot: (t) => variance * rate(t) * Math.exp(2 * total(t)) * (all / left(t)) ** 2 / sigma(t),
    sigmaInverse: (value) => {
      const free = variance + value ** 2 * variance * Math.exp(-2 * end) / all;
      return inverse(Math.log1p(value ** 2 / free) / 2);
    },
    s,
    sDot: (t) => -f(t) * s(t),
  };
}

/** Catalog entry of {@linkcode ouBridge}. */
export const ouBridgeEntry: Entry<OuBridgeOptions, Schedule> = {
  summary: "GOUB and, with γ, UniDB: an Ornstein–Uhlenbeck process driven to μ",
  create: ouBridge,
  checks: {
    lambda: number({ above: 0 }),
    theta: reversionShape,
    delta: number({ above: 0, below: 1 }),
    gamma: numberOrInfinity({ above: 0 }),
  },
  defaults: DEFAULTS,
};
