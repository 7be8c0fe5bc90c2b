/**
 * Restoring a scene from files to files: dated GeoTIFFs in, one Cloud-Optimized GeoTIFF out.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import type { Raster } from "../core/mod.ts";
import { checkOverwrite, normalizeBand, writeCog } from "../data/mod.ts";
import type { Model } from "../model/mod.ts";
import { writeBeforeAfter } from "./before_after.ts";
import { restoreSeries, type RestoreSeriesOptions } from "./restore_series.ts";
import { readSeries, type SceneInput, type Series } from "./series.ts";

/** Options of {@linkcode restoreScene}. */
export interface RestoreSceneOptions extends Omit<RestoreSeriesOptions, "reference"> {
  /** One raster per date, all of one grid. */
  readonly inputs: readonly SceneInput[];
  /** Path of the GeoTIFF to write. */
  readonly output: string;
  /** The date that the result depicts: its place among `inputs`, its date or its path. Default the last date. */
  readonly reference?: number | string;
  /** Names of the files' bands in order, where the files do not state them. */
  readonly bands?: readonly string[];
  /** Whether existing files may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Path of a PNG with the reference before and after, if one is wanted. */
  readonly picture?: string;
}

/** What {@linkcode restoreScene} did. */
export interface RestoredScene {
  /** What was written. */
  readonly raster: Raster;
  /** The frames it was made of. */
  readonly series: Series;
  /** Tags added to the file. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What the file tells of its making. */
function provenance(
  { card }: Model,
  { dates, paths, reference }: Series,
  { seed = 0, steps = card.steps }: RestoreSceneOptions,
): Readonly<Record<string, string>> {
  const name = (i: number) => dates[i] ?? paths[i]!.replace(/^.*[\\/]/, "");
  return {
    EMRDM_VERSION: config.version,
    EMRDM_MODEL: card.name,
    EMRDM_SEED: String(seed),
    EMRDM_STEPS: String(steps),
    EMRDM_DATES: paths.map((_, i) => name(i)).join(","),
    EMRDM_REFERENCE: name(reference),
  };
}

/**
 * Restores the reference date of a series and writes it with the input's CRS, transform, nodata,
 * pixel type, band names, scales and tags.
 *
 * @throws {TypeError} If a file cannot be read, exists already, or does not fit the others or the
 *   model; nothing is written then.
 * @throws {RangeError} If there are more dates than the model was trained with, the reference is
 *   none of them, or the overlap is out of range.
 */
export async function restoreScene(
  model: Model,
  options: RestoreSceneOptions,
): Promise<RestoredScene> {
  const { inputs, output, reference, bands, overwrite = false, picture, ...restore } = options;
  await checkOverwrite(output, { overwrite });
  if (picture !== undefined) await checkOverwrite(picture, { overwrite });
  const series = await readSeries(inputs, {
    bands: model.card.bands.map(({ name }) => normalizeBand(name)),
    ...(bands && { bandNames: bands }),
    ...(reference === undefined ? {} : { reference }),
  });
  const raster = await restoreSeries(model, series.frames, {
    ...restore,
    reference: series.reference,
  });
  const tags = provenance(model, series, options);
  const { header } = series;
  const own = (values: readonly number[]) =>
    raster.bands.map((_, i) => values[readIndex(series, i, bands)]!);
  await writeCog(output, raster, {
    overwrite,
    tags,
    ...(header.scales && { scales: own(header.scales) }),
    ...(header.offsets && { offsets: own(header.offsets) }),
  });
  if (picture !== undefined) {
    const before = series.frames[series.reference]!;
    await writeBeforeAfter(picture, { before, after: raster, overwrite });
  }
  return { raster, series, tags };
}

/** Where band `i` of the series stands in its file. */
function readIndex({ frames, header }: Series, i: number, names?: readonly string[]): number {
  return (names?.map(normalizeBand) ?? header.bands).indexOf(frames[0]!.bands[i]!);
}
