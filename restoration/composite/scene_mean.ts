/**
 * The mean of all dates of an open scene: a first pass over its own grid of blocks, the plan for the
 * reference, and the scene as a network sees it.
 *
 * @module
 */

import type { MeanSurveyData } from "../../means/mod.ts";
import type { Model } from "../../model/mod.ts";
import { type PlannedMean, PlannedMeanRows } from "../rows/mean_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import type { Scene } from "../scene.ts";
import { type CardMean, cardMean } from "./card_mean.ts";
import { ClassStore } from "./class_store.ts";
import { storedMask } from "./stored_mask.ts";
import { blockCount, surveyScene } from "./survey_scene.ts";

/** Options of {@linkcode sceneMean}. */
export interface SceneMeanOptions {
  readonly model: Pick<Model, "card">;
  readonly mean: CardMean;
  /** Masks of all dates. */
  readonly masks: SceneMasks;
  /** Day of each date; all equal where one is unknown. */
  readonly days: readonly number[];
  /** Surveys of earlier calls, and the key of this scene's. Default none. */
  readonly shared?: { readonly surveys: SurveyCache; readonly key: string } | undefined;
  /** Called after each block of the first pass. */
  readonly onBlock?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A scene whose mean is planned. */
export interface PlannedScene {
  /** The reference alone, with the mean of all dates. */
  readonly scene: Scene;
  /** Mask of the reference alone. */
  readonly masks: SceneMasks;
  readonly mean: PlannedMean;
}

/** The mean of a model, over windows in the units of its card. */
export function meanOfModel({ card, modules }: Model): CardMean {
  return cardMean(modules.mean, card);
}

/** First pass over a scene, which serves every date as the reference. */
export interface DatesSurvey {
  readonly data: MeanSurveyData;
  /** Mask classes of all dates. */
  readonly store: ClassStore;
}

/** Surveys that restorations of several dates of one scene share, by what they depend on. */
export type SurveyCache = Map<string, DatesSurvey>;

/** Surveys a scene. */
async function surveyDates(
  scene: Scene,
  { mean, masks, days, onBlock = () => {}, signal }: SceneMeanOptions,
): Promise<DatesSurvey> {
  const store = new ClassStore();
  const total = blockCount(scene, { mean, masks });
  let done = 0;
  const { data } = await surveyScene(scene, {
    ...{ mean, days, masks, store },
    ...(signal && { signal }),
    onBlock: () => onBlock(++done, total),
  });
  return { data, store };
}

/** Surveys a scene, unless another date of it was restored before, and plans the mean of its reference. */
export async function sceneMean(scene: Scene, options: SceneMeanOptions): Promise<PlannedScene> {
  const { model: { card }, mean, masks, shared } = options;
  const { reference, frames, auxiliary } = scene;
  const survey = shared?.surveys.get(shared.key) ?? await surveyDates(scene, options);
  shared?.surveys.set(shared.key, survey);
  const { data, store } = survey;
  const fit = mean.fit(data, reference);
  const planned: PlannedMean = { dates: scene, mean, fit, masks, store, card };
  const stored = storedMask(store, { date: reference, scene: scene.grid });
  return {
    scene: {
      ...scene,
      frames: [frames[reference]!],
      reference: 0,
      ...(auxiliary && { auxiliary: [auxiliary[reference]!] }),
      mean: { open: (columns, signal) => new PlannedMeanRows(planned, columns, signal) },
    },
    masks: { ...masks, margin: 0, open: () => [stored] },
    mean: planned,
  };
}
