/** Estimates of the reference at single pixels, from the dates that are clear there. @module */

import type { CompositeFit } from "./composite_plan.ts";
import {
  type ClearFrame,
  expandFeatures,
  FEATURES_PER_BAND,
  MAP_FEATURES_PER_BAND,
  writeFeatures,
} from "./features.ts";
import { CLIP, type RidgeMap } from "./ridge_map.ts";

/** Estimator over one window. */
export interface DateEstimate {
  /** For each pixel, the sources that are clear, as bits, [height, width]. */
  readonly clear: Uint16Array;
  /** Writes the estimate of a pixel with at least one clear source; returns its expected error. */
  write(pixel: { readonly x: number; readonly y: number; readonly out: Float64Array }): number;
}

/** Bands whose sums are accumulated together. */
const TOGETHER = 4;

/** A ridge map in float64, with bands in groups of {@linkcode TOGETHER}. */
interface WideMap {
  readonly means: Float64Array;
  readonly scales: Float64Array;
  /** W, [groups, features, TOGETHER]; 0 beyond the last band. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly features: number;
}

/** Lays out a map for `addRidge`. */
function wideMap({ means, scales, weights, bias }: RidgeMap): WideMap {
  const features = means.length;
  const bands = bias.length;
  const out = new Float64Array(Math.ceil(bands / TOGETHER) * features * TOGETHER);
  for (let f = 0; f < features; f++) {
    for (let b = 0; b < bands; b++) {
      const group = Math.floor(b / TOGETHER);
      out[(group * features + f) * TOGETHER + b % TOGETHER] = weights[f * bands + b]!;
    }
  }
  return {
    means: Float64Array.from(means),
    scales: Float64Array.from(scales),
    weights: out,
    bias: Float64Array.from(bias),
    features,
  };
}

/** Adds `weight` times a map of standardized features to `out`, [bands, or more]. */
function addRidge(
  { weights, features }: WideMap,
  { z, out }: { readonly z: Float64Array; readonly out: Float64Array },
): void {
  for (let first = 0, w = 0; first < out.length; first += TOGETHER) {
    // Sums of each band are taken in the order of the features.
    let [a, b, c, d] = [out[first]!, out[first + 1]!, out[first + 2]!, out[first + 3]!];
    for (let f = 0; f < features; f++, w += TOGETHER) {
      const value = z[f]!;
      a += weights[w]! * value;
      b += weights[w + 1]! * value;
      c += weights[w + 2]! * value;
      d += weights[w + 3]! * value;
    }
    out[first] = a;
    out[first + 1] = b;
    out[first + 2] = c;
    out[first + 3] = d;
  }
}

/** Sources that the maps of each set of clear sources read, as bits. */
function sourcesOf({ choices, maps }: CompositeFit): Uint16Array {
  return Uint16Array.from(
    choices,
    (choice) =>
      choice.reduce(
        (bits, { map }) => maps[map]!.sources.reduce((more, i) => more | 1 << i, bits),
        0,
      ),
  );
}

/** Estimates pixels of a plan; holds what does not depend on the window. */
export type Estimator = (frames: readonly ClearFrame[]) => DateEstimate;

/** Makes the estimators of a plan; `frames` are those of `fit.sources`. */
export function estimatorOf(fit: CompositeFit): Estimator {
  const wide = fit.maps.map(({ ridge }) => ridge && wideMap(ridge));
  const read = sourcesOf(fit);
  return (frames) => dateEstimate(fit, { frames, wide, read });
}

/** Makes the estimator of a window. */
function dateEstimate(
  fit: CompositeFit,
  { frames, wide, read }: {
    readonly frames: readonly ClearFrame[];
    readonly wide: readonly (WideMap | undefined)[];
    readonly read: Uint16Array;
  },
): DateEstimate {
  const { scene: { bands }, choices, maps, sources } = fit;
  const width = frames[0]?.width ?? 0;
  const clear = clearBits(frames);
  const each = bands * MAP_FEATURES_PER_BAND;
  const measured = new Float32Array(bands * FEATURES_PER_BAND);
  const features = frames.map(() => new Float32Array(each));
  const sums = new Float64Array(Math.ceil(bands / TOGETHER) * TOGETHER);
  const z = new Float64Array(Math.max(0, ...wide.map((map) => map?.features ?? 0)));

  /** Adds `weight` times a map to `sums`. */
  function addMap(index: number, weight: number): void {
    const map = maps[index]!;
    for (let k = 0; k < map.sources.length; k++) {
      const source = map.sources[k]!;
      const { gains, offsets } = sources[source]!.affine;
      const share = weight * map.shares[k]!;
      const values = features[source]!;
      for (let b = 0; b < bands; b++) sums[b]! += share * (gains[b]! * values[b]! + offsets[b]!);
    }
    const ridge = wide[index];
    if (ridge === undefined) return;
    const { means, scales, bias } = ridge;
    for (let b = 0; b < bands; b++) sums[b]! += weight * bias[b]!;
    for (let k = 0, f = 0; k < map.sources.length; k++) {
      const values = features[map.sources[k]!]!;
      for (let i = 0; i < each; i++, f++) {
        const value = (values[i]! - means[f]!) * scales[f]!;
        z[f] = weight * (value < -CLIP ? -CLIP : value > CLIP ? CLIP : value);
      }
    }
    addRidge(ridge, { z, out: sums });
  }

  return {
    clear,
    write: ({ x, y, out }) => {
      const bits = clear[y * width + x]!;
      const wanted = read[bits]!;
      for (let i = 0; i < frames.length; i++) {
        if ((wanted >> i & 1) === 0) continue;
        writeFeatures(frames[i]!, { x, y, out: measured, at: 0 });
        expandFeatures({ from: measured, at: 0, to: features[i]!, start: 0, bands });
      }
      sums.fill(0);
      let error = 0;
      for (const { map, weight } of choices[bits]!) {
        addMap(map, weight);
        error += weight * maps[map]!.error;
      }
      for (let b = 0; b < bands; b++) out[b] = sums[b]!;
      return error;
    },
  };
}

/** For each pixel, the frames that are clear, as bits. */
function clearBits(frames: readonly ClearFrame[]): Uint16Array {
  const bits = new Uint16Array(frames[0]?.clear.length ?? 0);
  frames.forEach(({ clear }, i) => {
    for (let p = 0; p < bits.length; p++) bits[p]! |= clear[p]! << i;
  });
  return bits;
}
