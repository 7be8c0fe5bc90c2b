/**
 * Restoring a scene from files to files: dated rasters in, one Cloud-Optimized GeoTIFF out, with a
 * raster beside it that says where each pixel comes from.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { InputError } from "../core/mod.ts";
import {
  type ClassMask,
  type CogWriter,
  createCog,
  DETECTOR_MARGIN,
  openClassMask,
  type RasterHeader,
} from "../data/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { abortableMask, orAborted } from "./abortable.ts";
import { areaOf, type AreaOptions } from "./area.ts";
import { PROVENANCE } from "./finish_rows.ts";
import { KEEP_CLEAR_DEFAULTS, type KeepClearOptions } from "./keep_clear.ts";
import { classMaskSource, detectorMask } from "./masks.ts";
import { checkOutputs, checkWritable } from "./outputs.ts";
import { Preview } from "./preview.ts";
import { restoreRows, type RowsReport, type SceneSky, type TilingOptions } from "./restore_rows.ts";
import type { SceneFrame } from "./scene.ts";
import { type OpenSeries, openSeries, type OpenSeriesOptions, whiteOf } from "./series.ts";

/** Options of {@linkcode restoreScene}. */
export interface RestoreSceneOptions
  extends TilingOptions, OpenSeriesOptions, AreaOptions, KeepClearOptions {
  /** Path of the GeoTIFF to write. */
  readonly output: string;
  /**
   * Keeps the clear pixels of the reference bit for bit: those that the built-in "detector", the
   * product's own scene classification ("scl"), or a raster of classes (its path) finds clear.
   */
  readonly mask?: string;
  /** Classes of the mask's raster that are cloud or shadow; default see `openClassMask`. */
  readonly maskValues?: readonly number[];
  /** Whether existing files may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Added to the file's tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Path of a PNG with the reference before and after, if one is wanted. */
  readonly picture?: string;
  /** Receives what a user should know: radiometry and its evidence, warnings. */
  readonly log?: (line: string) => void;
}

/** What {@linkcode restoreScene} did. */
export interface RestoredScene {
  readonly output: string;
  /** The raster of `PROVENANCE`, where a mask was used. */
  readonly provenance?: string;
  readonly picture?: string;
  /** Rising; undefined where a date is unknown. */
  readonly dates: readonly (string | undefined)[];
  readonly paths: readonly string[];
  /** The date that is depicted, by its place among `dates`. */
  readonly reference: number;
  /** Tags added to the file. */
  readonly tags: Readonly<Record<string, string>>;
  readonly report: RowsReport;
}

/** `clear.tif` → `clear.provenance.tif`. */
export function provenancePath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".provenance.tif");
}

const METRES_PER_DEGREE = 111_320;

/** Ground size of a pixel in metres; 10, Sentinel-2's, where nothing tells. */
function pixelSizeOf({ transform }: RasterHeader): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  // Pixels smaller than that are degrees: no satellite resolves centimetres.
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}

/** Every file that a restoration writes; the image first. */
export function outputPaths(
  { output, mask, picture }: Pick<RestoreSceneOptions, "output" | "mask" | "picture">,
): readonly string[] {
  return [
    output,
    ...(mask === undefined ? [] : [provenancePath(output)]),
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

/** Masks of all dates; undefined where clear pixels are not kept. */
export async function openSky(
  { files, scene }: OpenSeries,
  { model: { card }, options }: { readonly model: Model; readonly options: RestoreSceneOptions },
): Promise<{ readonly sky: SceneSky; close(): Promise<void> } | undefined> {
  const { mask, maskValues, dilate, feather, signal } = options;
  if (mask === undefined) return undefined;
  const { grid, reference } = scene;
  const rasterOf = (l: number) => {
    if (mask === "scl") return files[l]!.classification;
    return l === reference && mask !== "detector" ? mask : undefined;
  };
  if (mask === "scl" && rasterOf(reference) === undefined) {
    throw new InputError(
      `Cannot keep the clear pixels of ${
        files[reference]!.source
      }: it must be a product with a scene ` +
        `classification (SCL), which there is none of; give its path with --mask, or use the detector`,
    );
  }
  const visible = ["B02", "B03", "B04"].every((band) =>
    card.bands.some(({ name }) => name === band)
  );
  if (!visible && rasterOf(reference) === undefined) {
    throw new InputError(
      `Cannot look for clouds in ${
        files[reference]!.source
      }: the detector needs B02, B03 and B04, ` +
        `model ${card.name} has ${card.bands.map(({ name }) => name).join(", ")}; give a mask`,
    );
  }
  const rasters: (ClassMask | undefined)[] = [];
  const close = async () => {
    for (const raster of rasters) await raster?.close();
  };
  try {
    for (const l of files.keys()) {
      const path = rasterOf(l);
      rasters.push(
        path === undefined
          ? undefined
          : await openClassMask(path, { grid, ...(maskValues && { values: maskValues }) }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const white = whiteOf(card.bands[0]!) ?? card.scaling.high;
  return {
    close,
    sky: {
      margin: DETECTOR_MARGIN,
      ...(dilate !== undefined && { dilate }),
      ...(feather !== undefined && { feather }),
      open(rows) {
        const sources = rows.map((row, l) => {
          const raster = rasters[l];
          if (raster !== undefined) return abortableMask(classMaskSource(row, raster), signal);
          return !visible ? undefined : abortableMask(
            detectorMask(row, {
              scene: grid,
              bands: card.bands.map(({ name }) => name),
              white,
              pixelSize: pixelSizeOf(grid),
              emptyIsClear: l === reference,
            }),
            signal,
          );
        });
        return {
          mask: sources[reference]!,
          others: sources.filter((source, l) => source !== undefined && l !== reference)
            .map((source) => source!),
        };
      },
    },
  };
}

/** What the file tells of its making. */
async function provenanceTags(
  model: Model,
  { dates, paths, radiometry, scene: { reference } }: OpenSeries,
  options: RestoreSceneOptions,
): Promise<Readonly<Record<string, string>>> {
  const { card } = model;
  const { seed = 0, steps = card.steps, overlap = 0.25, blend = "end", mask } = options;
  const { dilate = KEEP_CLEAR_DEFAULTS.dilate, feather = KEEP_CLEAR_DEFAULTS.feather } = options;
  const name = (i: number) => dates[i] ?? paths[i]!.replace(/^.*[\\/](?=.)/, "");
  const own = radiometry[reference];
  return {
    EMRDM_VERSION: config.version,
    EMRDM_MODEL: card.name,
    EMRDM_MODEL_SHA256: await modelDigest(model),
    EMRDM_SEED: String(seed),
    EMRDM_STEPS: String(steps),
    EMRDM_DATES: paths.map((_, i) => name(i)).join(","),
    EMRDM_REFERENCE: name(reference),
    EMRDM_TILES: `${card.tileSize} overlap ${overlap} blend ${blend}`,
    ...(own && { EMRDM_RADIOMETRY: own.evidence }),
    ...(options.missingB10 && options.missingB10 !== "error" && {
      EMRDM_MISSING_B10: options.missingB10,
    }),
    ...(mask !== undefined && {
      EMRDM_MASK: `${mask.replace(/^.*[\\/](?=.)/, "")} dilate ${dilate} feather ${feather}`,
    }),
  };
}

/** Says how numbers were understood, in one line where all dates are alike. */
function logRadiometry({ radiometry, paths }: OpenSeries, log: (line: string) => void): void {
  const files = Map.groupBy(paths.keys(), (l) => radiometry[l]?.evidence);
  for (const [evidence, which] of files) {
    if (evidence === undefined) continue;
    const names = which.map((l) => paths[l]).join(", ");
    log(`radiometry of ${which.length === paths.length ? "all dates" : names}: ${evidence}`);
  }
  for (const one of radiometry) if (one?.warning !== undefined) log(`warning: ${one.warning}`);
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
  options: RestoreSceneOptions,
): Promise<RestoredScene> {
  const { output, overwrite = false, picture, log = () => {}, signal } = options;
  const provenance = options.mask === undefined ? undefined : provenancePath(output);
  await checkSceneOutputs(options);
  const series = await openSeries(model, options);
  const writers: CogWriter[] = [];
  const closing: (() => Promise<void>)[] = [series.close];
  try {
    logRadiometry(series, log);
    const { scene } = series;
    const { grid } = scene;
    const area = areaOf(grid, options);
    const sky = await openSky(series, { model, options });
    if (sky !== undefined) closing.push(() => sky.close());
    const tags = { ...await provenanceTags(model, series, options), ...options.tags };
    const frame = scene.frames[scene.reference]!;
    // It is written last; that it cannot be must not come out after hours.
    if (picture !== undefined) await checkWritable(picture);
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
      ...(frame.nodata === undefined ? {} : { nodata: frame.nodata }),
      ...(grid.tags && { tags: grid.tags }),
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
    const preview = picture === undefined ? undefined : new Preview({
      area,
      bands,
      output: scene.output,
      frame,
      white: whiteOf(model.card.bands[0]!),
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
      ...(picture !== undefined && { picture }),
      dates,
      paths,
      reference: scene.reference,
      tags,
      report,
    };
  } finally {
    // After a commit this does nothing.
    for (const writer of writers) await writer.abort();
    for (const close of closing) await close();
  }
}

const CLASSES = Object.entries(PROVENANCE).map(([name, value]) => `${value} ${name}`).join(", ");

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
