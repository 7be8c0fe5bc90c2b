/**
 * Losses by noise level: bins of equal width in log₁₀ σ over what a distribution draws.
 *
 * @module
 */

import { createRng, quantile } from "../core/mod.ts";
import type { NoiseDistribution } from "../noise/mod.ts";

/** One bin with what fell into it. */
export interface SigmaBin {
  /** Bounds of σ; what lies beyond the outer bins counts with them. */
  readonly from: number;
  readonly to: number;
  /** Mean loss. */
  readonly loss: number;
  readonly samples: number;
}

/** A loss at a noise level. */
export interface LossAtSigma {
  readonly sigma: number;
  readonly loss: number;
}

const BINS = 8;
const DRAWS = 4096;
/** Share of draws below the first bound, and above the last. */
const TAIL = 0.005;

/**
 * Bounds of bins in log₁₀ σ, from the 0.5 % to the 99.5 % quantile of a distribution, which need not
 * know its own range: 4096 draws show it.
 */
export function sigmaBounds(noise: NoiseDistribution, count = BINS): readonly number[] {
  const rng = createRng(0).fork("bins");
  const drawn = Array.from({ length: DRAWS }, (_, i) => Math.log10(noise.sample(rng.fork(i))))
    .sort((a, b) => a - b);
  const [low, high] = [quantile(drawn, TAIL), quantile(drawn, 1 - TAIL)];
  return Array.from({ length: count + 1 }, (_, i) => low + (high - low) * i / count);
}

/** Mean losses by bin; bins into which nothing fell are left out. */
export function binLosses(
  losses: readonly LossAtSigma[],
  bounds: readonly number[],
): readonly SigmaBin[] {
  const inner = bounds.slice(1, -1);
  const bins = bounds.slice(1).map(() => ({ sum: 0, samples: 0 }));
  for (const { sigma, loss } of losses) {
    const place = inner.filter((bound) => Math.log10(sigma) >= bound).length;
    bins[place]!.sum += loss;
    bins[place]!.samples++;
  }
  return bins.flatMap(({ sum, samples }, i) => {
    if (samples === 0) return [];
    return [{ from: 10 ** bounds[i]!, to: 10 ** bounds[i + 1]!, loss: sum / samples, samples }];
  });
}
