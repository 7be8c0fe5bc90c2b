/**
 * Distributions of σ in training, Alg. 1.
 *
 * @module
 */

import { logNormalEntry } from "./log_normal.ts";
import { logUniformEntry } from "./log_uniform.ts";
import { timeEntry } from "./time.ts";

export { logNormal, type LogNormalOptions } from "./log_normal.ts";
export { logUniform, type LogUniformOptions } from "./log_uniform.ts";
export { time, type TimeOptions } from "./time.ts";
export type { NoiseDistribution, NoiseProcess } from "./noise_distribution.ts";

/** The built-in distributions by type. */
export const noises = {
  logNormal: logNormalEntry,
  logUniform: logUniformEntry,
  time: timeEntry,
} as const;
