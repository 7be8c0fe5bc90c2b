/**
 * The mean of all dates of an open scene: a first pass over its own grid of blocks, the plan for the
 * reference, and the scene as a network sees it.
 *
 * @module
 */

import type { MeanFit } from "../../means/mod.ts";
import type { Model } from "../../model/mod.ts";
import type { SceneMean } from "../rows/mean_rows.ts";
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
  /** Called after each block of the first pass. */
  readonly onBlock?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A scene whose mean is planned. */
export interface PlannedScene {
  /** The reference alone, with the mean of all dates. */
  readonly scene: Scene & { readonly mean: SceneMean };
  /** Mask of the reference alone. */
  readonly masks: SceneMasks;
  readonly fit: MeanFit;
}

/** The mean of a model, over windows in the units of its card. */
export function meanOfModel({ card, modules }: Model): CardMean {
  return cardMean(modules.mean, card);
}

/** Surveys a scene and plans the mean of its reference. */
export async function sceneMean(
  scene: Scene,
  { model: { card }, mean, masks, days, onBlock = () => {}, signal }: SceneMeanOptions,
): Promise<PlannedScene> {
  const { reference, frames, auxiliary } = scene;
  const store = new ClassStore();
  const total = blockCount(scene);
  let done = 0;
  const { data } = await surveyScene(scene, {
    ...{ mean, days, masks, store, signal },
    onBlock: () => onBlock(++done, total),
  });
  const fit = mean.fit(data, reference);
  const stored = storedMask(store, { date: reference, scene: scene.grid });
  return {
    scene: {
      ...scene,
      frames: [frames[reference]!],
      reference: 0,
      ...(auxiliary && { auxiliary: [auxiliary[reference]!] }),
      mean: { dates: scene, mean, fit, masks, store, card },
    },
    masks: { ...masks, margin: 0, open: () => [stored] },
    fit,
  };
}
