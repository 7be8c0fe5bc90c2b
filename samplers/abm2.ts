/**
 * The Adams–Bashforth–Moulton method of order 2 in σ, with one network evaluation per step (PEC mode).
 *
 * With d = (y − D)/σ, h = σ' − σ and r = h/h₋₁ the predictor is y' = y + h((1 + r/2)d − (r/2)d₋₁), and
 * once D is known at y', the trapezoid corrects it: y' ← y + h/2·(d + d'). The predictor alone is
 * ρAB-DEIS of order 2 (Zhang and Chen 2023), whose ε is d.
 *
 * @module
 */

import { boolean, type Entry } from "../core/mod.ts";
import { type IntervalLevels, type LinearSampler, linearSampler, requireSteps } from "./linear.ts";

/** Options of {@linkcode abm2}. */
export interface Abm2Options {
  /** False leaves the corrector out: Adams–Bashforth, ρAB-DEIS. Default true. */
  readonly corrector?: boolean;
}

const DEFAULTS = { corrector: true } as const;

/** Second order in σ, deterministic; one network evaluation per step. */
export function abm2({ corrector = DEFAULTS.corrector }: Abm2Options = {}): LinearSampler {
  return linearSampler({
    memory: 1,
    check: requireSteps("abm2", 2),
    predict,
    ...(corrector && { correct }),
  });
}

function predict({ at, next, past: [last] }: IntervalLevels) {
  const h = next.sigma - at.sigma;
  const half = last === undefined ? 0 : h / (at.sigma - last.sigma) / 2;
  // Weights of d and d₋₁.
  const ahead = h * (1 + half) / at.sigma;
  const behind = last === undefined ? 0 : -h * half / last.sigma;
  return { states: [1 + ahead, behind], denoised: [-ahead, -behind] };
}

function correct({ at, past: [last] }: Omit<IntervalLevels, "next">) {
  const half = (at.sigma - last!.sigma) / 2;
  const [here, before] = [half / at.sigma, half / last!.sigma];
  return { states: [here, 1 + before], denoised: [-here, -before] };
}

/** Catalog entry of {@linkcode abm2}. */
export const abm2Entry: Entry<Abm2Options, LinearSampler> = {
  summary: "Adams–Bashforth–Moulton: second order in σ at one evaluation per step",
  create: abm2,
  checks: { corrector: boolean },
  defaults: DEFAULTS,
};
