/**
 * Options and result of a self-check.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { CheckScore } from "./check_scores.ts";

/** Options of a self-check. */
export interface SelfCheckOptions {
  /** Number of restored parts, each under different clouds, ≥ 1. Default 4. */
  readonly runs?: number;
  /** Seed of the clouds. Default 0. */
  readonly cloudSeed?: number;
  /**
   * Cloud cover of a part, in (0, 1). Default the cloud cover of the reference in those parts, between
   * 0.2 and 0.5; 0.3 for a clear reference.
   */
  readonly cover?: number;
}

/** Result of a self-check; plain JSON. */
export interface SelfCheck {
  /** Scores over the clouded pixels by method: "restored" and the baselines. */
  readonly scores: Readonly<Record<string, CheckScore>>;
  /**
   * The smaller RMSE: that of the result or of the composite of the dates; "restored" if both are equal.
   * Undefined for a single date, and where clouds of the dates are unknown.
   */
  readonly better?: "restored" | "composite";
  /** Unit of MAE, RMSE and bias; PSNR is for a data range of 1. */
  readonly unit: "reflectance";
  /** Number of scored pixels, over all runs. */
  readonly pixels: number;
  /**
   * Scored pixels that are clear on another date, and those that are clear on none: their number, the
   * errors of "restored" there, and their share of the scene's real clouded pixels.
   */
  readonly origins: {
    readonly otherDate: OriginScore;
    readonly reconstructed: OriginScore;
  };
  /**
   * Ensemble: root mean squares of the standard deviation and of the error over the scored pixels, and
   * their ratio, error / standard deviation; 1 is a calibrated ensemble.
   */
  readonly deviation?: {
    readonly predicted: number;
    readonly observed: number;
    readonly ratio: number;
  };
  /** One per restored part. */
  readonly runs: readonly {
    readonly window: RasterWindow;
    readonly seed: number;
    readonly pixels: number;
    readonly mae: number;
    readonly rmse: number;
  }[];
  /** Cloud cover of the synthetic clouds. */
  readonly cover: number;
  /** Clear share of the examined parts. */
  readonly clear: number;
  /** Clouded share of the examined parts. */
  readonly clouded: number;
}

/** Errors of the scored pixels of one provenance. */
export interface OriginScore {
  /** Number of pixels. */
  readonly pixels: number;
  /** Undefined if there is no such pixel. */
  readonly mae?: number;
  /** Root mean squared error; undefined if there is no such pixel. */
  readonly rmse?: number;
  /** Undefined if the scene has no clouds. */
  readonly own?: number;
}
