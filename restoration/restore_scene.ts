/**
 * Restores a scene from files to files: dated rasters in, one Cloud-Optimized GeoTIFF out, with a
 * provenance raster next to it where a mask is used.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { undoRenames } from "../files/mod.ts";
import { areaOf } from "./area.ts";
import type { SurveyCache } from "./composite/scene_mean.ts";
import type { OpenMasks } from "./date_masks.ts";
import type { ComparisonCache } from "./compare_dates.ts";
import { openMasks } from "./open_masks.ts";
import { checkParts, checkWritable, makeFoldersOf } from "./outputs.ts";
import type { RowsReport } from "./rows/options.ts";
import { composedRows, restoredRows } from "./scene_rows.ts";
import { type EnsembleRestoration, withSampling } from "./sampling.ts";
import { checkSceneOutputs, createSceneFiles } from "./scene_files.ts";
import { outputPaths, type ScenePaths, scenePaths } from "./scene_paths.ts";
import { optionsForModel } from "./options_for_model.ts";
import { acquisitionTime } from "./scene_layout.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { ensembleTags, logScene, sceneTags } from "./scene_tags.ts";
import { choiceOf, choiceTags, choiceText, type SceneChoice } from "./self_check/choice.ts";
import type { SelfCheck } from "./self_check/self_check_result.ts";
import { checkSeries, checkTags } from "./self_check/self_check_scene.ts";
import { UncheckableError } from "./self_check/uncheckable_error.ts";
import type { OpenSeries } from "./open_series.ts";
import { withItems } from "./stac_inputs.ts";
import { openSeries } from "./series.ts";

/** Result of {@linkcode restoreScene}: its files and what was measured. */
export interface RestoredScene extends ScenePaths {
  /** Dates in rising order; undefined where one is unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Paths of the dates. */
  readonly paths: readonly string[];
  /** Index of the restored date among `dates`. */
  readonly reference: number;
  /** Present if it was requested. */
  readonly selfCheck?: SelfCheck;
  /** What it is made by, if the better one was to be taken. */
  readonly choice?: SceneChoice;
  /** Tags added to the file. */
  readonly tags: Readonly<Record<string, string>>;
  /** Measurements of the restoration. */
  readonly report: RowsReport;
}

/** Returns true if the reference has no data in the restored area. */
function hasNoData({ tiles, pixels }: RowsReport): boolean {
  if (pixels === undefined) return tiles.restored === 0;
  return pixels.observed + pixels.otherDate + pixels.reconstructed === 0;
}

/** A self-check, and the choice by it. */
interface Judged {
  readonly check?: SelfCheck;
  readonly choice?: SceneChoice;
}

type Restoration = EnsembleRestoration<RestoreSceneOptions>;

/** Checks a scene and chooses by it, if that is wanted; a scene that can't be checked is the model's. */
async function judge(
  model: Model,
  series: OpenSeries,
  { options, masks }: {
    readonly options: Restoration["options"];
    readonly masks: OpenMasks | undefined;
  },
): Promise<Judged> {
  const { choose = false, log = () => {} } = options;
  const path = series.paths[series.scene.reference]!;
  const judged = await checkSeries(model, series, options, masks)
    .then((check): Judged => ({ check, ...(choose && { choice: choiceOf(check) }) }))
    .catch((error: unknown): Judged => {
      if (!choose || !(error instanceof UncheckableError)) throw error;
      log(`warning: ${error.message}`);
      return {
        choice: { method: "restored", reason: "too little of the scene is clear to check" },
      };
    });
  const { choice } = judged;
  if (choice !== undefined) log(`${path}: ${choiceText(choice, model.card.name)}`);
  return judged;
}

/** Tags of the restoration, the ensemble, the self-check and the choice. */
async function tagsOf(
  model: Model,
  series: OpenSeries,
  { restoration: { options, text }, judged: { check, choice } }: {
    readonly restoration: Restoration;
    readonly judged: Judged;
  },
): Promise<Readonly<Record<string, string>>> {
  return {
    ...await sceneTags(model, series, options),
    ...(text && choice?.method !== "composite" && ensembleTags(options.ensemble!.seeds, text)),
    ...(check && checkTags(check)),
    ...(choice && choiceTags(choice)),
  };
}

/**
 * Restores the reference date of a series and writes it with the input's CRS, transform, nodata,
 * pixel type, band names, scales, digital numbers and tags.
 *
 * NaN, infinite numbers and nodata are missing: the model sees values from the other dates or from
 * nearby instead, and the result has no data there. Infinite numbers are logged.
 *
 * Windows are read and rows are written, so memory grows with the width of the scene, not with its
 * height. A part of a scene (window, box, shard) has the same pixels as in the whole scene.
 *
 * @throws {InputError} If a file can't be read, or doesn't fit the others or the model.
 * @throws {OutputError} If a file exists already, is one of the inputs, or can't be written. Nothing is
 *   written then.
 * @throws {RangeError} If there are more dates than the model was trained with, the reference is
 *   none of them, or a number is out of range.
 */
export async function restoreScene(
  model: Model,
  given: RestoreSceneOptions,
): Promise<RestoredScene> {
  return await restoreDate(model, given);
}

/** First passes over a scene that the restorations of its dates share. */
export interface SharedPasses {
  /** Surveys of a mean of all dates. */
  readonly surveys?: SurveyCache;
  /** Comparisons of the dates for clouds. */
  readonly comparisons?: ComparisonCache;
}

/**
 * Restores a scene as {@linkcode restoreScene} does, of which other dates are restored, too.
 *
 * @param shared What the dates share: surveys of a mean of all dates, and comparisons for clouds.
 */
export async function restoreDate(
  model: Model,
  given: RestoreSceneOptions,
  { surveys, comparisons }: SharedPasses = {},
): Promise<RestoredScene> {
  const restoration = withSampling(model, optionsForModel(model, await withItems(given)));
  const { options } = restoration;
  const { write: { picture }, log = () => {}, signal } = options;
  const [image, ...others] = outputPaths(options);
  await undoRenames(image!, others);
  await checkSceneOutputs(options);
  const series = await openSeries(model, options);
  const closing: (() => Promise<void>)[] = [series.close];
  try {
    await checkParts(outputPaths(options), series.files);
    logScene(series, { mask: options.mask?.source, log });
    const { scene, dates, paths } = series;
    const masks = await openMasks(series, { model, options, comparisons });
    if (masks !== undefined) closing.push(masks.close);
    /** Masks of all dates, for a composite. */
    const eachMask = async () => {
      const each = await openMasks(series, {
        model,
        options: { ...options, log: () => {} },
        isEach: true,
        comparisons,
      });
      closing.push(each!.close);
      return each!.masks;
    };
    await makeFoldersOf(outputPaths(options));
    // The picture is written last; a path that can't be written must fail now, not after hours.
    if (picture !== undefined) await checkWritable(picture);
    const judged = options.selfCheck ? await judge(model, series, { options, masks }) : {};
    const { check, choice } = judged;
    const rows = choice?.method === "composite"
      ? await composedRows(model, series, { masks: await eachMask(), options, surveys })
      : await restoredRows(model, series, { masks: masks?.masks, options, surveys });
    const { reference } = scene;
    const tags = {
      ...await tagsOf(model, series, { restoration, judged }),
      ...rows.tags,
      ...options.write.tags,
    };
    const facts = {
      radiometry: series.radiometry[reference],
      day: dates[reference],
      path: paths[reference]!,
      datetime: series.files[reference]!.datetime,
    };
    const area = areaOf(scene.grid, options);
    const files = await createSceneFiles(scene, {
      paths: scenePaths(options),
      area,
      tags,
      facts,
      ...(rows.uncertainty !== undefined && { uncertainty: rows.uncertainty }),
      origin: {
        sources: paths,
        time: acquisitionTime(facts),
      },
      scaling: model.card.scaling,
      overwrite: options.write.overwrite,
    });
    closing.unshift(files.abort);
    const report = await rows.run(area, async (rows) => {
      signal?.throwIfAborted();
      await files.write(rows);
    });
    if (hasNoData(report)) {
      log(`warning: ${paths[scene.reference]} has no data here, and so has the result`);
    }
    await files.finish();
    return {
      ...scenePaths(options),
      dates,
      paths,
      reference: scene.reference,
      ...(check && { selfCheck: check }),
      ...(choice && { choice }),
      tags,
      report,
    };
  } finally {
    for (const close of closing) await close().catch(() => {});
  }
}
