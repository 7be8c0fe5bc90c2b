/**
 * Ancestral sampling: each state is drawn from the posterior q(x' | x, x0 = D, μ) of the process.
 *
 * Given x0, a transition is fixed by the correlation r of the noise in y and in y':
 *
 *     y' = D + r·(σ'/σ)·(y − D) + σ'√(1 − r²)·ε
 *
 * Where noise follows the drift of Eq. 3, y is a Brownian motion in σ² and r = σ'/σ: the posteriors of
 * IR-SDE, I2SB and GOUB. Where noise of the state x is added independently of the shift towards μ,
 * r is the ratio of its standard deviations, s'σ'/(sσ): ResShift, RDDM and InDI.
 *
 * @module
 */

import { type Entry, number, oneOf } from "../core/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import { type LinearSampler, linearSampler } from "./linear.ts";

/** Options of {@linkcode ancestral}. */
export interface AncestralOptions {
  /**
   * Noise η in [0, 1] relative to the posterior's; 0 is `euler` without churn. Default 1. RDDM's η is
   * the square of this one.
   */
  readonly eta?: number;
  /**
   * How the process adds noise: "reverting" along Eq. 3, "additive" to x, apart from the shift.
   * Default "reverting".
   */
  readonly transition?: "reverting" | "additive";
}

const DEFAULTS = { eta: 1, transition: "reverting" } as const;

/** Stochastic; one network evaluation per step. */
export function ancestral(
  { eta = DEFAULTS.eta, transition = DEFAULTS.transition }: AncestralOptions = {},
): LinearSampler {
  const additive = transition === "additive";
  const std = ({ s, sigma }: NoiseLevel) => additive ? s * sigma : sigma;
  return linearSampler({
    ...(additive && { check: checkAdditive }),
    predict: ({ at, next }) => {
      // 1 − r², without cancellation for close levels.
      const [before, after] = [std(at), std(next)];
      const fresh = (before - after) * (before + after) / before ** 2;
      const kept = Math.sqrt(1 - eta ** 2 * fresh) * next.sigma / at.sigma;
      return {
        states: [kept],
        denoised: [1 - kept],
        noise: eta * next.sigma * Math.sqrt(fresh),
      };
    },
  });
}

/** @throws {RangeError} If the noise in x falls with σ: it cannot have been added alone. */
function checkAdditive(levels: readonly NoiseLevel[]): void {
  const wrong = levels.slice(1).find(({ s, sigma }, i) =>
    s * sigma > levels[i]!.s * levels[i]!.sigma
  );
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot sample with ancestral: with the transition additive, the noise s·σ of the state must ` +
      `rise with σ, got a fall above σ = ${wrong.sigma}; this process needs the transition reverting`,
  );
}

/** Catalog entry of {@linkcode ancestral}. */
export const ancestralEntry: Entry<AncestralOptions, LinearSampler> = {
  summary: "draws from the posterior of each step, as IR-SDE, I2SB, ResShift, RDDM and InDI do",
  create: ancestral,
  checks: { eta: number({ min: 0, max: 1 }), transition: oneOf("reverting", "additive") },
  defaults: DEFAULTS,
};
