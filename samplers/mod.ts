/**
 * Samplers: integrators of the backward process, Alg. 2.
 *
 * @module
 */

import { abm2Entry } from "./abm2.ts";
import { ancestralEntry } from "./ancestral.ts";
import { consistencyEntry } from "./consistency.ts";
import { dpmpp2mEntry, dpmpp2mSdeEntry } from "./dpmpp2m.ts";
import { eulerEntry } from "./euler.ts";
import { heunEntry } from "./heun.ts";
import { unipcEntry } from "./unipc.ts";

export { abm2, type Abm2Options } from "./abm2.ts";
export { ancestral, type AncestralOptions } from "./ancestral.ts";
export type { ChurnOptions } from "./churn.ts";
export { consistency, type ConsistencyOptions } from "./consistency.ts";
export { dpmpp2m, type Dpmpp2mOptions, dpmpp2mSde, type Dpmpp2mSdeOptions } from "./dpmpp2m.ts";
export { drift, driftRate, type SamplingPoint } from "./drift.ts";
export { euler, type EulerOptions } from "./euler.ts";
export { heun, type HeunOptions } from "./heun.ts";
export { integrate, type SamplingInterval, type SamplingMethod } from "./integrate.ts";
export {
  type IntervalLevels,
  type LinearMethod,
  type LinearSampler,
  linearSampler,
  requireSteps,
  type UpdateWeights,
} from "./linear.ts";
export type { Sampler, SamplingProblem, SamplingStep } from "./sampler.ts";
export { unipc, type UnipcOptions } from "./unipc.ts";

/** The built-in samplers by type. */
export const samplers = {
  euler: eulerEntry,
  heun: heunEntry,
  dpmpp2m: dpmpp2mEntry,
  dpmpp2mSde: dpmpp2mSdeEntry,
  unipc: unipcEntry,
  abm2: abm2Entry,
  ancestral: ancestralEntry,
  consistency: consistencyEntry,
} as const;
