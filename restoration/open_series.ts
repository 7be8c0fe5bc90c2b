/**
 * Open dates of one location.
 *
 * @module
 */

import type { Radiometry, SceneFile } from "../products/mod.ts";
import type { Scene } from "./scene.ts";

/** An open series of dates. */
export interface OpenSeries {
  /** Open files on one grid. */
  readonly scene: Scene;
  /** Days in rising order; undefined where one is unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Paths of the dates; addresses without query strings. */
  readonly paths: readonly string[];
  /** Index among the inputs of each date. */
  readonly inputs: readonly number[];
  /** All dates of the inputs, if only some of them are used. */
  readonly season?: Pick<OpenSeries, "dates" | "inputs">;
  /** Open files of the dates. */
  readonly files: readonly SceneFile[];
  /** Radiometry of each date; undefined if the scene's unit isn't reflectance. */
  readonly radiometry: readonly (Radiometry | undefined)[];
  /** Closes all files. */
  close(): Promise<void>;
}
