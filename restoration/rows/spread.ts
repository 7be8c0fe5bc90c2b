/**
 * The mean of samples and how far they spread.
 *
 * @module
 */

/** How spreads become deviations: √(floor² + (factor · spread)²). */
export interface Deviations {
  /** Default 1. */
  readonly factor?: number;
  /** Of each band. Default 0. */
  readonly floor?: readonly number[];
}

/**
 * The mean of samples, and their standard deviation (of n − 1 degrees of freedom), calibrated.
 *
 * @param samples Numbers at the same places, bands one after the other; NaN where one has none. The
 *   first is overwritten by the mean.
 * @returns The deviation only where there are several samples.
 */
export function spreadOf(
  samples: readonly Float32Array[],
  { factor = 1, floor = [0] }: Deviations = {},
): { readonly mean: Float32Array; readonly deviation?: Float32Array } {
  const [mean] = samples as [Float32Array];
  const count = samples.length;
  if (count === 1) return { mean };
  const deviation = new Float32Array(mean.length);
  for (let i = 0; i < mean.length; i++) {
    // From the first sample on, so that equal samples have no deviation at all.
    const first = mean[i]!;
    let [sum, squares] = [0, 0];
    for (let s = 1; s < count; s++) {
      const apart = samples[s]![i]! - first;
      sum += apart;
      squares += apart * apart;
    }
    mean[i] = first + sum / count;
    const variance = Math.max(0, squares - sum * sum / count) / (count - 1);
    deviation[i] = Math.sqrt(factor * factor * variance + floor[i % floor.length]! ** 2);
  }
  return { mean, deviation };
}
