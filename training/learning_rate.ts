/**
 * Learning-rate schedules, as factors of `optimizer.learningRate`.
 *
 * @module
 */

import { type Check, integer, number, object, OptionsError, show } from "../core/mod.ts";

/** Constant learning rate, as in the paper's runs. */
export interface ConstantRate {
  /** "constant": the factor is 1 in every update. */
  readonly type: "constant";
}

/** Linear warm-up, a plateau and a decay along half a cosine. */
export interface WarmupCosineRate {
  /**
   * "warmupCosine": the factor rises to 1 over W updates, stays for H and falls to `floor` over D.
   */
  readonly type: "warmupCosine";
  /** W, updates of the warm-up. Default 0. */
  readonly warmup?: number;
  /** H, updates at the full rate after the warm-up. Default 0. */
  readonly hold?: number;
  /** D, updates of the decay, ≥ 1. */
  readonly decay: number;
  /** Factor at the end of the decay and after it, in [0, 1]. Default 0. */
  readonly floor?: number;
}

/** Learning-rate schedule as JSON. */
export type LearningRateSchedule = ConstantRate | WarmupCosineRate;

/** Default schedule. */
export const CONSTANT_RATE: ConstantRate = { type: "constant" };

/**
 * Returns the factor of update n: 1 if constant; otherwise n/W up to W, 1 up to W + H, and then
 * floor + ½(1 − floor)(1 + cos πt) with t = min(1, (n − W − H)/D).
 *
 * The authors' code has a similar schedule without the plateau; no published run uses it.
 *
 * @param update n, from 1. The first update moves, and update W + H + D is the first at the floor.
 *
 * @example
 * ```ts
 * import { learningRateFactor } from "./learning_rate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = { type: "warmupCosine", warmup: 4, decay: 2, floor: 0.5 } as const;
 * assertEquals([1, 4, 5, 6].map((n) => learningRateFactor(schedule, n)), [0.25, 1, 0.75, 0.5]);
 * ```
 */
export function learningRateFactor(schedule: LearningRateSchedule, update: number): number {
  if (schedule.type === "constant") return 1;
  const { warmup = 0, hold = 0, decay, floor = 0 } = schedule;
  if (update < warmup) return update / warmup;
  const t = Math.min(1, Math.max(0, update - warmup - hold) / decay);
  return floor + 0.5 * (1 - floor) * (1 + Math.cos(Math.PI * t));
}

const warmupCosine = object<Omit<WarmupCosineRate, "type">>({
  warmup: integer({ min: 0 }),
  hold: integer({ min: 0 }),
  decay: integer({ min: 1 }),
  floor: number({ min: 0, max: 1 }),
}, { warmup: 0, hold: 0, floor: 0 });

const constant = object<Omit<ConstantRate, "type">>({});

/** Checks the JSON of a schedule and fills in the defaults. */
export const learningRateCheck: Check<LearningRateSchedule> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object with a "type", got ${show(value)}`);
  }
  const { type, ...options } = value as Readonly<Record<string, unknown>>;
  switch (type) {
    case "constant":
      return { type, ...constant(options, path) };
    case "warmupCosine":
      return { type, ...warmupCosine(options, path) };
    default:
      throw new OptionsError(
        `${path}.type`,
        `${show(type)} is not a known schedule (known: constant, warmupCosine)`,
      );
  }
};
