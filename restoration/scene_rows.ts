/**
 * The rows of a scene: those that a model restores, or those of the composite that is chosen in its
 * place.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { Model } from "../model/mod.ts";
import { orAborted } from "./abortable.ts";
import { composeScene, standInOf } from "./composite/compose_scene.ts";
import { UNCERTAINTY } from "./composite/composite_scene.ts";
import { sceneMean, type SurveyCache } from "./composite/scene_mean.ts";
import { daysOf, meanTags } from "./composite/used_dates.ts";
import { sharedNetworkScene, surveyKey } from "./network_scene.ts";
import type { OpenSeries } from "./open_series.ts";
import type { FinishedRows } from "./rows/finish_rows.ts";
import type { RowsReport } from "./rows/options.ts";
import { planArea, tileCount } from "./rows/plan_area.ts";
import { restoreRows } from "./rows/restore_rows.ts";
import type { SceneMasks } from "./rows/scene_masks.ts";
import type { EnsembleRestoration } from "./sampling.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";

type Options = EnsembleRestoration<RestoreSceneOptions>["options"];

/** Rows that are planned. */
export interface SceneRows {
  /** Tags of what they are made of. */
  readonly tags: Readonly<Record<string, string>>;
  /** Meaning of their deviation. Default that of an ensemble. */
  readonly uncertainty?: string;
  /** Computes the rows of an area, from top to bottom. */
  run(
    area: RasterWindow,
    write: (rows: FinishedRows) => Promise<void>,
  ): Promise<RowsReport>;
}

/** Plans the rows that a model restores. */
export async function restoredRows(
  model: Model,
  series: OpenSeries,
  { masks: given, options, surveys }: {
    readonly masks: SceneMasks | undefined;
    readonly options: Options;
    /** Surveys of other dates of the scene. */
    readonly surveys: SurveyCache | undefined;
  },
): Promise<SceneRows> {
  const { log, onProgress, signal } = options;
  const { scene, masks, tags } = await sharedNetworkScene(model, series, {
    ...{ masks: given, surveys, source: options.mask?.source },
    ...(log && { log }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  return {
    tags,
    run: async (area, write) =>
      await orAborted(
        restoreRows(model, scene, { ...options, area, ...(masks && { masks }), write }),
        signal,
      ),
  };
}

/**
 * Plans the rows of the composite in place of those of a model.
 *
 * @param options.masks Masks of all dates.
 */
export async function composedRows(
  model: Model,
  series: OpenSeries,
  { masks, options, surveys }: {
    readonly masks: SceneMasks;
    readonly options: Options;
    readonly surveys: SurveyCache | undefined;
  },
): Promise<SceneRows> {
  const { scene, dates } = series;
  const { log = () => {}, onProgress = () => {}, signal } = options;
  const planned = await orAborted(
    sceneMean(scene, {
      ...{ model, mean: standInOf(model, options.mask), masks, days: daysOf(dates) },
      shared: surveys && { surveys, key: surveyKey(scene, options.mask?.source) },
      onBlock: (done, total) => onProgress({ done, total, stage: "mean" }),
      ...(signal && { signal }),
    }),
    signal,
  );
  return {
    tags: meanTags(series, planned.mean.fit, { type: "composite", log }),
    uncertainty: UNCERTAINTY,
    async run(area, write) {
      const { plan } = await planArea(model, scene, { ...options, area });
      const report = await orAborted(
        composeScene(planned, { area, hasError: options.ensemble !== undefined, write, signal }),
        signal,
      );
      return {
        ...report,
        seams: { disagreement: 0 },
        tiles: { total: tileCount(plan), restored: 0 },
        evaluations: 0,
      };
    },
  };
}
