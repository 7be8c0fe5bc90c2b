/**
 * A scene as it is restored: open files of several dates on one grid, and how their numbers become
 * those of the model.
 *
 * @module
 */

import type { RasterFile, RasterHeader, RasterWindow } from "../rasters/mod.ts";

/** One date of a scene, or its auxiliary bands on that date. */
export interface SceneFrame {
  readonly file: RasterFile;
  /** The file's pixel at the scene's pixel (0, 0). */
  readonly place: { readonly column: number; readonly row: number };
  /** Where each of the model's bands stands in the file; undefined where `fill` takes its place. */
  readonly bands: readonly (number | undefined)[];
  /** In the model's units, for bands that the file lacks. */
  readonly fill: readonly number[];
  /** model = stored · gain + bias, per band of the model. */
  readonly gains: readonly number[];
  readonly biases: readonly number[];
  /** Stored values that mark missing data, beside NaN; the first is the result's nodata. */
  readonly missing: readonly number[];
}

/** Which pixels of a date are cloudy. */
export interface MaskSource {
  /**
   * [height, width]: 0 known to be clear; anything else is not. In the reference, a pixel without data
   * is 0, as nothing is to be restored there.
   */
  read(window: RasterWindow): Promise<Uint8Array>;
}

/** Open files of a scene. */
export interface Scene {
  /** The reference's header: grid, type and bands of the result. */
  readonly grid: RasterHeader;
  /** The dates, rising. */
  readonly frames: readonly SceneFrame[];
  /** The frame that is depicted. */
  readonly reference: number;
  /** Auxiliary bands of each frame, where the model takes some. */
  readonly auxiliary?: readonly SceneFrame[];
  /** Bands of the result: indices of the model's bands, in the order of the result. */
  readonly output: readonly number[];
  /** Number that stands for reflectance 1 in the model's units; undefined if they aren't reflectance. */
  readonly reflectanceScale?: number;
}

/** A stored number of a model's band as reflectance, in a scene that has a reflectance scale. */
export function reflectanceAt(
  { reflectanceScale }: Pick<Scene, "reflectanceScale">,
  { gains, biases }: SceneFrame,
): (stored: number, band: number) => number {
  return (stored, band) => (stored * gains[band]! + biases[band]!) / reflectanceScale!;
}
