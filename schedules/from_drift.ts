/**
 * Schedule from the drift and diffusion of an SDE, Eqs. 3 and 7.
 *
 * @module
 */

import { antiderivative, invertRising } from "./quadrature.ts";
import type { Schedule } from "./schedule.ts";

/** f and g of dx = f(t)(μ − x)dt + g(t)dw (Eq. 3), continuous for t > 0. */
export interface Drift {
  /** Rate of reversion f(t) ≥ 0, per unit of t; may be infinite at t = 0 if it is integrable. */
  readonly f: (t: number) => number;
  /** Diffusion g(t) > 0 for t > 0. */
  readonly g: (t: number) => number;
  /** Time at which the process ends; f may be infinite there. Default: it has no end. */
  readonly end?: number;
}

/** The time t at which σ(t)/t stands for σ̇(0). */
const NEAR_ZERO = 2 ** -60;

/**
 * s(t) = exp(−∫₀ᵗ f) and σ(t)² = ∫₀ᵗ (g/s)² (Eq. 7), by adaptive quadrature to about 1e-11.
 *
 * Integrals are computed once and cached. The arguments are functions, so JSON cannot name this
 * schedule: call it from a script or from the factory of a plugin.
 *
 * @throws {RangeError} From `sigmaInverse`, if σ(t) never reaches the noise level.
 *
 * @example
 * ```ts
 * import { fromDrift } from "./from_drift.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // f = 1, g = e⁻ᵗ·√(2t): an Ornstein–Uhlenbeck drift towards μ with σ(t) = t.
 * const schedule = fromDrift({ f: () => 1, g: (t) => Math.exp(-t) * Math.sqrt(2 * t) });
 * assertAlmostEquals(schedule.s(2), Math.exp(-2), 1e-10);
 * assertAlmostEquals(schedule.sigma(2), 2, 1e-10);
 * ```
 */
export function fromDrift({ f, g, end }: Drift): Schedule {
  const reversion = antiderivative(f);
  const s = (t: number) => Math.exp(-reversion(t));
  const variance = antiderivative((t) => (g(t) / s(t)) ** 2);
  const sigma = (t: number) => Math.sqrt(variance(t));
  // d(σ²)/dt = (g/s)². At t = 0 the quotient is 0/0 and a difference takes its place.
  const sigmaDot = (t: number) =>
    t > 0 ? (g(t) / s(t)) ** 2 / (2 * sigma(t)) : sigma(NEAR_ZERO) / NEAR_ZERO;
  return {
    sigma,
    sigmaDot,
    sigmaInverse: (level) =>
      level === 0 ? 0 : invertRising({ f: sigma, dot: sigmaDot, end }, level),
    s,
    sDot: (t) => -f(t) * s(t),
    ...(end !== undefined && { end }),
  };
}
