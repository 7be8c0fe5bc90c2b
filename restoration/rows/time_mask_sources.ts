/**
 * Mask sources that compare the dates of a scene with each other, over row windows.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import { CLOUD_CLASSES, detectInTime, MASK_UNKNOWN, type TemporalFit } from "../../clouds/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { yieldToEventLoop } from "../abortable.ts";
import type { MaskSource } from "../scene.ts";
import type { WindowMemory } from "../threads/window_job.ts";
import { WindowPool } from "../threads/window_pool.ts";
import type { CompareJob } from "./compare_worker.ts";
import { roomFor } from "./room_for.ts";
import type { FrameRows } from "./frame_rows.ts";
import { cropped, grown, type Size } from "./tiles.ts";

/** Options of {@linkcode timeMaskSources}. */
export interface TimeMaskOptions {
  readonly scene: Size;
  /** Survey of the scene; its options name the bands. */
  readonly fit: TemporalFit;
  /** Indices among the scene's bands of those of the survey. */
  readonly places: readonly number[];
  /** Dates that are classified; the others only serve them. */
  readonly wanted: readonly number[];
  /** Returns true for dates whose pixels without data count as clear. */
  readonly emptyIsClear: (date: number) => boolean;
  /** Threads that compare. Default the calling thread. */
  readonly pool?: ComparePool | undefined;
}

/** Classes of the wanted dates in a window, in their order. */
interface Found {
  readonly window: RasterWindow;
  readonly classes: readonly Uint8Array[];
}

/** Columns that are compared at once, times the dates: bounds the memory to about 100 MB. */
const COLUMNS_OF_DATES = 10_240;
/** Fewest columns that are compared at once. */
const LEAST_COLUMNS = 128;

/** Threads that compare windows. */
export type ComparePool = WindowPool<CompareJob, readonly Uint8Array[]>;

/** Makes the threads that compare windows with a survey. */
export function comparePool(fit: TemporalFit, threads: number): ComparePool {
  return new WindowPool({
    program: new URL("./compare_worker.ts", import.meta.url),
    work: fit,
    threads,
    purpose: "find clouds by comparing dates",
  });
}

/**
 * Pixels of a date, of some of the scene's bands; NaN where there is no data.
 *
 * @param options.into Memory for the values, if it is large enough; else they are in new memory.
 */
export function comparedRaster(
  rows: FrameRows,
  { column, row, width, height }: RasterWindow,
  { bands, places, into }: {
    readonly bands: readonly string[];
    readonly places: readonly number[];
    readonly into?: Float32Array | undefined;
  },
): Raster {
  const depth = rows.read.length;
  const from = Int32Array.from(places, (place) => rows.read.indexOf(place));
  const [none = NaN, other = NaN] = rows.frame.missing;
  const data = roomFor(width * height * from.length, into).fill(NaN);
  for (let y = 0; y < height; y++) {
    const stored = rows.row(row + y);
    if (stored === undefined) continue;
    const first = Math.max(column, stored.first);
    const last = Math.min(column + width, stored.first + stored.columns);
    let at = stored.at + (first - stored.first) * depth;
    let to = (y * width + first - column) * from.length;
    for (let x = first; x < last; x++, at += depth) {
      for (let b = 0; b < from.length; b++, to++) {
        const value = stored.data[at + from[b]!]!;
        if (value !== none && value !== other) data[to] = value;
      }
    }
  }
  return { width, height, bands, dtype: "float32", data, nodata: NaN };
}

function contains(outer: RasterWindow, inner: RasterWindow): boolean {
  return inner.column >= outer.column && inner.row >= outer.row &&
    inner.column + inner.width <= outer.column + outer.width &&
    inner.row + inner.height <= outer.row + outer.height;
}

/** Classes of the wanted dates in a few columns of a window. */
async function classesIn(
  rows: readonly FrameRows[],
  part: RasterWindow,
  { scene, fit, places, wanted, emptyIsClear, pool }: TimeMaskOptions,
): Promise<readonly Uint8Array[]> {
  const { bands } = fit.options;
  const around = grown(part, { scene, margin: fit.margin });
  const window = { ...around, dates: wanted };
  const cut = (memory: WindowMemory) =>
    rows.map((row, l) => {
      const raster = comparedRaster(row, around, { bands, places, into: memory[l] });
      memory[l] = raster.data as Float32Array;
      return raster;
    });
  const compare = async () => {
    if (pool === undefined) return detectInTime(cut([]), fit, window);
    const memory = await pool.take();
    return await pool.run({ frames: cut(memory), window }, memory);
  };
  await yieldToEventLoop();
  const found = await compare();
  return wanted.map((date, k) => {
    const own = cropped(found[k]!, around, part);
    for (let i = 0; i < own.length; i++) {
      if (own[i] !== MASK_UNKNOWN) continue;
      const x = part.column + i % part.width;
      const y = part.row + Math.floor(i / part.width);
      // What lacks some of the bands can't be judged, and isn't taken for clear.
      const isClear = !rows[date]!.someData(y, [x, x + 1]) && emptyIsClear(date);
      own[i] = isClear ? CLOUD_CLASSES.clear : CLOUD_CLASSES.thick;
    }
    return own;
  });
}

/** Classifies a window of the wanted dates, a few columns at a time. */
async function classify(
  rows: readonly FrameRows[],
  window: RasterWindow,
  options: TimeMaskOptions,
): Promise<Found> {
  const classes = options.wanted.map(() => new Uint8Array(window.width * window.height));
  const step = Math.max(LEAST_COLUMNS, Math.floor(COLUMNS_OF_DATES / rows.length));
  const parts = Array.from({ length: Math.ceil(window.width / step) }, (_, i) => ({
    ...window,
    column: window.column + i * step,
    width: Math.min(step, window.width - i * step),
  }));
  await Promise.all(parts.map(async (part) => {
    for (const [k, own] of (await classesIn(rows, part, options)).entries()) {
      for (let y = 0; y < part.height; y++) {
        const line = own.subarray(y * part.width, (y + 1) * part.width);
        classes[k]!.set(line, y * window.width + part.column - window.column);
      }
    }
  }));
  return { window, classes };
}

/**
 * Masks of the wanted dates; undefined for the others.
 *
 * A window is classified on all wanted dates at once, when the first of them is read: the rows of all
 * dates must be loaded, with the survey's margin.
 */
export function timeMaskSources(
  rows: readonly FrameRows[],
  options: TimeMaskOptions,
): readonly (MaskSource | undefined)[] {
  let known: readonly (Pick<Found, "window"> & { readonly found: Promise<Found> })[] = [];
  const at = async (window: RasterWindow): Promise<Found> => {
    const same = known.find((one) => contains(one.window, window));
    if (same !== undefined) return await same.found;
    const found = classify(rows, window, options);
    // Reading goes down: what lies above isn't asked for again.
    known = [
      ...known.filter(({ window: { row, height } }) => row + height > window.row),
      { window, found },
    ];
    return await found;
  };
  return rows.map((_, date) => {
    const k = options.wanted.indexOf(date);
    return k < 0 ? undefined : {
      async read(window) {
        const found = await at(window);
        return cropped(found.classes[k]!, found.window, window);
      },
    };
  });
}
