/**
 * Mean and standard deviation of an ensemble.
 *
 * @module
 */

/** Calibration of the ensemble spread: σ = √(floor² + (factor · spread)²). */
export interface SpreadCalibration {
  /** Factor of the spread. Default 1. */
  readonly factor?: number;
  /** Standard deviation where all members agree, per band. Default 0. */
  readonly floor?: readonly number[];
}

/** Mean of an ensemble, and its calibrated standard deviation if there are several members. */
export interface EnsembleStatistics {
  readonly mean: Float32Array;
  readonly deviation?: Float32Array;
}

/**
 * Mean of the members, and their standard deviation (n − 1 degrees of freedom), calibrated.
 *
 * @param members Arrays of the same pixels, band fastest; NaN where a member has no value. The mean
 *   overwrites the first one.
 */
export function ensembleStatistics(
  members: readonly Float32Array[],
  { factor = 1, floor = [0] }: SpreadCalibration = {},
): EnsembleStatistics {
  const [mean] = members as [Float32Array];
  const count = members.length;
  if (count === 1) return { mean };
  const deviation = new Float32Array(mean.length);
  for (let i = 0; i < mean.length; i++) {
    // Differences from the first member: equal members have a deviation of exactly 0.
    const first = mean[i]!;
    let [sum, squares] = [0, 0];
    for (let m = 1; m < count; m++) {
      const difference = members[m]![i]! - first;
      sum += difference;
      squares += difference * difference;
    }
    mean[i] = first + sum / count;
    const variance = Math.max(0, squares - sum * sum / count) / (count - 1);
    deviation[i] = Math.sqrt(factor * factor * variance + floor[i % floor.length]! ** 2);
  }
  return { mean, deviation };
}
