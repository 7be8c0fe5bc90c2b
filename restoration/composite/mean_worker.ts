/**
 * Program of a Worker that applies a mean to windows.
 *
 * @module
 */

import type { MeanFit, MeanImage, MeanWindow, Region } from "../../means/mod.ts";
import { serveWindows } from "../threads/serve_windows.ts";
import { compositeMethod, type CompositeMethodName } from "./methods.ts";

/** What all windows of a pool share. */
export interface MeanWork {
  /** Way to make the mean. */
  readonly method: CompositeMethodName;
  /** Pixels around hidden ones that count as hidden. */
  readonly grow: number;
  /** Plans of the images. */
  readonly fits: readonly MeanFit[];
}

/** Window of an image. */
export interface MeanJob {
  /** Index of the image's plan. */
  readonly fit: number;
  readonly window: MeanWindow;
  readonly core: Region;
}

serveWindows<MeanWork, MeanJob, MeanImage>(({ method, grow, fits }) => {
  const { mean } = compositeMethod(method, { grow });
  return ({ fit, window, core }) => mean.apply(fits[fit]!, window, core);
});
