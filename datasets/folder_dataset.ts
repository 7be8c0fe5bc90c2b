/**
 * Folder of one's own GeoTIFFs in `clear/` and `cloudy/`, with SAR and cloud masks where there are.
 *
 * @module
 */

import { boolean, checkOptions, type Checks, integer, string } from "../core/mod.ts";
import { withReference } from "./check_listing.ts";
import { withBands } from "./common_bands.ts";
import { anySymmetry } from "./crop.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { fileDataset } from "./file_dataset.ts";
import { type FolderDatasetFiles, listFolderDataset } from "./folder_files.ts";

/** Options of {@linkcode folderDataset}. */
export interface FolderDatasetOptions extends Omit<FolderDatasetFiles, "length"> {
  /** Random crops and symmetries; false takes the crop in the middle, unturned. Default true. */
  readonly augment?: boolean;
  /** Index of the frame that the clear image depicts. Default the last. */
  readonly reference?: number;
  /** Leave out names of which a file is missing. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

const CHECKS: Checks<FolderDatasetOptions> = {
  root: string,
  split: string,
  sar: boolean,
  mask: boolean,
  augment: boolean,
  reference: integer({ min: 0 }),
  skipIncomplete: boolean,
};

const DEFAULTS = {
  split: undefined,
  sar: undefined,
  mask: undefined,
  augment: true,
  reference: undefined,
  skipIncomplete: false,
};

/**
 * Opens a folder dataset: file names are checked at once, pixels are read with each sample.
 *
 * @param options With the side of the square crops in pixels, and the frames L: the first ones of each
 *   name are used; default as many as the first name has.
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If a folder is missing, or a clear image lacks its cloudy frames; later, from
 *   `sample`, if an image cannot be read, does not match its clear one, is smaller than a tile, or
 *   holds NaN or no data.
 * @throws {RangeError} If the reference is not a frame.
 */
export async function folderDataset(
  options: FolderDatasetOptions & { readonly tileSize: number; readonly length?: number },
): Promise<Dataset> {
  const checked = checkOptions<typeof options>(options, {
    checks: { ...CHECKS, tileSize: integer({ min: 1 }), length: integer({ min: 1 }) },
    defaults: { ...DEFAULTS, length: undefined },
    path: "$.data",
  });
  const { tileSize, augment, reference, skipIncomplete } = checked;
  const listing = await withBands(await listFolderDataset(checked));
  const length = checked.length ?? Math.max(listing.samples[0]?.frames.length ?? 0, 1);
  return fileDataset(withReference(listing, { reference, length }), {
    tileSize,
    length,
    crop: augment ? "random" : "middle",
    skipIncomplete,
    ...(augment && { turn: anySymmetry }),
  });
}

/** Catalog entry of {@linkcode folderDataset}. */
export const folderEntry: DatasetEntry<FolderDatasetOptions> = {
  summary: "a folder of GeoTIFFs of your own: clear/ and cloudy/, with sar/ and mask/ if present",
  checks: CHECKS,
  defaults: DEFAULTS,
  list: (options) => listFolderDataset(options),
  open: (options, { tileSize, length }) => folderDataset({ ...options, tileSize, length }),
};
