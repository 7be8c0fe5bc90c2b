/**
 * Options and report of restoring a scene by rows of tiles.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { RestoreOptions } from "../../model/mod.ts";
import type { SpreadCalibration } from "./ensemble.ts";
import type { FinishedReport, FinishedRows } from "./finish_rows.ts";
import type { SceneMasks } from "./scene_masks.ts";
import type { SeamMetric } from "./seams.ts";

/** Progress of a restoration. */
export interface RestoreProgress {
  /** Tiles restored or skipped so far, over all ensemble members; blocks of the stage "mean". */
  readonly done: number;
  /** Tiles of the area times ensemble members; blocks of the stage "mean". */
  readonly total: number;
  /** Stage of the work, if it isn't the restoration itself. */
  readonly stage?: "self-check" | "mean";
}

/** Layout, batching and blending of tiles. */
export interface TileOptions {
  /** Least overlap of neighbouring tiles, in [0.25, 0.75]. Default 0.25. */
  readonly overlap?: number;
  /** Tiles per batch. Default 4. */
  readonly batch?: number;
  /**
   * Blends tiles at the end, or after every denoiser evaluation (joint diffusion), which keeps tiles
   * from drifting apart and holds more rows in memory. Default "end".
   */
  readonly blend?: "end" | "steps";
  /** Order in which the tiles of a row run; it affects rounding only. Default left to right. */
  readonly order?: (columns: readonly number[]) => readonly number[];
}

/** Options of any restoration by tiles: sampling, tiles, progress and cancellation. */
export interface TilingOptions
  extends Omit<RestoreOptions, "onStep" | "onMasks" | "shareDenoised"> {
  /** Layout, batching and blending of tiles. */
  readonly tiles?: TileOptions;
  /** Allows more dates than the model was trained with. Default false. */
  readonly anyLength?: boolean;
  /** Called after each batch of tiles. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Cancels the work between two sampler steps of a batch. */
  readonly signal?: AbortSignal;
}

/** Seeds of an ensemble, and the calibration of its spread. */
export interface EnsembleRows extends SpreadCalibration {
  /** One seed per member. */
  readonly seeds: readonly number[];
}

/** Options of `restoreRows`. */
export interface RestoreRowsOptions extends TilingOptions {
  /** Part of the scene to restore. Default all of it. */
  readonly area?: RasterWindow;
  /** Cloud masks, with which clear pixels of the reference are kept. Default everything is restored. */
  readonly masks?: SceneMasks;
  /**
   * Restores once per seed; the result is the mean, with its standard deviation. Default one
   * restoration with `seed`.
   */
  readonly ensemble?: EnsembleRows;
  /** Receives the rows from top to bottom. */
  readonly write: (rows: FinishedRows) => void | Promise<void>;
}

/** Measurements of a restoration. */
export interface RowsReport extends FinishedReport {
  /** Visibility of tile borders. */
  readonly seams: SeamMetric;
  /** Tiles of the area, and how many of them were restored. */
  readonly tiles: { readonly total: number; readonly restored: number };
  /** Denoiser evaluations, one per tile and noise level. */
  readonly evaluations: number;
}
