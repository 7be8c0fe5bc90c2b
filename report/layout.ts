/**
 * Sizes of a report's views: the whole scene downsampled, and a detail at full resolution. Bounds on
 * both limit the file size and the memory.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";

/** Most values of the detail view, one byte each: all bands of all dates, result and truth. */
const DETAIL_VALUES = 7.5e6;
/** Longest side of the detail view. */
const DETAIL_SIDE = 512;
const LEAST_SIDE = 32;
/** Longest side of the view of the whole scene. */
const WHOLE_SIDE = 1024;
/** Most pixels kept in memory at full resolution, with every band of every image. */
const KEPT_PIXELS = 1024 ** 2;

/** Sizes of the views. */
export interface ReportLayout {
  /** True if one view shows the whole area at full resolution. */
  readonly single: boolean;
  /** Pixels of the scene per pixel of the whole view, along each side. */
  readonly step: number;
  /** Size of the detail, in pixels of the scene. */
  readonly detail: { readonly width: number; readonly height: number };
  /** True if the whole area is scored; otherwise the detail is. */
  readonly keepAll: boolean;
}

/**
 * Chooses the sizes of the views.
 *
 * @param images Number of dates, plus the result, plus the clear image if there is one.
 */
export function layoutOf(
  { width, height }: Pick<RasterWindow, "width" | "height">,
  { bands, images }: { readonly bands: number; readonly images: number },
): ReportLayout {
  const pixels = DETAIL_VALUES / (bands * images);
  const single = width * height <= pixels && Math.max(width, height) <= DETAIL_SIDE;
  const side = Math.max(LEAST_SIDE, Math.min(DETAIL_SIDE, Math.floor(Math.sqrt(pixels) / 8) * 8));
  return {
    single,
    step: single ? 1 : Math.ceil(Math.max(width, height) / WHOLE_SIDE),
    detail: single
      ? { width, height }
      : { width: Math.min(side, width), height: Math.min(side, height) },
    keepAll: width * height <= KEPT_PIXELS,
  };
}

/** Converts a window of the downsampled area to pixels of the scene, inside the area. */
export function inScene(
  { column, row }: Pick<RasterWindow, "column" | "row">,
  { area, step, detail: { width, height } }: Pick<ReportLayout, "step" | "detail"> & {
    readonly area: RasterWindow;
  },
): RasterWindow {
  return {
    column: area.column + Math.min(column * step, area.width - width),
    row: area.row + Math.min(row * step, area.height - height),
    width,
    height,
  };
}
