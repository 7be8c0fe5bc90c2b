/**
 * The paper's preconditioning of a mean-reverting denoiser, Eqs. 14–17.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { Preconditioner } from "./preconditioner.ts";

/** Options of {@linkcode meanReverting}: the second moments of clean images x0 and cloudy μ. */
export interface MeanRevertingOptions {
  /** Standard deviation of x0, > 0. Default 1 (Sec. 4). */
  readonly sigmaData?: number;
  /** Standard deviation of μ, ≥ 0. Default 1 (Sec. 4). */
  readonly sigmaMu?: number;
  /** Covariance of x0 and μ, |σ_cov| ≤ σ_data·σ_mu. Default 0.9 (Sec. 4). */
  readonly sigmaCov?: number;
}

const DEFAULTS = { sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 } as const;

/** Tolerance for the rounding of σ_data·σ_mu, for a covariance at its bound. */
const ROUNDING = 1 + 1e-12;

/**
 * Scales the network's input and target to unit variance, with the c_skip that minimizes c_out.
 *
 * With v = σ_data² + k²σ_mu² + 2kσ_cov, the variance of x0 + k·μ:
 * c_in = 1/√(v + σ²), c_skip = (σ_data² + kσ_cov)/(v + σ²/L),
 * c_out² = ((σ²/L + k²σ_mu²)σ_data² − k²σ_cov²)/(v + σ²/L), c_noise = ln(σ)/4.
 *
 * c_in scales single frames, hence σ²; c_skip and c_out scale the mean of L frames, hence σ²/L.
 *
 * @throws {RangeError} If the moments are impossible: σ_data ≤ 0, σ_mu < 0 or
 * |σ_cov| > σ_data·σ_mu, where c_out² would be negative.
 *
 * @example
 * ```ts
 * import { meanReverting } from "./mean_reverting.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { cSkip } = meanReverting().coefficients({ t: 1, sigma: 1, s: 0.25, k: 3 }, 1);
 * assertAlmostEquals(cSkip, 3.7 / 16.4, 1e-12);
 * ```
 */
export function meanReverting({
  sigmaData = DEFAULTS.sigmaData,
  sigmaMu = DEFAULTS.sigmaMu,
  sigmaCov = DEFAULTS.sigmaCov,
}: MeanRevertingOptions = {}): Preconditioner {
  if (!(sigmaData > 0 && sigmaMu >= 0)) {
    throw new RangeError(
      `Cannot precondition: sigmaData must be > 0 and sigmaMu ≥ 0, got ${sigmaData} and ${sigmaMu}`,
    );
  }
  const bound = sigmaData * sigmaMu;
  if (!(Math.abs(sigmaCov) <= bound * ROUNDING)) {
    throw new RangeError(
      `Cannot precondition: |sigmaCov| must be ≤ sigmaData·sigmaMu = ${bound} ` +
        `(it is a covariance), got ${sigmaCov}; the default 0.9 fits sigmaData = sigmaMu = 1 ` +
        `but not 0.5 and 0.5`,
    );
  }
  // σ_data²σ_mu² − σ_cov² as a product, which avoids cancellation where x0 and μ are nearly equal.
  const determinant = Math.max(0, (bound - sigmaCov) * (bound + sigmaCov));
  return {
    coefficients({ sigma, k }, length) {
      const v = sigmaData ** 2 + (k * sigmaMu) ** 2 + 2 * k * sigmaCov;
      const mean = v + sigma ** 2 / length;
      return {
        cIn: 1 / Math.sqrt(v + sigma ** 2),
        cSkip: (sigmaData ** 2 + k * sigmaCov) / mean,
        cOut: Math.sqrt(((sigma * sigmaData) ** 2 / length + k ** 2 * determinant) / mean),
        cNoise: Math.log(sigma) / 4,
      };
    },
  };
}

/** Catalog entry of {@linkcode meanReverting}. */
export const meanRevertingEntry: Entry<MeanRevertingOptions, Preconditioner> = {
  summary: "Eqs. 14–17: unit variance with a mean image that is correlated with the clean one",
  create: meanReverting,
  checks: { sigmaData: number({ above: 0 }), sigmaMu: number({ min: 0 }), sigmaCov: number() },
  defaults: DEFAULTS,
};
