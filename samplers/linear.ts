/**
 * Samplers whose update is a linear combination of states, denoised images and noise. Its weights are
 * plain numbers that depend on the noise levels alone, so a method is a function from levels to
 * weights and can be tested in float64 without tensors.
 *
 * @module
 */

import { type Images, type Sequence, tf } from "../engine/mod.ts";
import { type NoiseLevel, noiseLevelAtSigma } from "../schedules/mod.ts";
import type { SamplingPoint } from "./drift.ts";
import { integrate } from "./integrate.ts";
import type { Sampler } from "./sampler.ts";

/** Weights of Σ_j states[j]·y_j + Σ_j denoised[j]·D_j + noise·ε; entries left out are 0. */
export interface UpdateWeights {
  /** Of y at the current point and at previous ones, latest first. */
  readonly states: readonly number[];
  /** Of D at the same points. */
  readonly denoised: readonly number[];
  /** Of unit normal noise ε. Default 0. */
  readonly noise?: number;
}

/** The levels of an interval. */
export interface IntervalLevels {
  /** Start of the interval, σ > 0. */
  readonly at: NoiseLevel;
  /** End of the interval; σ = 0 in the last one. */
  readonly next: NoiseLevel;
  /** Starts of previous intervals, latest first. */
  readonly past: readonly NoiseLevel[];
}

/** A sampler as weights. */
export interface LinearMethod {
  /** Number of previous points that the weights use. Default 0. */
  readonly memory?: number;
  /** Weights of y at `next`. */
  readonly predict: (levels: IntervalLevels) => UpdateWeights;
  /** Weights of a better y at `at`, once D is known there; `past[0]` is where it came from. */
  readonly correct?: (levels: Omit<IntervalLevels, "next">) => UpdateWeights;
  /** Checks the levels of a run, see {@linkcode Sampler}. */
  readonly check?: Sampler["check"];
}

/** A sampler, with its method for tests and analysis. */
export interface LinearSampler extends Sampler {
  /** The weights of its updates. */
  readonly method: LinearMethod;
}

/** Makes a sampler of a method; it has one network evaluation per step. */
export function linearSampler(method: LinearMethod): LinearSampler {
  const { memory = 0, predict, correct, check } = method;
  return {
    method,
    ...(check && { check }),
    sample: async (problem) => {
      check?.(problem.sigmas.map((sigma) => noiseLevelAtSigma(problem.schedule, sigma)));
      return await integrate(problem, {
        memory,
        step: ({ at, next, past, compute, draw }) => {
          const weights = predict({ at: at.level, next, past: past.map(({ level }) => level) });
          return compute(() => combine([at, ...past], weights, draw));
        },
        ...(correct && {
          correct: ({ at, past, compute }) => {
            const weights = correct({ at: at.level, past: past.map(({ level }) => level) });
            return compute(() => combine([at, ...past], weights));
          },
        }),
      });
    },
  };
}

/** The linear combination of points [B, L, H, W, C]; D is the same for all frames. */
function combine(
  points: readonly SamplingPoint[],
  { states, denoised, noise = 0 }: UpdateWeights,
  draw?: () => Sequence,
): Sequence {
  const sum = <T extends Sequence | Images>(tensors: readonly T[], weights: readonly number[]) =>
    weights.flatMap((weight, i) => weight === 0 ? [] : [tf.mul(tensors[i]!, tf.scalar(weight))])
      .reduce<T | undefined>((total, term) => (total ? tf.add(total, term) : term) as T, undefined);
  const image = sum(points.map((point) => point.denoised), denoised);
  const terms = [
    sum(points.map((point) => point.y), states),
    image && tf.expandDims(image, 1),
    noise === 0 ? undefined : tf.mul(draw!(), tf.scalar(noise)),
  ].filter((term) => term !== undefined);
  const { shape } = points[0]!.y;
  const total = terms.reduce((a, b) => tf.add(a, b));
  // D alone has one frame, the result all of them.
  return tf.broadcastTo(total, shape) as Sequence;
}

/**
 * Refuses a run with fewer steps than a method of several steps needs to be itself.
 *
 * @throws {RangeError} With the reason.
 */
export function requireSteps(
  name: string,
  least: number,
): (levels: readonly NoiseLevel[]) => void {
  return (levels) => {
    const steps = levels.length - 1;
    if (steps >= least) return;
    throw new RangeError(
      `Cannot sample with ${name}: a method that uses previous steps must take at least ${least}, ` +
        `got ${steps}; the first step alone is euler's`,
    );
  };
}
