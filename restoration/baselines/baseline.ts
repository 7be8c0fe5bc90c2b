/**
 * Baseline: one image from the dates of a place, without a model.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";

/** Dates of a place and what is known about them. */
export interface BaselineInput {
  /** Rasters of one grid with the same bands; each knows its reflectance scale and missing pixels. */
  readonly frames: readonly Raster[];
  /** Index of the date to restore. */
  readonly reference: number;
  /** Mask of each date [height, width]: not 0 under cloud or shadow. */
  readonly masks?: readonly Uint8Array[];
  /** Day of each date, as `2018-03-07`, if all are known. */
  readonly days?: readonly string[];
}

/** Inputs that a baseline requires. */
export interface BaselineNeeds {
  /** Least number of dates. Default 2. */
  readonly dates?: number;
  /** Masks of all dates. Default false. */
  readonly masks?: boolean;
  /** Days of all dates. Default false. */
  readonly days?: boolean;
  /** Blue, green and red, for the cloud rule. Default false. */
  readonly visible?: boolean;
}

/** One entry of the list of baselines. */
export interface Baseline {
  /** Name in tables. */
  readonly name: string;
  /** Required inputs; the baseline is left out if one is missing. */
  readonly needs: BaselineNeeds;
  /**
   * Computes the image.
   *
   * @returns A raster like the reference's.
   */
  restore(input: Required<BaselineInput>): Raster | Promise<Raster>;
}
