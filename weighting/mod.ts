/**
 * Loss weights λ(σ), Eq. 18.
 *
 * @module
 */

import { inverseOutputEntry } from "./inverse_output.ts";
import { softMinSnrEntry } from "./soft_min_snr.ts";
import { uniformEntry } from "./uniform.ts";

export { inverseOutput, type InverseOutputOptions } from "./inverse_output.ts";
export type { LossWeighting } from "./loss_weighting.ts";
export { softMinSnr, type SoftMinSnrOptions } from "./soft_min_snr.ts";
export { uniform, type UniformOptions } from "./uniform.ts";

/** The built-in weightings by type. */
export const weightings = {
  inverseOutput: inverseOutputEntry,
  uniform: uniformEntry,
  softMinSnr: softMinSnrEntry,
} as const;
