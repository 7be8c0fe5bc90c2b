/**
 * Losses by noise level, in bins of equal width in log₁₀ σ over the range of a noise distribution.
 *
 * @module
 */

import { createRng, quantile } from "../core/mod.ts";
import type { NoiseDistribution, NoiseProcess } from "../noise/mod.ts";

/** Bin of noise levels with its mean loss. */
export interface SigmaBin {
  /** Lower bound of σ; the first bin includes everything below. */
  readonly from: number;
  /** Upper bound of σ; the last bin includes everything above. */
  readonly to: number;
  /** Mean loss. */
  readonly loss: number;
  /** Number of samples. */
  readonly samples: number;
}

/** Loss of one sample at its noise level. */
export interface LossAtSigma {
  /** Noise level σ, > 0. */
  readonly sigma: number;
  /** Loss λ(σ)·mean((D − x0)²) (Alg. 1). */
  readonly loss: number;
}

const BINS = 8;
const DRAWS = 4096;
/** Fraction of draws below the first bound, and above the last. */
const TAIL = 0.005;

/**
 * Returns bounds of bins in log₁₀ σ, from the 0.5 % to the 99.5 % quantile of a distribution. The
 * quantiles are estimated from 4096 draws.
 */
export function sigmaBounds(
  noise: NoiseDistribution,
  { schedule, count = BINS }: {
    /** The process that is trained, for distributions over its time. */
    readonly schedule?: NoiseProcess;
    /** Number of bins. Default 8. */
    readonly count?: number;
  } = {},
): readonly number[] {
  const rng = createRng(0).fork("bins");
  const drawn = Array.from(
    { length: DRAWS },
    (_, i) => Math.log10(noise.sample(rng.fork(i), schedule)),
  )
    .sort((a, b) => a - b);
  const [low, high] = [quantile(drawn, TAIL), quantile(drawn, 1 - TAIL)];
  return Array.from({ length: count + 1 }, (_, i) => low + (high - low) * i / count);
}

/** Returns the mean loss of each bin that has samples. */
export function binLosses(
  losses: readonly LossAtSigma[],
  bounds: readonly number[],
): readonly SigmaBin[] {
  const inner = bounds.slice(1, -1);
  const bins = bounds.slice(1).map(() => ({ sum: 0, samples: 0 }));
  for (const { sigma, loss } of losses) {
    const index = inner.filter((bound) => Math.log10(sigma) >= bound).length;
    bins[index]!.sum += loss;
    bins[index]!.samples++;
  }
  return bins.flatMap(({ sum, samples }, i) => {
    if (samples === 0) return [];
    return [{ from: 10 ** bounds[i]!, to: 10 ** bounds[i + 1]!, loss: sum / samples, samples }];
  });
}
