/**
 * Catalog entry of a dataset: how its options are checked, its files listed and its samples opened.
 *
 * @module
 */

import type { EntryHead } from "../core/mod.ts";
import type { Dataset } from "./dataset.ts";
import type { Listing } from "./sample_files.ts";

/** Properties of the model that decide the shape of a dataset's samples. */
export interface DatasetModel {
  /** Side of the square samples in pixels. */
  readonly tileSize: number;
  /** Frames L of a sample. */
  readonly length: number;
  /** Names of the bands, for datasets that read bands by name. */
  readonly bands: readonly string[];
}

/**
 * One dataset. Its options are JSON; tile size, number of frames and bands come from the model.
 *
 * Two conventions hold for the names of options. Options named `root`, `file` or `masks`, or ending in
 * `Root`, `File` or `Folder`, are paths: they don't identify the data, so that a run can be resumed
 * after the data were moved. An option `split` with a default is the training split: `evaluate` uses
 * "test" instead and `data check` reads all splits, unless a split is named.
 */
export interface DatasetEntry<Options, Loaded = undefined> extends EntryHead<Options> {
  /** Most frames that a sample can have; models of more frames are refused. Default no limit. */
  readonly maxLength?: number;
  /**
   * True if the listing holds clear images only and clouds are painted when a sample is drawn.
   * Evaluation then scores drawn samples instead of whole images. Default false.
   */
  readonly painted?: boolean;
  /**
   * Lists the files of every sample for `data check` and `evaluate`, without reading pixels. Without a
   * split, lists all splits.
   *
   * @throws {InputError} If the folder or list that names the files is missing.
   */
  readonly list: (options: Options, model: Pick<DatasetModel, "bands">) => Promise<Listing>;
  /**
   * Reads what stays in memory, as plain data. It is read once, and all Workers of a loader share its
   * typed arrays. Default nothing.
   */
  readonly load?: (options: Options, model: DatasetModel) => Promise<Loaded>;
  /**
   * Opens the dataset for training.
   *
   * @param loaded Result of `load`.
   * @throws {InputError} If files are missing or do not fit together.
   */
  readonly open: (
    options: Options,
    model: DatasetModel,
    loaded: Loaded,
  ) => Dataset | Promise<Dataset>;
}

/** Any entry, where its options do not matter. */
// deno-lint-ignore no-explicit-any
export type AnyDatasetEntry = DatasetEntry<any, any>;
