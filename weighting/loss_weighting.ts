/**
 * The weighting axis: λ(σ) of the loss, Eq. 18.
 *
 * @module
 */

import type { Coefficients } from "../precond/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";

/** The weight of a sample's squared error. */
export interface LossWeighting {
  /** λ > 0. Receives the preconditioner's coefficients, so that σ_data is stated once. */
  weight(level: NoiseLevel, coefficients: Coefficients): number;
}
