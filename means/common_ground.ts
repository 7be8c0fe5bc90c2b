/** Surveyed pixels that are clear in several dates at once. @module */

import { CELL } from "./cells.ts";
import { expandFeatures, FEATURES_PER_BAND, MAP_FEATURES_PER_BAND } from "./features.ts";
import type { CompositeSurvey, DateSample } from "./survey.ts";

/** Pixels that are clear in all of `frames`. */
export interface CommonGround {
  /** The frames. */
  readonly frames: readonly number[];
  /** Index of each pixel in the sample of each frame. */
  readonly indices: readonly Uint32Array[];
  /** Pixels. */
  readonly count: number;
  /** Share of the common pixels of the scene that these are. */
  readonly share: number;
}

/** Finds the common pixels; takes every n-th if there are more than `most`. */
export function commonGround(
  survey: CompositeSurvey,
  { frames, most }: { readonly frames: readonly number[]; readonly most: number },
): CommonGround {
  const samples = frames.map((frame) => survey.samples[frame]!);
  const found: number[] = [];
  const at = samples.map(() => 0);
  const [first, ...others] = samples;
  for (let i = 0; i < first!.keys.length; i++) {
    const key = first!.keys[i]!;
    const everywhere = others.every(({ keys }, j) => {
      let k = at[j + 1]!;
      while (k < keys.length && keys[k]! < key) k++;
      at[j + 1] = k;
      return keys[k] === key;
    });
    if (everywhere) found.push(i, ...at.slice(1));
  }
  const all = found.length / frames.length;
  const every = Math.max(1, Math.ceil(all / most));
  const count = Math.ceil(all / every);
  const indices = frames.map((_, j) =>
    Uint32Array.from({ length: count }, (_, i) => found[i * every * frames.length + j]!)
  );
  return { frames, indices, count, share: survey.share * (all === 0 ? 1 : count / all) };
}

/** Values of one of the frames at the common pixels, [count, bands]. */
export function groundValues(
  survey: CompositeSurvey,
  { ground, position }: { readonly ground: CommonGround; readonly position: number },
): Float32Array {
  const { bands } = survey.scene;
  const { features } = sampleOf(survey, ground, position);
  const out = new Float32Array(ground.count * bands);
  ground.indices[position]!.forEach((index, i) => {
    const from = index * bands * FEATURES_PER_BAND;
    for (let b = 0; b < bands; b++) out[i * bands + b] = features[from + b]!;
  });
  return out;
}

/** Features of all frames but the first, which is the reference: [count, features]. */
export function groundFeatures(survey: CompositeSurvey, ground: CommonGround): Float32Array {
  const { bands } = survey.scene;
  const each = bands * MAP_FEATURES_PER_BAND;
  const row = each * (ground.frames.length - 1);
  const out = new Float32Array(ground.count * row);
  for (let position = 1; position < ground.frames.length; position++) {
    const { features } = sampleOf(survey, ground, position);
    ground.indices[position]!.forEach((index, i) =>
      expandFeatures({
        from: features,
        at: index * bands * FEATURES_PER_BAND,
        to: out,
        start: i * row + (position - 1) * each,
        bands,
      })
    );
  }
  return out;
}

/** Fold of each common pixel: the squares of a checkerboard of cells. */
export function groundFolds(survey: CompositeSurvey, ground: CommonGround): Uint8Array {
  const { width } = survey.scene;
  const { keys } = sampleOf(survey, ground, 0);
  return Uint8Array.from(ground.indices[0]!, (index) => {
    const key = keys[index]!;
    const row = Math.floor(key / width);
    return (Math.floor(row / CELL) + Math.floor((key - row * width) / CELL)) % 2;
  });
}

function sampleOf(survey: CompositeSurvey, ground: CommonGround, position: number): DateSample {
  return survey.samples[ground.frames[position]!]!;
}
