/** A multistep sampler in 30 lines: DPM-Solver-2M in its noise form (Lu et al. 2022). @module */

import type { Entry, Sampler } from "../mod.ts";
import { linearSampler, requireSteps } from "../samplers/mod.ts";

/** Options of {@linkcode noise2m}: there are none. */
export type Noise2mOptions = Record<never, never>;

/** y' = y + (σ' − σ)((1 + b)·ε − b·ε₋₁) with ε = (y − D)/σ and b = ln(σ'/σ)/ln(σ/σ₋₁)/2. */
export function noise2m(_options: Noise2mOptions = {}): Sampler {
  return linearSampler({
    memory: 1,
    check: requireSteps("noise2m", 2),
    predict: ({ at, next, past: [last] }) => {
      const back = last === undefined || next.sigma === 0
        ? 0
        : Math.log(next.sigma / at.sigma) / Math.log(at.sigma / last.sigma) / 2;
      const ahead = (next.sigma - at.sigma) * (1 + back) / at.sigma;
      const behind = back === 0 ? 0 : -(next.sigma - at.sigma) * back / last!.sigma;
      return { states: [1 + ahead, behind], denoised: [-ahead, -behind] };
    },
  });
}

/** Catalog entry of {@linkcode noise2m}. */
export const noise2mEntry: Entry<Noise2mOptions, Sampler> = {
  ...{ summary: "DPM-Solver-2M in the noise", create: noise2m, checks: {}, defaults: {} },
};
