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
import { normalizeBand } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
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
  const places = detectorPlaces(read.map((band) => bands[band]!));
  const pick = <T>(list: readonly T[]) => places.map((place) => list[place]!);
  const [scales, offsets] = [pick(of(frame.gains)), pick(of(frame.biases))];
  const names = pick(read.map((band) => bands[band]!));
  const blue = names.findIndex((name) => normalizeBand(name) === "B02");
  return {
    // deno-lint-ignore require-await -- errors of detectClouds() must reject.
    async read(window) {
      const around = grown(window, { scene, margin: DETECTOR_MARGIN });
      const data = rows.window(around, places);
      if (places.length < read.length) markSome(data, { rows, window: around, places, blue });
      const classes = detectClouds({
        width: around.width,
        height: around.height,
        bands: names,
        dtype: "float32",
        data,
      }, { scales, offsets, pixelSize, level });
      const empty = emptyIsClear ? CLOUD_CLASSES.clear : 1;
      const own = cropped(classes, around, window);
      for (let i = 0; i < own.length; i++) if (own[i] === EMPTY) own[i] = empty;
      return own;
    },
  };
}

/** Bands that the detector tests; of those in a list, the first that there is. */
const TESTED = [["B01"], ["B02"], ["B03"], ["B04"], ["B8A", "B08"], ["B10"], ["B11", "B12"]];

/** Places of the bands that the detector tests, ascending; all if the visible ones aren't there. */
function detectorPlaces(bands: readonly string[]): readonly number[] {
  const names = bands.map(normalizeBand);
  const places = TESTED.flatMap((choices) => {
    const name = choices.find((choice) => names.includes(choice));
    return name === undefined ? [] : [names.indexOf(name)];
  }).toSorted((a, b) => a - b);
  return ["B02", "B03", "B04"].every((name) => names.includes(name)) ? places : [...names.keys()];
}

/** Marks pixels without blue as not empty where a band that isn't tested has data. */
function markSome(
  data: Float32Array,
  { rows, window: { column, row, width, height }, places, blue }: {
    readonly rows: FrameRows;
    readonly window: RasterWindow;
    readonly places: readonly number[];
    readonly blue: number;
  },
): void {
  const depth = places.length;
  const other = blue === 0 ? 1 : 0;
  for (let i = 0; i < width * height; i++) {
    const value = data[i * depth + blue]!;
    if (value !== 0 && !Number.isNaN(value)) continue;
    const stored = rows.row(row + Math.floor(i / width));
    const x = column + i % width - (stored?.first ?? 0);
    if (stored === undefined || x < 0 || x >= stored.columns) continue;
    const at = stored.at + x * rows.read.length;
    for (let b = 0; b < rows.read.length; b++) {
      const found = stored.data[at + b]!;
      if (found !== 0 && rows.hasData(found)) {
        data[i * depth + other] = 1;
        break;
      }
    }
  }
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
