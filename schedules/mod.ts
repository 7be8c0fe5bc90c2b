/**
 * Schedules s(t), σ(t) of the mean-reverting process, Eqs. 3–7.
 *
 * @module
 */

import { constantEntry } from "./constant.ts";
import { exponentialEntry } from "./exponential.ts";
import { flowEntry } from "./flow.ts";
import { i2sbEntry } from "./i2sb.ts";
import { irSdeEntry } from "./ir_sde.ts";
import { ouBridgeEntry } from "./ou_bridge.ts";
import { powerEntry } from "./power.ts";
import { rationalEntry } from "./rational.ts";
import { rddmEntry } from "./rddm.ts";
import { resShiftEntry } from "./res_shift.ts";

export { constant, type ConstantOptions } from "./constant.ts";
export { exponential, type ExponentialOptions } from "./exponential.ts";
export { flow, type FlowOptions } from "./flow.ts";
export { type Drift, fromDrift } from "./from_drift.ts";
export { i2sb, type I2sbOptions } from "./i2sb.ts";
export { irSde, type IrSdeOptions } from "./ir_sde.ts";
export { ouBridge, type OuBridgeOptions } from "./ou_bridge.ts";
export { power, type PowerOptions } from "./power.ts";
export { rational, type RationalOptions } from "./rational.ts";
export { rddm, type RddmOptions } from "./rddm.ts";
export { resShift, type ResShiftOptions } from "./res_shift.ts";
export type { ReversionShape } from "./reversion.ts";
export { type NoiseLevel, noiseLevel, noiseLevelAtSigma, type Schedule } from "./schedule.ts";
export { score, type ScoreInput } from "./score.ts";

/** The built-in schedules by type. */
export const schedules = {
  rational: rationalEntry,
  constant: constantEntry,
  power: powerEntry,
  exponential: exponentialEntry,
  irSde: irSdeEntry,
  resShift: resShiftEntry,
  rddm: rddmEntry,
  flow: flowEntry,
  i2sb: i2sbEntry,
  ouBridge: ouBridgeEntry,
} as const;
