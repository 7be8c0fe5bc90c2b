/**
 * What of a scene a report shows: all of it small, and a window at full resolution where clouds are
 * worst. Sizes are bounded, so that files and memory are.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";

/** Values of the detail view, a byte each in the file: all bands of all dates, result and truth. */
const DETAIL_VALUES = 7.5e6;
/** Longest side of the detail view. */
const DETAIL_SIDE = 512;
const LEAST_SIDE = 32;
/** Longest side of the view of the whole scene. */
const WHOLE_SIDE = 1024;
/** Pixels that are kept in memory whole, with every band of every image. */
const KEPT_PIXELS = 1024 ** 2;

/** Sizes of the views. */
export interface ReportLayout {
  /** Whether one view at full resolution holds all of the area. */
  readonly single: boolean;
  /** Pixels of the scene per pixel of the whole view, along each side. */
  readonly step: number;
  /** Of the detail, in pixels of the scene. */
  readonly detail: { readonly width: number; readonly height: number };
  /** Whether the area is scored as a whole; else the detail is. */
  readonly keepAll: boolean;
}

/**
 * Lays a report out.
 *
 * @param images Dates, the result, and the truth where there is one.
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

/** A window of the small picture as one of the scene, inside of the area. */
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
