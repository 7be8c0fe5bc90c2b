/**
 * Restores a scene from files to files: dated rasters in, one Cloud-Optimized GeoTIFF out, with a
 * provenance raster next to it where a mask is used.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { undoRenames } from "../files/mod.ts";
import { orAborted } from "./abortable.ts";
import { areaOf } from "./area.ts";
import { openMasks } from "./open_masks.ts";
import { checkWritable, makeFoldersOf } from "./outputs.ts";
import type { RowsReport } from "./rows/options.ts";
import { restoreRows } from "./rows/restore_rows.ts";
import { type EnsembleRestoration, withSampling } from "./sampling.ts";
import { checkSceneOutputs, createSceneFiles } from "./scene_files.ts";
import { outputPaths, type ScenePaths, scenePaths } from "./scene_paths.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { ensembleTags, logScene, sceneTags } from "./scene_tags.ts";
import type { SelfCheck } from "./self_check/self_check_result.ts";
import { checkSeries, checkTags } from "./self_check/self_check_scene.ts";
import type { OpenSeries } from "./open_series.ts";
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

/** Tags of the restoration, the ensemble, the self-check and the caller. */
async function tagsOf(
  model: Model,
  series: OpenSeries,
  { restoration: { options, text }, check }: {
    readonly restoration: EnsembleRestoration<RestoreSceneOptions>;
    readonly check: SelfCheck | undefined;
  },
): Promise<Readonly<Record<string, string>>> {
  return {
    ...await sceneTags(model, series, options),
    ...(text && ensembleTags(options.ensemble!.seeds, text)),
    ...(check && checkTags(check)),
    ...options.write.tags,
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
  const restoration = withSampling(model, given);
  const { options } = restoration;
  const { write: { picture }, log = () => {}, signal } = options;
  const [image, ...others] = outputPaths(options);
  await undoRenames(image!, others);
  await checkSceneOutputs(options);
  const series = await openSeries(model, options);
  const closing: (() => Promise<void>)[] = [series.close];
  try {
    logScene(series, { mask: options.mask?.source, log });
    const { scene, dates, paths } = series;
    const masks = await openMasks(series, { model, options });
    if (masks !== undefined) closing.push(masks.close);
    await makeFoldersOf(outputPaths(options));
    // The picture is written last; a path that can't be written must fail now, not after hours.
    if (picture !== undefined) await checkWritable(picture);
    const check = options.selfCheck ? await checkSeries(model, series, options, masks) : undefined;
    const tags = await tagsOf(model, series, { restoration, check });
    const { reference } = scene;
    const facts = {
      radiometry: series.radiometry[reference],
      day: dates[reference],
      path: paths[reference]!,
    };
    const area = areaOf(scene.grid, options);
    const files = await createSceneFiles(scene, {
      paths: scenePaths(options),
      area,
      tags,
      facts,
      scaling: model.card.scaling,
      overwrite: options.write.overwrite,
    });
    closing.unshift(files.abort);
    const work = restoreRows(model, scene, {
      ...options,
      area,
      masks: masks?.masks,
      async write(rows) {
        signal?.throwIfAborted();
        await files.write(rows);
      },
    });
    const report = await orAborted(work, signal);
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
      tags,
      report,
    };
  } finally {
    for (const close of closing) await close().catch(() => {});
  }
}
