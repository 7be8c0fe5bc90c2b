/** Estimates of the reference at single pixels, from the dates that are clear there. @module */

import { applyChoice, type ChoiceMap, choiceMap, TOGETHER } from "./choice_map.ts";
import type { CompositeFit } from "./composite_plan.ts";
import {
  type ClearFrame,
  expandFeatures,
  FEATURES_PER_BAND,
  FrameFeatures,
  MAP_FEATURES_PER_BAND,
} from "./features.ts";

/** Estimator over one window. */
export interface DateEstimate {
  /** For each pixel, the sources that are clear, as bits, [height, width]. */
  readonly clear: Uint16Array;
  /** Writes the estimate of a pixel with at least one clear source; returns its expected error. */
  write(pixel: { readonly x: number; readonly y: number; readonly out: Float64Array }): number;
}

/** Estimates pixels of a plan; holds what does not depend on the window. */
export type Estimator = (frames: readonly ClearFrame[]) => DateEstimate;

const FOLDED = new WeakMap<CompositeFit, (ChoiceMap | undefined)[]>();

/** Makes the estimators of a plan; `frames` are those of `fit.sources`. */
export function estimatorOf(fit: CompositeFit): Estimator {
  // The windows of a plan share its maps, which are folded when a pixel first needs them.
  const folded = FOLDED.get(fit) ?? [];
  FOLDED.set(fit, folded);
  const choiceOf = (bits: number) => folded[bits] ??= choiceMap(fit, bits);
  return (frames) => dateEstimate(fit, { frames, choiceOf });
}

/** Makes the estimator of a window. */
function dateEstimate(
  { scene: { bands }, sources }: CompositeFit,
  { frames, choiceOf }: {
    readonly frames: readonly ClearFrame[];
    readonly choiceOf: (bits: number) => ChoiceMap;
  },
): DateEstimate {
  const width = frames[0]?.width ?? 0;
  const clear = clearBits(frames);
  const each = bands * MAP_FEATURES_PER_BAND;
  const ground = frames.map((frame) => new FrameFeatures(frame));
  const measured = new Float32Array(bands * FEATURES_PER_BAND);
  const features = new Float64Array(sources.length * each);
  const sums = new Float64Array(Math.ceil(bands / TOGETHER) * TOGETHER);
  return {
    clear,
    write: ({ x, y, out }) => {
      const choice = choiceOf(clear[y * width + x]!);
      for (let k = 0; k < choice.sources.length; k++) {
        ground[choice.sources[k]!]!.write({ x, y, out: measured, at: 0 });
        expandFeatures({ from: measured, at: 0, to: features, start: k * each, bands });
      }
      applyChoice(choice, { features, out: sums });
      for (let b = 0; b < bands; b++) out[b] = sums[b]!;
      return choice.error;
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
