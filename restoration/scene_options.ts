/**
 * Options of restoring a scene from files to files.
 *
 * @module
 */

import type { AreaOptions } from "./area.ts";
import type { KeepClearOptions } from "./keep_clear.ts";
import type { TilingOptions } from "./rows/restore_rows.ts";
import type { SelfCheckOptions } from "./self_check/self_check_result.ts";
import type { OpenSeriesOptions } from "./series.ts";

/** Options of `restoreScene`. */
export interface RestoreSceneOptions
  extends TilingOptions, OpenSeriesOptions, AreaOptions, KeepClearOptions {
  /** Path of the GeoTIFF to write. */
  readonly output: string;
  /**
   * Keeps the clear pixels of the reference bit for bit: those that the built-in "detector", the
   * product's own scene classification ("scl"), or a raster of classes (its path) finds clear.
   */
  readonly mask?: string;
  /**
   * Whether the model is shown opaque cloud where the mask has cloud, if its card says how that looks
   * (`opaqueCloud`): half-transparent real clouds mislead models that know drawn ones. Default true;
   * nothing is hidden without a mask.
   */
  readonly hideClouds?: boolean;
  /** Classes of the mask's raster that are cloud or shadow; default see `openClassMask`. */
  readonly maskValues?: readonly number[];
  /**
   * Restorations whose mean is the result, ≥ 2; a raster beside it (`uncertaintyPath`) has their
   * standard deviation. Default one restoration, and no such raster. Steps, sampler and time steps
   * that are left out are those of `samplingOf`.
   */
  readonly samples?: number;
  /**
   * Checks the restoration on the scene itself first (`selfCheckScene`) and says in the file what error
   * is to be expected. Default false.
   */
  readonly selfCheck?: boolean | SelfCheckOptions;
  /** Whether existing files may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Added to the file's tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Path of a PNG with the reference before and after, if one is wanted. */
  readonly picture?: string;
  /** Receives what a user should know: radiometry and its evidence, warnings. */
  readonly log?: (line: string) => void;
}
