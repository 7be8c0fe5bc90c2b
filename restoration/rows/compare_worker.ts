/**
 * Program of a Worker that finds clouds in windows by comparing the dates.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import { type DetectedWindow, detectInTime, type TemporalFit } from "../../clouds/mod.ts";
import { serveWindows } from "../threads/serve_windows.ts";

/** Window of every date. */
export interface CompareJob {
  readonly frames: readonly Raster[];
  readonly window: DetectedWindow;
}

serveWindows<TemporalFit, CompareJob, readonly Uint8Array[]>((fit) => ({ frames, window }) =>
  detectInTime(frames, fit, window)
);
