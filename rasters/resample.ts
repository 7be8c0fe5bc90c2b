/**
 * One band on the grid of another: bilinear at absolute positions, so that a window of the whole equals
 * the window alone, and without mixing nodata into its neighbours.
 *
 * @module
 */

import type { PixelArray, Raster } from "../core/mod.ts";
import type { RasterHeader, RasterWindow } from "./raster_file.ts";

/** Where pixel centres of one axis fall on another grid: position = start + step · index. */
interface AxisMap {
  readonly start: number;
  readonly step: number;
}

/** Where the pixel centres of a fine grid fall among those of a coarse one. */
export interface GridMaps {
  readonly columns: AxisMap;
  readonly rows: AxisMap;
}

/** How far a position may be from a pixel's centre to be taken for it. */
const SNAP = 1e-6;

/** One grid's axis on its own, where steps and phases agree, is exact. */
function snapped({ start, step }: AxisMap): AxisMap {
  const same = Math.abs(step - 1) < 1e-9 && Math.abs(start - Math.round(start)) < SNAP;
  return same ? { start: Math.round(start), step: 1 } : { start, step };
}

/** From pixels of `fine` to pixels of `coarse`: by georeference, else by their sizes. */
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
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Weight of the high neighbour. */
  readonly weight: Float64Array;
  /** Pixels of the coarse axis that are needed. */
  readonly first: number;
  readonly length: number;
}

/** Beyond the centres of the outermost pixels their value continues. */
function taps({ start, step }: AxisMap, { first, length, size }: {
  readonly first: number;
  readonly length: number;
  /** Pixels of the coarse axis. */
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

/** What resampling a window needs. */
export interface ResamplePlan {
  /** The part of the coarse raster. */
  readonly window: RasterWindow;
  readonly columns: Taps;
  readonly rows: Taps;
}

/** Finds what of `coarse` a window of the fine grid needs. */
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

/** Where a resampled band goes. */
export interface ResampleTarget {
  /** [height, width, bands] of the window. */
  readonly data: PixelArray;
  /** The band. */
  readonly index: number;
  readonly bands: number;
  /** What a pixel without data becomes. */
  readonly nodata: number;
}

/** Whether a value of a band is data; undefined where all of them are. */
function validity(data: PixelArray, nodata: number): ((value: number) => boolean) | undefined {
  const isData = (value: number) => value !== nodata && !Number.isNaN(value);
  for (let i = 0; i < data.length; i++) {
    if (!isData(data[i]!)) return isData;
  }
  return undefined;
}

/**
 * Writes the bilinear values of a band at the pixel centres of a window. A pixel whose nearest coarse
 * pixel has no data has none; the others are the mean over the neighbours that have.
 *
 * @param part The window `plan.window` of the coarse band.
 * @param nodata What marks a pixel of it without data; NaN does in any case.
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
