/**
 * Bilinear resampling of a band to the grid of another. Positions are absolute, so that a window of
 * the result equals the result for that window alone; nodata is not mixed into its neighbours.
 *
 * @module
 */

import type { PixelArray, Raster } from "../core/mod.ts";
import type { RasterHeader, RasterWindow } from "./raster_file.ts";

/** Position of the pixel centres of one axis on another grid: start + step · index. */
export interface AxisMap {
  /** Position of the first pixel. */
  readonly start: number;
  /** Distance of neighbouring pixels. */
  readonly step: number;
}

/** Positions of the pixel centres of a fine grid among those of a coarse one. */
export interface GridMaps {
  /** Positions of the columns. */
  readonly columns: AxisMap;
  /** Positions of the rows. */
  readonly rows: AxisMap;
}

/** Distance from a pixel centre below which a position counts as that centre. */
const SNAP = 1e-6;

/** Rounds a map whose step and phase equal those of the other grid, which makes it exact. */
function snapped({ start, step }: AxisMap): AxisMap {
  const same = Math.abs(step - 1) < 1e-9 && Math.abs(start - Math.round(start)) < SNAP;
  return same ? { start: Math.round(start), step: 1 } : { start, step };
}

/** Maps pixels of `fine` to pixels of `coarse`, by georeference or else by their sizes. */
export function gridMaps(coarse: RasterHeader, fine: RasterHeader): GridMaps {
  const axis = (origin: 0 | 3, step: 1 | 5, size: "width" | "height"): AxisMap => {
    const [from, to] = [fine.transform, coarse.transform];
    if (from === undefined || to === undefined) {
      const ratio = coarse[size] / fine[size];
      return snapped({ start: 0.5 * ratio - 0.5, step: ratio });
    }
    const ratio = from[step] / to[step];
    const start = (from[origin] - to[origin]) / to[step] + 0.5 * ratio - 0.5;
    return snapped({ start, step: ratio });
  };
  return { columns: axis(0, 1, "width"), rows: axis(3, 5, "height") };
}

/** Neighbours and weight along one axis, for each pixel of a window. */
export interface Taps {
  /** Index of the low neighbour. */
  readonly low: Int32Array;
  /** Index of the high neighbour. */
  readonly high: Int32Array;
  /** Weight of the high neighbour. */
  readonly weight: Float64Array;
  /** First of the coarse pixels needed. */
  readonly first: number;
  /** Number of coarse pixels needed. */
  readonly length: number;
}

/** Finds the neighbours of each pixel; beyond the outermost pixel centres the value is constant. */
function taps({ start, step }: AxisMap, { first, length, size }: {
  readonly first: number;
  readonly length: number;
  /** Length of the coarse axis. */
  readonly size: number;
}): Taps {
  const low = new Int32Array(length);
  const high = new Int32Array(length);
  const weight = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const position = Math.min(Math.max(start + step * (first + i), 0), size - 1);
    low[i] = Math.floor(position);
    high[i] = Math.min(low[i]! + 1, size - 1);
    weight[i] = position - low[i]!;
  }
  const from = Math.min(low[0]!, low[length - 1]!);
  const to = Math.max(high[0]!, high[length - 1]!);
  return { low, high, weight, first: from, length: to - from + 1 };
}

/** Neighbours and weights for resampling a window. */
export interface ResamplePlan {
  /** The part of the coarse raster to read. */
  readonly window: RasterWindow;
  /** Neighbours along the columns. */
  readonly columns: Taps;
  /** Neighbours along the rows. */
  readonly rows: Taps;
}

/** Plans the resampling of `coarse` to a window of the fine grid. */
export function resamplePlan(
  maps: GridMaps,
  { window, coarse }: { readonly window: RasterWindow; readonly coarse: RasterHeader },
): ResamplePlan {
  const columns = taps(maps.columns, {
    first: window.column,
    length: window.width,
    size: coarse.width,
  });
  const rows = taps(maps.rows, { first: window.row, length: window.height, size: coarse.height });
  return {
    window: {
      column: columns.first,
      row: rows.first,
      width: columns.length,
      height: rows.length,
    },
    columns,
    rows,
  };
}

/** Destination of a resampled band. */
export interface ResampleTarget {
  /** Pixels of the window [height, width, bands]. */
  readonly data: PixelArray;
  /** Index of the band. */
  readonly index: number;
  /** Number of bands. */
  readonly bands: number;
  /** Value of pixels without data. */
  readonly nodata: number;
}

/** Test for values with data; undefined if all values of the band have data. */
function validity(data: PixelArray, nodata: number): ((value: number) => boolean) | undefined {
  const isData = (value: number) => value !== nodata && !Number.isNaN(value);
  for (let i = 0; i < data.length; i++) {
    if (!isData(data[i]!)) return isData;
  }
  return undefined;
}

/**
 * Resamples a band bilinearly to the pixel centres of a window. A pixel has no data if its nearest
 * coarse pixel has none; otherwise it is the weighted mean of the neighbours with data.
 *
 * @param part The window `plan.window` of the coarse band.
 * @param nodata Value of coarse pixels without data, in addition to NaN.
 */
export function resampleInto(
  out: ResampleTarget,
  part: Raster,
  { plan, nodata }: { readonly plan: ResamplePlan; readonly nodata: number },
): void {
  const { columns, rows } = plan;
  const whole = part.dtype !== "float32" && part.dtype !== "float64";
  const isData = validity(part.data, nodata);
  const [width, height] = [columns.low.length, rows.low.length];
  for (let y = 0; y < height; y++) {
    const top = (rows.low[y]! - rows.first) * part.width - columns.first;
    const bottom = (rows.high[y]! - rows.first) * part.width - columns.first;
    const down = rows.weight[y]!;
    for (let x = 0; x < width; x++) {
      const right = columns.weight[x]!;
      const [l, r] = [columns.low[x]!, columns.high[x]!];
      const [a, b] = [part.data[top + l]!, part.data[top + r]!];
      const [c, d] = [part.data[bottom + l]!, part.data[bottom + r]!];
      let value: number;
      if (isData === undefined || (isData(a) && isData(b) && isData(c) && isData(d))) {
        const upper = a * (1 - right) + b * right;
        const lower = c * (1 - right) + d * right;
        value = upper * (1 - down) + lower * down;
      } else {
        const nearest = down < 0.5 ? (right < 0.5 ? a : b) : (right < 0.5 ? c : d);
        if (!isData(nearest)) {
          out.data[(y * width + x) * out.bands + out.index] = out.nodata;
          continue;
        }
        let [sum, weights] = [0, 0];
        const add = (neighbour: number, weight: number) => {
          if (!isData(neighbour)) return;
          sum += neighbour * weight;
          weights += weight;
        };
        add(a, (1 - right) * (1 - down));
        add(b, right * (1 - down));
        add(c, (1 - right) * down);
        add(d, right * down);
        value = sum / weights;
      }
      out.data[(y * width + x) * out.bands + out.index] = whole ? Math.round(value) : value;
    }
  }
}
