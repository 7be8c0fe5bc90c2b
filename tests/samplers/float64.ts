/** A linear method run in float64, and closed forms to run it on. */

import type { LinearMethod, UpdateWeights } from "../../samplers/mod.ts";
import type { NoiseLevel } from "../../schedules/mod.ts";

/** A state, one value per pixel. */
export type Values = Float64Array;

/** D(y + k·μ; σ). */
export type Denoise = (y: Values, level: NoiseLevel) => Values;

/** Everything that a run needs. */
export interface Run {
  readonly levels: readonly NoiseLevel[];
  readonly denoise: Denoise;
  /** y at the first level. */
  readonly start: Values;
  /** Unit normal noise of a draw. Default 0. */
  readonly noise?: (draw: number) => Values;
}

/** A point of the trajectory. */
interface Point {
  readonly level: NoiseLevel;
  readonly y: Values;
  readonly denoised: Values;
}

/** Σ states·y + Σ denoised·D + noise·ε. */
function combine(points: readonly Point[], weights: UpdateWeights, eps?: Values): Values {
  return points[0]!.y.map((_, n) => {
    let sum = (weights.noise ?? 0) * (eps?.[n] ?? 0);
    points.forEach(({ y, denoised }, i) => {
      sum += (weights.states[i] ?? 0) * y[n]! + (weights.denoised[i] ?? 0) * denoised[n]!;
    });
    return sum;
  });
}

/** The states of a method at every level, the first is the start. */
export function runLinear(
  { memory = 0, predict, correct, check }: LinearMethod,
  { levels, denoise, start, noise = () => start.map(() => 0) }: Run,
): Values[] {
  check?.(levels);
  const states = [start];
  let past: readonly Point[] = [];
  let draws = 0;
  for (let i = 0; i + 1 < levels.length; i++) {
    const [level, next] = [levels[i]!, levels[i + 1]!];
    let at: Point = { level, y: states.at(-1)!, denoised: denoise(states.at(-1)!, level) };
    const pastLevels = past.map((point) => point.level);
    if (correct !== undefined && past.length > 0) {
      at = { ...at, y: combine([at, ...past], correct({ at: level, past: pastLevels })) };
      states[states.length - 1] = at.y;
    }
    const weights = predict({ at: level, next, past: pastLevels });
    const eps = (weights.noise ?? 0) === 0 ? undefined : noise(draws++);
    states.push(combine([at, ...past], weights, eps));
    past = [at, ...past].slice(0, memory);
  }
  return states;
}

/** x0 ~ N(MEAN ± HALF, VARIANCE) with equal odds in every pixel, as in the contract suite. */
const [MEAN, HALF, VARIANCE] = [0.4, 1, 0.25];

/** E[x0 | y] of two normals. */
export function twoNormals(y: Values, { sigma }: NoiseLevel): Values {
  const v = VARIANCE + sigma ** 2;
  return y.map((value) => {
    const u = value - MEAN;
    return MEAN + VARIANCE / v * u + sigma ** 2 / v * HALF * Math.tanh(HALF * u / v);
  });
}

/** The solution at σ = 0 of dy/dσ = (y − D)/σ for {@linkcode twoNormals}, by Runge–Kutta in ln v. */
export function solveTwoNormals(start: number, sigmaMax: number): number {
  // With v = VARIANCE + σ², dv = 2σdσ: du/dln v = ½(u − HALF·tanh(HALF·u/v)), smooth at σ = 0.
  const slope = (u: number, logV: number) => (u - HALF * Math.tanh(HALF * u / Math.exp(logV))) / 2;
  const steps = 4000;
  const first = Math.log(VARIANCE + sigmaMax ** 2);
  const h = (Math.log(VARIANCE) - first) / steps;
  let u = start - MEAN;
  for (let i = 0; i < steps; i++) {
    const at = first + i * h;
    const k1 = slope(u, at);
    const k2 = slope(u + h / 2 * k1, at + h / 2);
    const k3 = slope(u + h / 2 * k2, at + h / 2);
    const k4 = slope(u + h * k3, at + h);
    u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return u + MEAN;
}

/** Second moments of a zero-mean Gaussian pair (x0, μ). */
const [SIGMA_DATA, SIGMA_MU, SIGMA_COV] = [0.9, 1.1, 0.7];

/** E[x0 | y, μ] of Gaussian x0 and μ: given μ, x0 is N(c·μ, v). */
export function gaussian(mu: Values): Denoise {
  const slope = SIGMA_COV / SIGMA_MU ** 2;
  const rest = SIGMA_DATA ** 2 - SIGMA_COV * slope;
  return (y, { sigma }) =>
    y.map((value, n) => {
      const prior = slope * mu[n]!;
      return prior + rest / (rest + sigma ** 2) * (value - prior);
    });
}

/**
 * A small network of two layers that mixes all pixels of x = s·(y + k·μ) and μ, with the time as an
 * input: nothing that a sampler could have been fitted to.
 */
export function network(mu: Values): Denoise {
  const weight = (a: number, b: number) => Math.sin(1.7 * a + 0.9 * b * b + 0.3);
  return (y, { s, k, t }) => {
    const input = [...y.map((value, n) => s * (value + k * mu[n]!)), ...mu, t];
    const hidden = Array.from(
      { length: 7 },
      (_, h) => Math.tanh(input.reduce((sum, value, i) => sum + weight(h, i) * value, 0) / 3),
    );
    return y.map((_, n) => hidden.reduce((sum, value, h) => sum + weight(n + 11, h) * value, 0));
  };
}
