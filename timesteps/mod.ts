/**
 * Time steps: the σ_i of the sampler, EDM Eq. 5.
 *
 * @module
 */

import { exponentialEntry } from "./exponential.ts";
import { karrasEntry } from "./karras.ts";
import { linearEntry } from "./linear.ts";
import { resShiftEntry } from "./res_shift.ts";
import { timeEntry } from "./time.ts";

export { exponential, type ExponentialOptions } from "./exponential.ts";
export { karras, type KarrasOptions } from "./karras.ts";
export type { SigmaRange } from "./falling.ts";
export { linear, type LinearOptions } from "./linear.ts";
export { resShift, type ResShiftOptions } from "./res_shift.ts";
export { time, type TimeOptions } from "./time.ts";
export type { ProcessTime, Timesteps } from "./timesteps.ts";

/** The built-in time steps by type. */
export const timesteps = {
  karras: karrasEntry,
  linear: linearEntry,
  exponential: exponentialEntry,
  time: timeEntry,
  resShift: resShiftEntry,
} as const;
