/**
 * Restoring a scene from files to files: dated rasters in, one Cloud-Optimized GeoTIFF out, with a
 * raster beside it that says where each pixel comes from.
 *
 * @module
 */

import { type CogWriter, createCog, type RasterHeader } from "../rasters/mod.ts";
import type { Model } from "../model/mod.ts";
import { orAborted } from "./abortable.ts";
import { areaOf } from "./area.ts";
import { PROVENANCE } from "./rows/finish_rows.ts";
import { checkOutputs, checkWritable } from "./outputs.ts";
import { Preview } from "./preview.ts";
import { restoreRows, type RowsReport } from "./rows/restore_rows.ts";
import type { SceneFrame } from "./scene.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { openSky } from "./scene_sky.ts";
import { withSampling } from "./sampling.ts";
import { logScene, sampleTags, sceneTags } from "./scene_tags.ts";
import type { SelfCheck } from "./self_check/self_check_result.ts";
import { checkSeries, checkTags } from "./self_check/self_check_scene.ts";
import { type OpenSeries, openSeries } from "./series.ts";

/** What {@linkcode restoreScene} did. */
export interface RestoredScene {
  readonly output: string;
  /** The raster of `PROVENANCE`, where a mask was used. */
  readonly provenance?: string;
  /** The raster of deviations, where there are samples. */
  readonly uncertainty?: string;
  readonly picture?: string;
  /** Rising; undefined where a date is unknown. */
  readonly dates: readonly (string | undefined)[];
  readonly paths: readonly string[];
  /** The date that is depicted, by its place among `dates`. */
  readonly reference: number;
  /** Where it was asked for. */
  readonly selfCheck?: SelfCheck;
  /** Tags added to the file. */
  readonly tags: Readonly<Record<string, string>>;
  readonly report: RowsReport;
}

/** `clear.tif` → `clear.provenance.tif`. */
export function provenancePath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".provenance.tif");
}

/** `clear.tif` → `clear.uncertainty.tif`. */
export function uncertaintyPath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".uncertainty.tif");
}

/** Every file that a restoration writes; the image first. */
export function outputPaths(
  { output, mask, samples, picture }: Pick<
    RestoreSceneOptions,
    "output" | "mask" | "samples" | "picture"
  >,
): readonly string[] {
  return [
    output,
    ...(mask === undefined ? [] : [provenancePath(output)]),
    ...(samples === undefined ? [] : [uncertaintyPath(output)]),
    ...(picture === undefined ? [] : [picture]),
  ];
}

/**
 * Checks the files that a restoration writes, before anything is read.
 *
 * @throws {OutputError} If one of them is in the way, or is what is read.
 */
export async function checkSceneOutputs(options: RestoreSceneOptions): Promise<void> {
  const { inputs, auxiliary = [], mask, overwrite = false } = options;
  const masks = mask === undefined || mask === "detector" || mask === "scl" ? [] : [mask];
  await checkOutputs(outputPaths(options), {
    inputs: [...inputs.map(({ path }) => path), ...auxiliary, ...masks],
    overwrite,
  });
}

/** Values of the result's bands, from those of the file's. */
function ofOutput(
  values: readonly number[] | undefined,
  { frames, reference, output }: OpenSeries["scene"],
): readonly number[] | undefined {
  const { bands } = frames[reference] as SceneFrame;
  return values && output.map((band) => values[bands[band]!]!);
}

/**
 * Restores the reference date of a series and writes it with the input's CRS, transform, nodata,
 * pixel type, band names, scales, digital numbers and tags.
 *
 * NaN, infinite numbers and nodata are missing: they are filled for the model, from the other dates
 * or nearby, and stay without data in the result; infinite ones are logged.
 *
 * It reads windows and writes rows: memory grows with the scene's width and not with its height. A
 * part of a scene (window, box, shard) has the pixels that the whole would have there.
 *
 * @throws {InputError} If a file cannot be read, or does not fit the others or the model.
 * @throws {OutputError} If a file exists already, is one of the inputs, or cannot be written. Nothing is
 *   written then.
 * @throws {RangeError} If there are more dates than the model was trained with, the reference is
 *   none of them, or a number is out of range.
 */
export async function restoreScene(
  model: Model,
  given: RestoreSceneOptions,
): Promise<RestoredScene> {
  const { options, text } = withSampling(model, given);
  const { output, overwrite = false, picture, log = () => {}, signal } = options;
  const provenance = options.mask === undefined ? undefined : provenancePath(output);
  const uncertainty = options.samples === undefined ? undefined : uncertaintyPath(output);
  await checkSceneOutputs(options);
  const series = await openSeries(model, options);
  const writers: CogWriter[] = [];
  const closing: (() => Promise<void>)[] = [series.close];
  try {
    logScene(series, { mask: options.mask, log });
    const { scene } = series;
    const { grid } = scene;
    const area = areaOf(grid, options);
    const sky = await openSky(series, { model, options });
    if (sky !== undefined) closing.push(() => sky.close());
    // It is written last; that it cannot be must not come out after hours.
    if (picture !== undefined) await checkWritable(picture);
    const check = options.selfCheck ? await checkSeries(model, series, options) : undefined;
    const tags = {
      ...await sceneTags(model, series, options),
      ...(text && sampleTags(options.seeds!, text)),
      ...(check && checkTags(check)),
      ...options.tags,
    };
    const frame = scene.frames[scene.reference]!;
    const place = {
      width: area.width,
      height: area.height,
      ...(grid.transform && { transform: shifted(grid.transform, area) }),
      ...(grid.crs && { crs: grid.crs }),
    };
    const bands = scene.output.map((band) => grid.bands[frame.bands[band]!]!);
    const scales = ofOutput(grid.scales, scene);
    const offsets = ofOutput(grid.offsets, scene);
    const image = await createCog(output, {
      ...place,
      bands,
      dtype: grid.dtype,
      ...(frame.missing[0] === undefined ? {} : { nodata: frame.missing[0] }),
      tags: ownTags(grid.tags),
    }, { overwrite, tags, ...(scales && { scales }), ...(offsets && { offsets }) });
    writers.push(image);
    const origins = provenance === undefined ? undefined : await createCog(provenance, {
      ...place,
      bands: ["provenance"],
      dtype: "uint8",
      nodata: PROVENANCE.noData,
    }, {
      overwrite,
      overviews: "nearest",
      tags: { ...tags, EMRDM_CLASSES: CLASSES },
    });
    if (origins !== undefined) writers.push(origins);
    const deviations = uncertainty === undefined ? undefined : await createCog(uncertainty, {
      ...place,
      bands,
      dtype: "float32",
      nodata: NaN,
      tags: ownTags(grid.tags),
    }, {
      overwrite,
      // A deviation has no zero point: where numbers are scaled, so is it, and nothing is added.
      ...(scales && { scales, offsets: scales.map(() => 0) }),
      tags: { ...tags, EMRDM_UNCERTAINTY: UNCERTAINTY },
    });
    if (deviations !== undefined) writers.push(deviations);
    const preview = picture === undefined ? undefined : new Preview({
      area,
      bands,
      output: scene.output,
      frame,
      reflectanceScale: scene.reflectanceScale,
      scaling: model.card.scaling,
    });
    const work = restoreRows(model, scene, {
      ...options,
      area,
      ...(sky && { sky: sky.sky }),
      async write(rows) {
        signal?.throwIfAborted();
        preview?.add(rows);
        await image.write(rows.data);
        if (origins !== undefined) await origins.write(rows.provenance!);
        if (deviations !== undefined) await deviations.write(rows.deviation!);
      },
    });
    const report = await orAborted(work, signal);
    if (hasNoData(report)) {
      log(`warning: ${series.paths[scene.reference]} has no data here, and so has the result`);
    }
    for (const writer of writers) await writer.complete();
    if (picture !== undefined) await preview!.write(picture, { overwrite, text: tags });
    // The image comes last: where it is, all of it is there.
    for (const writer of [...writers].reverse()) await writer.commit();
    const { dates, paths } = series;
    return {
      output,
      ...(provenance !== undefined && { provenance }),
      ...(uncertainty !== undefined && { uncertainty }),
      ...(picture !== undefined && { picture }),
      dates,
      paths,
      reference: scene.reference,
      ...(check && { selfCheck: check }),
      tags,
      report,
    };
  } finally {
    // After a commit, abort does nothing. What cannot be closed does not keep the rest open.
    await Promise.allSettled(writers.map((writer) => writer.abort()));
    await Promise.allSettled(closing.map((close) => close()));
  }
}

const CLASSES = Object.entries(PROVENANCE).map(([name, value]) => `${value} ${name}`).join(", ");

/** What the raster of deviations says of itself. */
const UNCERTAINTY =
  "standard deviation of the samples times the factor of EMRDM_CALIBRATION, in the " +
  "image's unit; 0 where the observed pixel is kept";

/** The input's tags but those that tell of an earlier restoration. */
function ownTags(tags: RasterHeader["tags"] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !name.startsWith("EMRDM_")));
}

/** Whether nothing was restored since there was nothing to restore. */
function hasNoData({ tiles, pixels }: RowsReport): boolean {
  if (pixels === undefined) return tiles.restored === 0;
  return pixels.observed + pixels.otherDate + pixels.reconstructed === 0;
}

/** A transform whose pixel (0, 0) is the area's. */
function shifted(
  [a, b, c, d, e, f]: NonNullable<RasterHeader["transform"]>,
  { column, row }: { readonly column: number; readonly row: number },
): NonNullable<RasterHeader["transform"]> {
  return [a + b * column + c * row, b, c, d + e * column + f * row, e, f];
}
