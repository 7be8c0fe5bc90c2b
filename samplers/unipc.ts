/**
 * UniPC (Zhao et al. 2023), data prediction: a multistep predictor of order p in λ = −ln σ (UniP) and a
 * corrector that uses D at the new point without another evaluation (UniC), of order p + 1 together after the first steps.
 *
 * In y the signal scale is 1. With h = ln(σ/σ'), D_m at the points λ + r_m·h and
 * B(h) = e^(−h) − 1 (or −h),
 *
 *     y' = e^(−h)·y + (1 − e^(−h))·D − B(h)·Σ_m (a_m/r_m)(D_m − D)
 *
 * where the a_m match the Taylor expansion of D in λ.
 *
 * @module
 */

import { type Entry, integer, oneOf } from "../core/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import { type LinearSampler, linearSampler, requireSteps, type UpdateWeights } from "./linear.ts";

/** Options of {@linkcode unipc}. */
export interface UnipcOptions {
  /** Order p of the predictor, 1 to 3. Default 2. */
  readonly order?: number;
  /** B(h): "bh1" is −h, "bh2" is e^(−h) − 1. Default "bh2". */
  readonly variant?: "bh1" | "bh2";
}

const DEFAULTS = { order: 2, variant: "bh2" } as const;

/**
 * Order p + 1 in ln σ, but at most 3, which the error of the first step allows; deterministic, with
 * one network evaluation per step.
 */
export function unipc(
  { order = DEFAULTS.order, variant = DEFAULTS.variant }: UnipcOptions = {},
): LinearSampler {
  const weights = (from: NoiseLevel, to: NoiseLevel, others: readonly NoiseLevel[]) =>
    expansion({ from, to, others, variant });
  return linearSampler({
    memory: order,
    check: requireSteps("unipc", 2),
    predict: ({ at, next, past }) =>
      next.sigma === 0
        ? { states: [], denoised: [1] }
        : weights(at, next, past.slice(0, order - 1)),
    correct: ({ at, past: [start, ...earlier] }) => {
      const { states, denoised: [first, end, ...rest] } = weights(start!, at, [
        at,
        ...earlier.slice(0, order - 1),
      ]);
      // The new point comes first, then the start of the step and the points before it.
      return { states: [0, ...states], denoised: [end!, first!, ...rest] };
    },
  });
}

/** Weights of the update from a level to another with D at other levels: [from, ...others]. */
function expansion({ from, to, others, variant }: {
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
  readonly others: readonly NoiseLevel[];
  readonly variant: "bh1" | "bh2";
}): UpdateWeights {
  const h = Math.log(from.sigma / to.sigma);
  const ratios = others.map(({ sigma }) => Math.log(from.sigma / sigma) / h);
  const scale = variant === "bh1" ? -h : Math.expm1(-h);
  // With one point a = ½ is the paper's choice; the exact a would cancel B(h).
  const weights = ratios.length === 1 ? [0.5] : matchTaylor(ratios, h).map((a) => a / scale);
  const slopes = weights.map((a, m) => a / ratios[m]!);
  const total = slopes.reduce((sum, slope) => sum + slope, 0);
  return {
    states: [to.sigma / from.sigma],
    denoised: [-Math.expm1(-h) + scale * total, ...slopes.map((slope) => -scale * slope)],
  };
}

/**
 * B(h)·a_m from Σ_m r_m^(i−1)·a_m·B(h) = i!·φ_(i+1)(−h) for i = 1 … p, with φ_1 = e^(−h) − 1 and
 * φ_(i+1) = φ_i/(−h) − 1/i!.
 */
function matchTaylor(ratios: readonly number[], h: number): readonly number[] {
  const right: number[] = [];
  let phi = Math.expm1(-h) / -h - 1;
  let factorial = 1;
  for (let i = 1; i <= ratios.length; i++) {
    right.push(factorial * phi);
    factorial *= i + 1;
    phi = phi / -h - 1 / factorial;
  }
  return solve(ratios.map((_, i) => ratios.map((r) => r ** i)), right);
}

/** Solves a small linear system by elimination; the matrix is of Vandermonde form. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const factor = rows[j]![i]! / rows[i]![i]!;
      rows[j] = rows[j]!.map((value, c) => value - factor * rows[i]![c]!);
    }
  }
  const out = Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const known = out.reduce((sum, value, j) => j > i ? sum + rows[i]![j]! * value : sum, 0);
    out[i] = (rows[i]![size]! - known) / rows[i]![i]!;
  }
  return out;
}

/** Catalog entry of {@linkcode unipc}. */
export const unipcEntry: Entry<UnipcOptions, LinearSampler> = {
  summary: "UniPC: predictor and corrector in ln σ at one evaluation per step",
  create: unipc,
  checks: { order: integer({ min: 1, max: 3 }), variant: oneOf("bh1", "bh2") },
  defaults: DEFAULTS,
};
