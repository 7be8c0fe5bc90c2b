/**
 * Distributions of σ in training, Alg. 1.
 *
 * @module
 */

import { logNormalEntry } from "./log_normal.ts";
import { logUniformEntry } from "./log_uniform.ts";

export { logNormal, type LogNormalOptions } from "./log_normal.ts";
export { logUniform, type LogUniformOptions } from "./log_uniform.ts";
export type { NoiseDistribution } from "./noise_distribution.ts";

/** The built-in distributions by type. */
export const noises = { logNormal: logNormalEntry, logUniform: logUniformEntry } as const;
