/**
 * Scores of the classes of each block from its traits: a network of two small hidden layers, fitted
 * on drawn clouds over clear real dates by benches/masks_fit.ts.
 *
 * @module
 */

import type { Classifier } from "./classifier_form.ts";

/** Traits further than this from the mean, in standard deviations, count as this far. */
export const FARTHEST = 4;
/** Number of classes: clear, thick, thin, shadow. */
export const SCORES = 4;

/** Computes the scores of every known block, [blocks, classes]: logarithms of probabilities. */
export function classScores(
  traits: readonly Float32Array[],
  known: Uint8Array,
  { mean, deviation, layers }: Classifier,
): Float32Array {
  const scores = new Float32Array(known.length * SCORES);
  const parts = layers.map(({ weights, biases }, l) => ({
    weights: Float64Array.from(weights),
    biases: Float64Array.from(biases),
    out: new Float64Array(biases.length),
    rectified: l < layers.length - 1,
  }));
  const inputs = new Float64Array(traits.length);
  const factors = Float64Array.from(deviation, (value) => 1 / value);
  const means = Float64Array.from(mean);
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    for (let k = 0; k < inputs.length; k++) {
      const value = (traits[k]![i]! - means[k]!) * factors[k]!;
      inputs[k] = value < -FARTHEST ? -FARTHEST : value > FARTHEST ? FARTHEST : value;
    }
    let below = inputs;
    for (let l = 0; l < parts.length; l++) {
      const { weights, biases, out, rectified } = parts[l]!;
      layer(below, { weights, biases, out, rectified });
      below = out;
    }
    for (let k = 0; k < SCORES; k++) scores[i * SCORES + k] = below[k]!;
  }
  return scores;
}

/** One layer; four outputs at a time, so that their sums stay in registers. */
function layer(
  below: Float64Array,
  { weights, biases, out, rectified }: {
    readonly weights: Float64Array;
    readonly biases: Float64Array;
    readonly out: Float64Array;
    readonly rectified: boolean;
  },
): void {
  const [inputs, outputs] = [below.length, out.length];
  for (let b = 0; b < outputs; b += 4) {
    let s0 = biases[b]!, s1 = biases[b + 1]!, s2 = biases[b + 2]!, s3 = biases[b + 3]!;
    for (let a = 0, k = b; a < inputs; a++, k += outputs) {
      const value = below[a]!;
      s0 += value * weights[k]!;
      s1 += value * weights[k + 1]!;
      s2 += value * weights[k + 2]!;
      s3 += value * weights[k + 3]!;
    }
    out[b] = rectified && s0 < 0 ? 0 : s0;
    out[b + 1] = rectified && s1 < 0 ? 0 : s1;
    out[b + 2] = rectified && s2 < 0 ? 0 : s2;
    out[b + 3] = rectified && s3 < 0 ? 0 : s3;
  }
}
