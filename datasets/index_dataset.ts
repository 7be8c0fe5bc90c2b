/**
 * Samples listed in a file: one row with the paths of the cloudy images, the clear image, SAR and masks.
 *
 * CSV with a header row, or JSON lines (`.jsonl`, `.ndjson`). Columns: `id`, `split`, `cloudy` (or
 * `cloudy_0`, `cloudy_1`, …), `sar`, `target`, `mask`, `date`, `reference`; only `cloudy` and `target`
 * are required. Several paths in one CSV cell are separated by semicolons, in JSON they are a list.
 * Paths are relative to the file.
 *
 * @module
 */

import {
  boolean,
  checkOptions,
  type Checks,
  InputError,
  integer,
  list,
  string,
} from "../core/mod.ts";
import { withReference } from "./check_listing.ts";
import { withBands } from "./common_bands.ts";
import { anySymmetry } from "./crop.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { fileDataset } from "./file_dataset.ts";
import { type IndexDatasetFiles, listIndexDataset } from "./index_files.ts";

/** Options of {@linkcode indexDataset}. */
export interface IndexDatasetOptions extends IndexDatasetFiles {
  /** Random crops and symmetries; false takes the crop in the middle, unturned. Default true. */
  readonly augment?: boolean;
  /** Index of the frame that the target depicts, for rows that do not state it. Default the last. */
  readonly reference?: number;
}

const CHECKS: Checks<IndexDatasetOptions> = {
  file: string,
  split: string,
  bands: list(string, { min: 1 }),
  sar: boolean,
  mask: boolean,
  augment: boolean,
  reference: integer({ min: 0 }),
};

const DEFAULTS = {
  split: undefined,
  bands: undefined,
  sar: undefined,
  mask: undefined,
  augment: true,
  reference: undefined,
};

/**
 * Opens the samples of an index file: the file is read at once, pixels with each sample.
 *
 * @param options With the side of the square crops in pixels, and the frames L: the first ones of each
 *   row are used; default as many as the first row has.
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the index cannot be read, a row lacks a required cell, or the split has no
 *   row; later, from `sample`, if an image is missing, cannot be read, does not match its target, is
 *   smaller than a tile, or holds NaN or no data.
 * @throws {RangeError} If the reference is not a frame.
 */
export async function indexDataset(
  options: IndexDatasetOptions & { readonly tileSize: number; readonly length?: number },
): Promise<Dataset> {
  const checked = checkOptions<typeof options>(options, {
    checks: { ...CHECKS, tileSize: integer({ min: 1 }), length: integer({ min: 1 }) },
    defaults: { ...DEFAULTS, length: undefined },
    path: "$.data",
  });
  const { split, tileSize, augment, reference } = checked;
  const listing = await withBands(await listIndexDataset(checked));
  const length = checked.length ?? listing.samples[0]?.frames.length ?? 1;
  if (split !== undefined && listing.samples.length === 0) {
    throw new InputError(`Cannot use the dataset ${listing.root}: split ${split} must have a row`);
  }
  return fileDataset(withReference(listing, { reference, length }), {
    tileSize,
    length,
    crop: augment ? "random" : "middle",
    ...(augment && { turn: anySymmetry }),
  });
}

/** Catalog entry of {@linkcode indexDataset}. */
export const indexEntry: DatasetEntry<IndexDatasetOptions> = {
  summary: "samples listed in a CSV or JSON lines file, one row each",
  checks: CHECKS,
  defaults: DEFAULTS,
  list: (options) => listIndexDataset(options),
  open: (options, { tileSize, length }) => indexDataset({ ...options, tileSize, length }),
};
