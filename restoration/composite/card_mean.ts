/**
 * The mean of a model over windows in the units of its card.
 *
 * @module
 */

import type { Mean, MeanFit, MeanImage, MeanWindow, Region } from "../../means/mod.ts";
import {
  countedDates,
  type MeanCard,
  type MeanInput,
  meanInput,
  toMeanUnits,
} from "../../model/mod.ts";

/** A mean whose windows, and images, are in the units of a card. Expected errors stay in reflectance. */
export interface CardMean extends Mean {
  /**
   * The mean of a region, and as the input of a network.
   *
   * @param window Frames in the units of the card.
   */
  input(
    fit: MeanFit,
    window: MeanWindow,
    core: Region,
  ): { readonly made: MeanImage; readonly input: MeanInput };
}

/** The part of an array [height, width, depth] of a window that is in the core. */
function part<T extends Float32Array | Uint8Array>(
  values: T,
  { window, core, depth }: {
    readonly window: Region;
    readonly core: Region;
    readonly depth: number;
  },
): T {
  const line = core.width * depth;
  const out = values.slice(0, core.height * line) as T;
  for (let y = 0; y < core.height; y++) {
    const at = ((core.row + y - window.row) * window.width + core.column - window.column) * depth;
    out.set(values.subarray(at, at + line), y * line);
  }
  return out;
}

/** Wraps a mean for windows in the units of a card. */
export function cardMean(mean: Mean, card: MeanCard): CardMean {
  const depth = card.bands.length;
  const converted = (window: MeanWindow): MeanWindow => ({
    ...window,
    frames: window.frames.map((frame) => frame && toMeanUnits(card, frame)),
  });
  const input: CardMean["input"] = (fit, window, core) => {
    const made = mean.apply(fit, converted(window), core, { dates: true });
    return {
      made,
      input: meanInput(card, made, {
        fit,
        reference: part(window.frames[fit.reference!]!, { window, core, depth }),
        masks: countedDates(card, fit).map((l) =>
          part(window.masks[l]!, { window, core, depth: 1 })
        ),
      }),
    };
  };
  return {
    surveyMargin: mean.surveyMargin,
    margin: mean.margin,
    survey(scene) {
      const { add, finish } = mean.survey(scene);
      return { add: (window, core) => add(converted(window), core), finish };
    },
    fit: mean.fit,
    apply(fit, window, core = window) {
      const { made, input: { image } } = input(fit, window, core);
      return { ...made, image };
    },
    input,
  };
}
