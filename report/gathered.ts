/**
 * Pixels of a report: all dates, the result and the clear image, downsampled and at full resolution.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { RowsReport } from "../restoration/mod.ts";
import type { ReportLayout } from "./layout.ts";
import { crop } from "./pixels.ts";

/** Pixels read and restored; images are [height, width, bands] in the model's units. */
export interface Gathered {
  readonly area: RasterWindow;
  readonly layout: ReportLayout;
  /** The whole area, downsampled. */
  readonly small: {
    readonly width: number;
    readonly height: number;
    readonly dates: readonly Float32Array[];
    readonly restored: Float32Array;
    readonly truth: Float32Array | undefined;
    /** Cloud masks of the dates from `cloudsOf`. */
    readonly clouds: readonly (Uint8Array | undefined)[];
    readonly truthClouds: Uint8Array | undefined;
  };
  /** Window kept at full resolution: the area, or the detail if the area is too large. */
  readonly kept: RasterWindow;
  readonly detail: RasterWindow;
  readonly dates: readonly Float32Array[];
  readonly restored: Float32Array;
  readonly truth: Float32Array | undefined;
  /** Ensemble standard deviation, shaped as `restored`; 0 at observed pixels. */
  readonly deviation: Float32Array | undefined;
  /** [height, width] of the kept window; undefined without a mask. */
  readonly provenance: Uint8Array | undefined;
  /** Clouds of the reference in the kept window: from the given mask, else detected. */
  readonly clouds: Uint8Array | undefined;
  /** Clouds of every date in the kept window: 0 where clear; undefined where they are unknown. */
  readonly dateClouds: readonly (Uint8Array | undefined)[];
  readonly report: RowsReport;
}

/** Cuts the detail out of an image of the kept window. */
export function detailOf<T extends Float32Array | Uint8Array>(
  { kept, detail }: Pick<Gathered, "kept" | "detail">,
  data: T,
  depth: number,
): T {
  const same = kept.width === detail.width && kept.height === detail.height;
  return same ? data : crop(data, { from: kept, to: detail, depth });
}
