/**
 * Samplers: integrators of the backward process, Alg. 2.
 *
 * @module
 */

import { eulerEntry } from "./euler.ts";
import { heunEntry } from "./heun.ts";

export type { ChurnOptions } from "./churn.ts";
export { drift, driftRate, type SamplingPoint } from "./drift.ts";
export { euler, type EulerOptions } from "./euler.ts";
export { heun, type HeunOptions } from "./heun.ts";
export { integrate, type SamplingInterval, type SamplingMethod } from "./integrate.ts";
export type { Sampler, SamplingProblem, SamplingStep } from "./sampler.ts";

/** The built-in samplers by type. */
export const samplers = { euler: eulerEntry, heun: heunEntry } as const;
