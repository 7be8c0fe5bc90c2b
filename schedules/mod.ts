/**
 * Schedules s(t), σ(t) of the mean-reverting process, Eqs. 3–7.
 *
 * @module
 */

import { rationalEntry } from "./rational.ts";

export { rational, type RationalOptions } from "./rational.ts";
export { type NoiseLevel, noiseLevel, noiseLevelAtSigma, type Schedule } from "./schedule.ts";

/** The built-in schedules by type. */
export const schedules = { rational: rationalEntry } as const;
