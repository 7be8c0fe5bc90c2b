/**
 * Schedules s(t), σ(t) of the mean-reverting process, Eqs. 3–7.
 *
 * @module
 */

import { constantEntry } from "./constant.ts";
import { exponentialEntry } from "./exponential.ts";
import { powerEntry } from "./power.ts";
import { rationalEntry } from "./rational.ts";

export { constant, type ConstantOptions } from "./constant.ts";
export { exponential, type ExponentialOptions } from "./exponential.ts";
export { type Drift, fromDrift } from "./from_drift.ts";
export { power, type PowerOptions } from "./power.ts";
export { rational, type RationalOptions } from "./rational.ts";
export { type NoiseLevel, noiseLevel, noiseLevelAtSigma, type Schedule } from "./schedule.ts";
export { score, type ScoreInput } from "./score.ts";

/** The built-in schedules by type. */
export const schedules = {
  rational: rationalEntry,
  constant: constantEntry,
  power: powerEntry,
  exponential: exponentialEntry,
} as const;
