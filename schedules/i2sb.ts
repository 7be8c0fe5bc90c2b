/**
 * I2SB (Liu et al. 2023), a Brownian bridge from x0 to μ: with b(t) = ∫₀ᵗ β and B = b(1),
 * x ~ N(x0·(B − b)/B + μ·b/B, b(B − b)/B) on t in [0, 1]. The VE bridge of DDBM is the same process.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode i2sb}. */
export interface I2sbOptions {
  /** β at both ends, > 0. Default 0.1. With betaMin = betaMax, β is constant. */
  readonly betaMin?: number;
  /** β in the middle, ≥ betaMin. Default 0.3. */
  readonly betaMax?: number;
}

const DEFAULTS = { betaMin: 0.1, betaMax: 0.3 } as const;

/**
 * √β rises linearly from √β_min at t = 0 to √β_max at t = ½ and falls back (the paper's symmetric
 * schedule). s = (B − b)/B, σ = √(bB/(B − b)), hence k = b/(B − b). s(1) = 0 and σ(1) = ∞: sampling
 * starts just before (`timesteps/time.ts`).
 *
 * @throws {RangeError} If not 0 < betaMin ≤ betaMax.
 *
 * @example
 * ```ts
 * import { i2sb } from "./i2sb.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(i2sb().s(0.5), 0.5, 1e-15);
 * ```
 */
export function i2sb(
  { betaMin = DEFAULTS.betaMin, betaMax = DEFAULTS.betaMax }: I2sbOptions = {},
): Schedule {
  if (!(betaMin > 0 && betaMax >= betaMin)) {
    throw new RangeError(
      `Cannot make the bridge: 0 < betaMin ≤ betaMax must hold, got ${betaMin} and ${betaMax}`,
    );
  }
  const root = Math.sqrt(betaMin);
  const slope = 2 * (Math.sqrt(betaMax) - root);
  /** √β = root + slope·t on the first half; the second is its mirror image. */
  const beta = (t: number) => (root + slope * Math.min(t, 1 - t)) ** 2;
  const half = (t: number) => t * (root ** 2 + root * slope * t + slope ** 2 * t ** 2 / 3);
  const total = 2 * half(0.5);
  /** b and B − b, each without cancellation near its zero. */
  const done = (t: number) => t <= 0.5 ? half(t) : total - half(1 - t);
  const left = (t: number) => t <= 0.5 ? total - half(t) : half(1 - t);
  const sigma = (t: number) => Math.sqrt(done(t) * total / left(t));
  /** The t ≤ ½ with half(t) = value: slope·t is the difference of two cube roots. */
  const inverse = (value: number) => {
    const cube = Math.cbrt(root ** 3 + 3 * slope * value);
    return 3 * value / (cube ** 2 + cube * root + root ** 2);
  };
  return {
    end: 1,
    sigma,
    // d(σ²)/dt = βB²/(B − b)²
    sigmaDot: (t) => beta(t) * (total / left(t)) ** 2 / (2 * sigma(t)),
    sigmaInverse: (value) => {
      const [remains, b] = [total ** 2, value ** 2 * total].map((v) => v / (total + value ** 2));
      return b! <= remains! ? inverse(b!) : 1 - inverse(remains!);
    },
    s: (t) => left(t) / total,
    sDot: (t) => -beta(t) / total,
  };
}

/** Catalog entry of {@linkcode i2sb}. */
export const i2sbEntry: Entry<I2sbOptions, Schedule> = {
  summary: "I2SB: a Brownian bridge from x0 to μ with symmetric β",
  create: i2sb,
  checks: { betaMin: number({ above: 0 }), betaMax: number({ above: 0 }) },
  defaults: DEFAULTS,
};
