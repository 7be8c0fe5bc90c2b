/**
 * Open scene: files of several dates on one grid, and the conversion of their numbers to the units of
 * a model, or to reflectance.
 *
 * @module
 */

import type { RasterFile, RasterHeader, RasterWindow } from "../rasters/mod.ts";
import type { MeanInput } from "../model/mod.ts";
import type { PixelEvidence } from "./rows/evidence.ts";
import type { TileOrigin } from "./rows/tiles.ts";

/** One date of a scene, or its auxiliary bands on that date. */
export interface SceneFrame {
  /** Open file. */
  readonly file: RasterFile;
  /** The file's pixel at the scene's pixel (0, 0). */
  readonly place: { readonly column: number; readonly row: number };
  /** Index in the file of each of the scene's bands; undefined for a band that `fill` replaces. */
  readonly bands: readonly (number | undefined)[];
  /** Value of each band that the file lacks, in the scene's units. */
  readonly fill: readonly number[];
  /** value = stored · gain + bias, per band of the scene, in the scene's units. */
  readonly gains: readonly number[];
  /** See `gains`. */
  readonly biases: readonly number[];
  /** Stored values that mark missing data, besides NaN; the first is the nodata value of the result. */
  readonly missing: readonly number[];
}

/** Cloud mask of a date. */
export interface MaskSource {
  /**
   * Classes [height, width]: 0 where clear. Pixels of the reference without data are 0 too, because
   * nothing is restored there.
   */
  read(window: RasterWindow): Promise<Uint8Array>;
}

/** Rows of the mean of all dates, from top to bottom. */
export interface MeanRows {
  /** Computes what windows of the scene need. */
  load(windows: readonly RasterWindow[]): Promise<void>;
  /** Cuts square tiles, reflected beyond the scene; they must be loaded. */
  cut(origins: readonly TileOrigin[], tileSize: number): MeanInput;
  /** Evidence of the pixels of a row between two columns; none where nothing was loaded. */
  row(row: number, columns: readonly [number, number]): PixelEvidence;
  /** Drops what no tile below row `before` needs. */
  drop(before: number): void;
}

/** The mean of all dates of a scene. */
export interface SceneMean {
  /**
   * Opens the mean, without any row.
   *
   * @param columns Columns of the scene that tiles cover: first and one past the last.
   */
  open(columns: readonly [number, number], signal?: AbortSignal): MeanRows;
}

/** An open scene. */
export interface Scene {
  /** The reference's header: grid, type and bands of the result. */
  readonly grid: RasterHeader;
  /** The dates, in rising order. */
  readonly frames: readonly SceneFrame[];
  /** Index of the frame to restore. */
  readonly reference: number;
  /** Names of the frames' bands. */
  readonly bands: readonly string[];
  /** Auxiliary bands of each frame, if the model takes any. */
  readonly auxiliary?: readonly SceneFrame[];
  /**
   * The mean of all dates, if that of the model is not the cloudy image. The scene has then one frame,
   * the reference.
   */
  readonly mean?: SceneMean;
  /** Indices of the frames' bands in the result, in its order. */
  readonly output: readonly number[];
  /** Number that stands for reflectance 1 in the scene's units; undefined if they aren't reflectance. */
  readonly reflectanceScale?: number;
}

/** Converts stored numbers of a model's band to reflectance; the scene must have a reflectance scale. */
export function reflectanceAt(
  { reflectanceScale }: Pick<Scene, "reflectanceScale">,
  { gains, biases }: SceneFrame,
): (stored: number, band: number) => number {
  return (stored, band) => (stored * gains[band]! + biases[band]!) / reflectanceScale!;
}
