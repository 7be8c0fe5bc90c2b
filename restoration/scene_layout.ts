/**
 * Header fields that the rasters of a result share: grid, bands, scaling and acquisition time.
 *
 * @module
 */

import { type Radiometry, timeOf } from "../products/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import type { Scene } from "./scene.ts";

/** Moves pixel (0, 0) of a transform to the corner of an area. */
function shifted(
  [a, b, c, d, e, f]: NonNullable<RasterHeader["transform"]>,
  { column, row }: RasterWindow,
): NonNullable<RasterHeader["transform"]> {
  return [a + b * column + c * row, b, c, d + e * column + f * row, e, f];
}

/** Header fields that all rasters of a result share. */
export interface Layout {
  readonly grid: Pick<RasterHeader, "width" | "height" | "transform" | "crs">;
  /** Names of the bands of the result. */
  readonly bands: readonly string[];
  /** Acquisition time of the reference, or its day. */
  readonly acquired?: string;
  /** Scale, offset and unit of each band, as far as they are known. */
  readonly scaling: {
    readonly scales?: readonly number[];
    readonly offsets?: readonly number[];
    readonly units?: readonly string[];
  };
}

/** Facts of the reference that the result's files state, besides its header. */
export interface ReferenceFacts {
  /** Undefined if the model's unit isn't reflectance. */
  readonly radiometry: Radiometry | undefined;
  readonly day: string | undefined;
  readonly path: string;
  /** Acquisition time in RFC 3339, if metadata state it. */
  readonly datetime?: string;
}

/** Scale and offset of the file, or those that its product states; what is only usual is not written. */
function scalingOf(grid: RasterHeader, radiometry: Radiometry | undefined) {
  const { scales, offsets, units } = grid;
  if (radiometry?.stated !== true) return { scales, offsets, units };
  return {
    scales: radiometry.scales,
    offsets: radiometry.offsets,
    units: units ?? grid.bands.map(() => "reflectance"),
  };
}

/** Acquisition time of the depicted date, or its day; undefined if it is unknown. */
export function acquisitionTime(
  { datetime, day, path }: Pick<ReferenceFacts, "datetime" | "day" | "path">,
): string | undefined {
  if (day === undefined) return undefined;
  // A day that the user gives takes precedence over the item's time.
  return datetime?.startsWith(day) === true ? datetime.replace(/\.\d+Z$/, "Z") : timeOf(path, day);
}

/** Facts that the result's rasters state about their area of the scene. */
export function layoutOf(
  { grid, frames, reference, output }: Scene,
  { area, facts }: {
    readonly area: RasterWindow;
    readonly facts: ReferenceFacts;
  },
): Layout {
  const { bands } = frames[reference]!;
  const { transform, crs } = grid;
  const acquired = acquisitionTime(facts);
  const ofOutput = <T>(values: readonly T[]) => output.map((band) => values[bands[band]!]!);
  const { scales, offsets, units } = scalingOf(grid, facts.radiometry);
  return {
    ...(acquired !== undefined && { acquired }),
    grid: {
      width: area.width,
      height: area.height,
      ...(transform && { transform: shifted(transform, area) }),
      ...(crs && { crs }),
    },
    bands: ofOutput(grid.bands),
    scaling: {
      ...(scales && { scales: ofOutput(scales) }),
      ...(offsets && { offsets: ofOutput(offsets) }),
      ...(units && { units: ofOutput(units) }),
    },
  };
}
