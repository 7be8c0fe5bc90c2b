/**
 * What a self-check is asked, and what it finds.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { CheckScore } from "./check_scores.ts";

/** How a scene is checked. */
export interface SelfCheckOptions {
  /** Restorations of parts of the scene, each under clouds of its own, ≥ 1. Default 4. */
  readonly runs?: number;
  /** Decides where the clouds are. Default 0. */
  readonly cloudSeed?: number;
  /**
   * Share of a part that the clouds hide, in (0, 1). Default the reference's own cover in those parts,
   * but at least 0.2 and at most 0.5; of a clear one 0.3.
   */
  readonly cover?: number;
}

/** What a check found; plain JSON. */
export interface SelfCheck {
  /** Scores over the hidden pixels by method: "restored" and the baselines. */
  readonly scores: Readonly<Record<string, CheckScore>>;
  /** Unit of MAE, RMSE and bias; PSNR is for a data range of 1. */
  readonly unit: "reflectance";
  /** Hidden pixels that were scored, over all runs. */
  readonly pixels: number;
  /**
   * Hidden pixels that another date shows, and those that none shows: their number, the errors of
   * "restored" there, and the share of the scene's own clouded pixels that are so.
   */
  readonly origins: {
    readonly otherDate: OriginScore;
    readonly reconstructed: OriginScore;
  };
  /**
   * Of samples: root mean squares of the deviation and of the error over the hidden pixels, and error /
   * deviation: 1 where deviations are as large as errors are.
   */
  readonly deviation?: {
    readonly predicted: number;
    readonly observed: number;
    readonly ratio: number;
  };
  /** One for each restoration. */
  readonly runs: readonly {
    readonly window: RasterWindow;
    readonly seed: number;
    readonly pixels: number;
    readonly mae: number;
    readonly rmse: number;
  }[];
  /** Share of the parts that the synthetic clouds were to hide. */
  readonly cover: number;
  /** Of the parts that were looked at: the share that is clear, and that is clouded. */
  readonly clear: number;
  readonly clouded: number;
}

/** One kind of hidden pixels. */
export interface OriginScore {
  readonly pixels: number;
  /** Undefined where there is no such pixel. */
  readonly mae?: number;
  readonly rmse?: number;
  /** Undefined where the scene has no clouds of its own. */
  readonly own?: number;
}
