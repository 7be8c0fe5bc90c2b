/**
 * The weighting axis: λ(σ) of the loss, Eq. 18.
 *
 * @module
 */

import type { Coefficients } from "../precond/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";

/** Weight of a sample's squared error. */
export interface LossWeighting {
  /** Returns λ > 0. The coefficients are the preconditioner's, so σ_data is stated once. */
  weight(level: NoiseLevel, coefficients: Coefficients): number;
}
