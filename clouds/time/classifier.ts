/**
 * Class of each pixel from its traits: a network of two small hidden layers, fitted on drawn clouds
 * over clear real dates by benches/masks_fit.ts.
 *
 * @module
 */

import { CLOUD_CLASSES, MASK_UNKNOWN } from "../classes.ts";
import type { Classifier } from "./classifier_form.ts";
import { CLASSIFIER } from "./classifier_weights.ts";

/** Traits further than this from the mean, in standard deviations, count as this far. */
export const FARTHEST = 4;

/** Classes in the order of the outputs: clear, thick, thin, shadow. */
const OUTPUTS = [
  CLOUD_CLASSES.clear,
  CLOUD_CLASSES.thick,
  CLOUD_CLASSES.thin,
  CLOUD_CLASSES.shadow,
] as const;

/** Classifies every known pixel; the others are unknown. */
export function classify(
  traits: readonly Float32Array[],
  known: Uint8Array,
  { mean, deviation, layers }: Classifier = CLASSIFIER,
): Uint8Array {
  const classes = new Uint8Array(known.length).fill(MASK_UNKNOWN);
  const parts = layers.map(({ weights, biases }) => ({
    weights: Float64Array.from(weights),
    biases: Float64Array.from(biases),
    out: new Float64Array(biases.length),
  }));
  const inputs = new Float64Array(traits.length);
  const factors = Float64Array.from(deviation, (value) => 1 / value);
  const means = Float64Array.from(mean);
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    for (let k = 0; k < inputs.length; k++) {
      const value = (traits[k]![i]! - means[k]!) * factors[k]!;
      inputs[k] = Math.min(Math.max(value, -FARTHEST), FARTHEST);
    }
    let below: Float64Array = inputs;
    for (const { weights, biases, out } of parts) {
      out.set(biases);
      for (let a = 0, k = 0; a < below.length; a++) {
        const value = below[a]!;
        // Rectified, except the traits themselves.
        if (below !== inputs && value <= 0) {
          k += out.length;
          continue;
        }
        for (let b = 0; b < out.length; b++, k++) out[b]! += value * weights[k]!;
      }
      below = out;
    }
    let best = 0;
    for (let k = 1; k < OUTPUTS.length; k++) if (below[k]! > below[best]!) best = k;
    classes[i] = OUTPUTS[best]!;
  }
  return classes;
}
