/**
 * DPM-Solver++(2M) (Lu et al. 2022): the exponential integrator in λ = −ln σ with D linear in λ, and
 * its stochastic form, SDE-DPM-Solver++(2M).
 *
 * In y the signal scale is 1, so the paper's update with α = 1 applies unchanged to every process:
 * with h = ln(σ/σ') and r = h₋₁/h,
 *
 *     y' = e^(−h)·y + (1 − e^(−h))·((1 + 1/2r)·D − (1/2r)·D₋₁)
 *
 * The exponential integrators of MaRS (Li et al. 2025) for mean-reverting processes are this update
 * in x.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { type LinearSampler, linearSampler, requireSteps } from "./linear.ts";

/** Options of {@linkcode dpmpp2m}: there are none. */
export type Dpmpp2mOptions = Record<never, never>;

/** Second order in ln σ, deterministic; one network evaluation per step. */
export function dpmpp2m(_options: Dpmpp2mOptions = {}): LinearSampler {
  return twoStep("dpmpp2m", 0);
}

/** Options of {@linkcode dpmpp2mSde}. */
export interface Dpmpp2mSdeOptions {
  /** Noise η ≥ 0: 0 is the deterministic `dpmpp2m`, 1 the paper's SDE. Default 1. */
  readonly eta?: number;
}

const DEFAULTS = { eta: 1 } as const;

/** With noise: y' = e^(−(1+η)h)·y + (1 − e^(−(1+η)h))·(…) + σ'√(1 − e^(−2ηh))·ε. */
export function dpmpp2mSde({ eta = DEFAULTS.eta }: Dpmpp2mSdeOptions = {}): LinearSampler {
  return twoStep("dpmpp2mSde", eta);
}

function twoStep(name: string, eta: number): LinearSampler {
  return linearSampler({
    memory: 1,
    check: requireSteps(name, 2),
    predict: ({ at, next, past: [last] }) => {
      const ratio = next.sigma / at.sigma;
      // The step to σ = 0 is infinite in λ, and D is taken as constant.
      const back = last === undefined || ratio === 0
        ? 0
        : Math.log(ratio) / Math.log(at.sigma / last.sigma) / 2;
      const kept = ratio ** (1 + eta);
      return {
        states: [kept],
        denoised: [(1 - kept) * (1 + back), -(1 - kept) * back],
        noise: next.sigma * Math.sqrt(1 - ratio ** (2 * eta)),
      };
    },
  });
}

/** Catalog entry of {@linkcode dpmpp2m}. */
export const dpmpp2mEntry: Entry<Dpmpp2mOptions, LinearSampler> = {
  summary: "DPM-Solver++(2M): second order in ln σ at one evaluation per step",
  create: dpmpp2m,
  checks: {},
  defaults: {},
};

/** Catalog entry of {@linkcode dpmpp2mSde}. */
export const dpmpp2mSdeEntry: Entry<Dpmpp2mSdeOptions, LinearSampler> = {
  summary: "SDE-DPM-Solver++(2M): dpmpp2m with noise",
  create: dpmpp2mSde,
  checks: { eta: number({ min: 0 }) },
  defaults: DEFAULTS,
};
