/**
 * First pass of the comparison of dates for clouds: statistics from the scene's own cells.
 *
 * The cells lie on a lattice over the whole scene, whatever part of it is written, so a window or a
 * shard has the masks of the whole; at most 36 are read, however large the scene.
 *
 * @module
 */

import {
  FEWEST_DATES,
  surveyClouds,
  type SurveyCloudsOptions,
  type TemporalFit,
  timeBands,
} from "../clouds/mod.ts";
import { yieldToEventLoop } from "./abortable.ts";
import { FrameRows } from "./rows/frame_rows.ts";
import { comparedRaster } from "./rows/time_mask_sources.ts";
import type { OpenSeries } from "./open_series.ts";
import type { Scene } from "./scene.ts";

const MS_PER_DAY = 86_400_000;
/** Cells along each axis, and their side in pixels; a smaller scene is read whole. */
const CELLS = { count: 6, side: 256 } as const;

/** First pixel and size of the cells of an axis, which lie within the usual tiles of files. */
function cellsAlong(length: number): readonly (readonly [number, number])[] {
  const { count, side } = CELLS;
  const cells = Math.min(count, Math.ceil(length / side));
  return Array.from({ length: cells }, (_, i) => {
    const first = length <= count * side
      ? i * side
      : side * Math.floor((length - side) * i / (count - 1) / side);
    return [first, Math.min(side, length - first)] as const;
  });
}

/** Reads the cells and fits the statistics of the scene's dates. */
async function surveyCells(
  { frames, grid }: Pick<Scene, "frames" | "grid">,
  { places, signal, ...options }: Omit<SurveyCloudsOptions, "width" | "height"> & {
    /** Indices among the scene's bands of those that are compared. */
    readonly places: readonly number[];
    readonly signal?: AbortSignal;
  },
): Promise<TemporalFit> {
  const [columns, rows] = [cellsAlong(grid.width), cellsAlong(grid.height)];
  const sizeOf = (cells: typeof rows) => cells.reduce((sum, [, size]) => sum + size, 0);
  // The cells without what lies between them.
  const survey = surveyClouds({ ...options, width: sizeOf(columns), height: sizeOf(rows) });
  for (const [j, [row, height]] of rows.entries()) {
    for (const [i, [column, width]] of columns.entries()) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const window = { column, row, width, height };
      const dates = frames.map((frame) => new FrameRows(frame, [column, column + width]));
      for (const each of dates) await each.load(row, row + height);
      survey.add({
        column: i * CELLS.side,
        row: j * CELLS.side,
        frames: dates.map((each) => comparedRaster(each, window, { ...options, places })),
      });
    }
  }
  return survey.finish();
}

/** Bands of the scene by which its dates are compared. */
export interface ComparedBands {
  readonly bands: readonly string[];
  /** Indices among the scene's bands. */
  readonly places: readonly number[];
}

/** Bands by which the dates are compared, or the reason why they can't be. */
export function comparedBands({ frames, bands }: Scene): ComparedBands | string {
  if (frames.length < FEWEST_DATES) {
    return `a comparison needs ${FEWEST_DATES} dates, got ${frames.length}`;
  }
  const common = bands.filter((_, b) => frames.every((frame) => frame.bands[b] !== undefined));
  const used = timeBands(common);
  if (used === undefined) {
    return `a comparison needs B02, B03, B04 and B08 (or B8A), the dates have ${common.join(", ")}`;
  }
  return { bands: used, places: used.map((band) => bands.indexOf(band)) };
}

/** Fits of the comparison by all that they depend on, which restorations of one series share. */
export type ComparisonCache = Map<string, TemporalFit>;

/** All that the fit of a scene depends on. */
function comparisonKey(
  { frames, grid: { width, height } }: Scene,
  paths: readonly string[],
  options: Omit<SurveyCloudsOptions, "width" | "height">,
): string {
  // NaN and infinity have no JSON of their own.
  const places = frames.map(({ place, bands, missing }) => [place, bands, missing.map(String)]);
  return JSON.stringify([width, height, paths, places, options]);
}

/** Surveys the dates; undefined if they can't be compared. Reports the way in which clouds are found. */
export async function compareDates(
  { scene, files, dates, paths }: OpenSeries,
  { compared, wanted, brightest, pixelSize, known, log, signal }: {
    readonly compared: ComparedBands | string;
    /** Dates without another mask. */
    readonly wanted: readonly number[];
    readonly brightest: number;
    /** Pixel size in metres. */
    readonly pixelSize: number;
    /** Fits of earlier calls. Default none. */
    readonly known?: ComparisonCache | undefined;
    readonly log: (line: string) => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<TemporalFit | undefined> {
  if (typeof compared === "string") {
    log(`clouds are found on each date alone: ${compared}`);
    return undefined;
  }
  const { bands, places } = compared;
  const scale = scene.reflectanceScale ?? brightest;
  const isDated = !dates.includes(undefined);
  const options = {
    bands,
    pixelSize,
    dates: scene.frames.map(({ gains, biases }, l) => ({
      scales: places.map((band) => gains[band]! / scale),
      offsets: places.map((band) => biases[band]! / scale),
      level: files[l]!.product.level ?? "L1C",
      ...(isDated && { day: Date.parse(`${dates[l]}T00:00:00Z`) / MS_PER_DAY }),
    })),
  };
  const key = comparisonKey(scene, paths, options);
  const fit = known?.get(key) ?? await surveyCells(scene, { ...options, places, signal });
  known?.set(key, fit);
  for (const note of fit.notes) log(note);
  if (fit.time === undefined) return undefined;
  const which = wanted.length === dates.length ? "" : ` of ${wanted.length} dates`;
  log(`clouds${which} are found by comparing all ${dates.length} dates`);
  return fit;
}
