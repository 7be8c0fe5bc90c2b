/** The cloudy date itself as the mean, as in the paper. @module */

import type { Entry } from "../core/mod.ts";
import { type Mean, MEAN_ORIGIN, type MeanFit, type MeanScene } from "./mean.ts";
import { checkReference, checkScene, checkWindow, copyRegion } from "./window.ts";

/** Options of {@linkcode cloudy}: none. */
export type CloudyOptions = Readonly<Record<never, never>>;

/** Plan of {@linkcode cloudy}. */
export interface CloudyFit extends MeanFit {
  /** The scene. */
  readonly scene: MeanScene;
  /** Index of the frame. */
  readonly reference: number;
}

/** μ = the reference as it is, clouds included. Other dates are not read. */
export function cloudy(_options: CloudyOptions = {}): Mean {
  return {
    surveyMargin: 0,
    margin: 0,
    survey: (scene) => {
      checkScene(scene);
      return { add: () => {}, finish: () => ({ scene }) };
    },
    fit: ({ scene }, reference) => {
      checkReference(scene, reference);
      const dates = scene.days.flatMap((day, index) =>
        index === reference ? [] : [{
          index,
          days: day - scene.days[reference]!,
          clear: NaN,
          error: NaN,
          used: false,
        }]
      );
      return { scene, reference, dates, uses: [reference], notes: [] } as CloudyFit;
    },
    apply: (fit, window, core = window) => {
      const { scene, reference } = fit as CloudyFit;
      checkWindow(scene, { window, core, frames: [reference] });
      const { bands } = scene;
      const image = copyRegion(window.frames[reference]!, { window, core, values: bands });
      const mask = copyRegion(window.masks[reference]!, { window, core, values: 1 });
      const seen = mask.map((value, i) => {
        for (let b = 0; b < bands; b++) if (Number.isNaN(image[i * bands + b]!)) return 0;
        return value === 0 ? 1 : 2;
      });
      const { none, reference: observed, hidden } = MEAN_ORIGIN;
      return {
        image,
        support: Float32Array.from(seen, (value) => value === 1 ? 1 : 0),
        days: Float32Array.from(seen, (value) => value === 1 ? 0 : NaN),
        error: Float32Array.from(seen, (value) => value === 1 ? 0 : NaN),
        origin: seen.map((value) => [none, observed, hidden][value]!),
      };
    },
  };
}

/** Catalog entry of {@linkcode cloudy}. */
export const cloudyEntry: Entry<CloudyOptions, Mean> = {
  summary: "the cloudy date itself, as in the paper",
  create: cloudy,
  checks: {},
  defaults: {},
};
