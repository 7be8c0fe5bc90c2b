/**
 * An open scene as the network of a model sees it: all dates, or the reference with the mean of all
 * dates.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { orAborted } from "./abortable.ts";
import { meanOfModel, sceneMean, type SurveyCache } from "./composite/scene_mean.ts";
import { daysOf, meanTags } from "./composite/used_dates.ts";
import { isOfReference } from "./mask_choice.ts";
import type { MaskNames } from "./mask_names.ts";
import type { OpenSeries } from "./open_series.ts";
import type { RestoreProgress } from "./rows/options.ts";
import type { SceneMasks } from "./rows/scene_masks.ts";
import type { Scene } from "./scene.ts";

/** Options of {@linkcode networkScene}. */
export interface NetworkSceneOptions {
  /** Masks of the dates; all of them for a mean of all dates. */
  readonly masks: SceneMasks | undefined;
  /** Receives the dates that a mean uses, and fallbacks. */
  readonly log?: (line: string) => void;
  /** Called with the blocks of the first pass. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Cancels the first pass. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode sharedNetworkScene}. */
export interface SharedSceneOptions extends NetworkSceneOptions {
  /** Surveys of other dates of the scene. Default: it is surveyed by itself. */
  readonly surveys?: SurveyCache | undefined;
  /** Names of the masks, which decide whether surveys can be shared. Default none. */
  readonly source?: MaskNames | undefined;
}

/** What a network sees of a scene. */
export interface NetworkScene {
  /** Its frames, and the mean if there is one. */
  readonly scene: Scene;
  /** Masks of these frames. */
  readonly masks: SceneMasks | undefined;
  /** Tags of the mean. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * What the survey of a scene depends on besides its dates: the grid, which is that of the reference,
 * and a mask that is of the reference alone.
 */
export function surveyKey(
  { grid: { width, height, transform }, reference }: Scene,
  source: MaskNames | undefined,
): string {
  return JSON.stringify([width, height, transform, isOfReference(source) ? reference : -1]);
}

/**
 * Returns a scene as the network sees it. A mean of all dates takes a first pass over the whole scene,
 * whatever part of it is restored.
 *
 * @throws {TypeError} If a mean of all dates lacks masks.
 */
export async function networkScene(
  model: Model,
  series: Pick<OpenSeries, "scene" | "dates" | "paths">,
  options: NetworkSceneOptions,
): Promise<NetworkScene> {
  return await sharedNetworkScene(model, series, options);
}

/** Returns a scene as {@linkcode networkScene} does, of which other dates are restored, too. */
export async function sharedNetworkScene(
  model: Model,
  series: Pick<OpenSeries, "scene" | "dates" | "paths">,
  options: SharedSceneOptions,
): Promise<NetworkScene> {
  const { masks, surveys, source, log = () => {}, onProgress = () => {}, signal } = options;
  const { scene, dates } = series;
  const { mean } = model.card.modules;
  if (mean === undefined) return { scene, masks, tags: {} };
  if (masks === undefined) {
    throw new TypeError(
      `Cannot restore: the model's mean is ${mean.type}, which needs a mask of each date, got none; ` +
        "give them, or auto for those of the products or the detector",
    );
  }
  const made = await orAborted(
    sceneMean(scene, {
      ...{ model, mean: meanOfModel(model), masks, days: daysOf(dates) },
      shared: surveys && { surveys, key: surveyKey(scene, source) },
      onBlock: (done, total) => onProgress({ done, total, stage: "mean" }),
      ...(signal && { signal }),
    }),
    signal,
  );
  return {
    scene: made.scene,
    masks: made.masks,
    tags: meanTags(series, made.mean.fit, { type: mean.type, log }),
  };
}
