/** Estimates of the reference at single pixels, from the dates that are clear there. @module */

import type { CompositeFit } from "./composite_plan.ts";
import {
  type ClearFrame,
  expandFeatures,
  FEATURES_PER_BAND,
  MAP_FEATURES_PER_BAND,
  writeFeatures,
} from "./features.ts";
import { CLIP } from "./ridge_map.ts";

/** Estimator over one window. */
export interface DateEstimate {
  /** For each pixel, the sources that are clear, as bits, [height, width]. */
  readonly clear: Uint16Array;
  /** Writes the estimate of a pixel with at least one clear source; returns its expected error. */
  write(pixel: { readonly x: number; readonly y: number; readonly out: Float64Array }): number;
}

/** Makes the estimator; `frames` are those of `fit.sources`. */
export function dateEstimate(fit: CompositeFit, frames: readonly ClearFrame[]): DateEstimate {
  const { bands } = fit.scene;
  const pixels = frames[0] === undefined ? 0 : frames[0].clear.length;
  const clear = new Uint16Array(pixels);
  frames.forEach((frame, i) => frame.clear.forEach((flag, p) => clear[p]! |= flag << i));
  const each = bands * MAP_FEATURES_PER_BAND;
  const measured = new Float32Array(bands * FEATURES_PER_BAND);
  const features = frames.map(() => new Float32Array(each));

  function addMap(map: CompositeFit["maps"][number], weight: number, out: Float64Array): void {
    map.sources.forEach((source, k) => {
      const { gains, offsets } = fit.sources[source]!.affine;
      const share = weight * map.shares[k]!;
      const values = features[source]!;
      for (let b = 0; b < bands; b++) out[b]! += share * (gains[b]! * values[b]! + offsets[b]!);
    });
    if (map.ridge === undefined) return;
    const { means, scales, weights, bias } = map.ridge;
    for (let b = 0; b < bands; b++) out[b]! += weight * bias[b]!;
    let f = 0;
    let w = 0;
    for (const source of map.sources) {
      const values = features[source]!;
      for (let k = 0; k < each; k++, f++) {
        const z = (values[k]! - means[f]!) * scales[f]!;
        const clipped = weight * (z < -CLIP ? -CLIP : z > CLIP ? CLIP : z);
        for (let b = 0; b < bands; b++, w++) out[b]! += weights[w]! * clipped;
      }
    }
  }

  return {
    clear,
    write: ({ x, y, out }) => {
      const bits = clear[y * (frames[0]?.width ?? 0) + x]!;
      frames.forEach((frame, i) => {
        if ((bits >> i & 1) === 0) return;
        writeFeatures(frame, { x, y, out: measured, at: 0 });
        expandFeatures({ from: measured, at: 0, to: features[i]!, start: 0, bands });
      });
      out.fill(0, 0, bands);
      let error = 0;
      for (const { map, weight } of fit.choices[bits]!) {
        addMap(fit.maps[map]!, weight, out);
        error += weight * fit.maps[map]!.error;
      }
      return error;
    },
  };
}
