/**
 * Mask sources over a row window: the built-in detector, or a class raster.
 *
 * @module
 */

import {
  type ClassMask,
  CLOUD_CLASSES,
  detectClouds,
  DETECTOR_MARGIN,
  MASK_UNKNOWN,
  type ReflectanceLevel,
} from "../../clouds/mod.ts";
import type { FrameRows } from "./frame_rows.ts";
import type { MaskSource } from "../scene.ts";
import { cropped, grown, type Size } from "./tiles.ts";

/** Detector class of pixels without data. */
const EMPTY = 255;

/** Options of {@linkcode detectorMask}. */
export interface DetectorOptions {
  readonly scene: Size;
  /** Names of the model's bands. */
  readonly bands: readonly string[];
  /** Number that stands for reflectance 1 in the model's units. */
  readonly reflectanceScale: number;
  /** Ground size of a pixel, in metres. */
  readonly pixelSize: number;
  /** Counts pixels without data as clear. */
  readonly emptyIsClear: boolean;
  /** Level of the date. Default "L1C". */
  readonly level?: ReflectanceLevel;
}

/** Mask computed by the built-in detector. */
export function detectorMask(
  rows: FrameRows,
  { scene, bands, reflectanceScale, pixelSize, emptyIsClear, level = "L1C" }: DetectorOptions,
): MaskSource {
  const { read, frame } = rows;
  const of = (values: readonly number[]) => read.map((band) => values[band]! / reflectanceScale);
  const [scales, offsets] = [of(frame.gains), of(frame.biases)];
  return {
    // deno-lint-ignore require-await -- errors of detectClouds() must reject.
    async read(window) {
      const around = grown(window, { scene, margin: DETECTOR_MARGIN });
      const classes = detectClouds({
        width: around.width,
        height: around.height,
        bands: read.map((band) => bands[band]!),
        dtype: "float32",
        data: rows.window(around),
      }, { scales, offsets, pixelSize, level });
      const empty = emptyIsClear ? CLOUD_CLASSES.clear : 1;
      return cropped(classes, around, window).map((found) => found === EMPTY ? empty : found);
    },
  };
}

/** Mask read from a class raster; unknown pixels with data count as cloud. */
export function classMaskSource(rows: FrameRows, mask: ClassMask): MaskSource {
  return {
    async read(window) {
      const classes = await mask.read(window);
      for (let i = 0; i < classes.length; i++) {
        if (classes[i] !== MASK_UNKNOWN) continue;
        const x = window.column + i % window.width;
        const y = window.row + Math.floor(i / window.width);
        classes[i] = rows.someData(y, [x, x + 1]) ? 1 : CLOUD_CLASSES.clear;
      }
      return classes;
    },
  };
}
