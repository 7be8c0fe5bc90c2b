/**
 * SEN12MS-CR: one cloudy and one clear Sentinel-2 image of a place, with Sentinel-1 next to them.
 *
 * @module
 */

import {
  boolean,
  checkOptions,
  type Checks,
  integer,
  list,
  oneOf,
  SENTINEL2_NAMES,
} from "../core/mod.ts";
import { anySymmetry } from "./crop.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { fileDataset } from "./file_dataset.ts";
import {
  cropOf,
  PUBLISHED_CHECKS,
  PUBLISHED_DEFAULTS,
  type PublishedOptions,
} from "./published_options.ts";
import { listSen12MsCr, type Sen12MsCrFiles } from "./sen12ms_cr_files.ts";

/** Options of {@linkcode sen12MsCr}. */
export interface Sen12MsCrOptions
  extends PublishedOptions, Pick<Sen12MsCrFiles, "splits" | "sar" | "nan"> {}

const { root, split, ...more } = PUBLISHED_CHECKS;

const CHECKS: Checks<Sen12MsCrOptions> = {
  root,
  split,
  splits: oneOf("exact", "published"),
  sar: boolean,
  nan: oneOf("error", "published"),
  ...more,
};
const DEFAULTS = { ...PUBLISHED_DEFAULTS, splits: "exact", sar: true, nan: "error" } as const;

/**
 * Opens a split of SEN12MS-CR: names are read at once, pixels with each sample.
 *
 * Samples have one frame, 13 bands in DN and the auxiliary bands VV and VH in dB; the target shows the
 * place on another day. The paper scales the images from [0, 10000] and the auxiliary bands from
 * [−25, 0], both clipped.
 *
 * @param options With the bands of Sentinel-2, default all 13, and the side of the square samples in
 *   pixels, default 256 as the images.
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the root or a file is missing, or the split is empty; later, from `sample`,
 *   if a file cannot be read, does not hold what it must, holds NaN or no data.
 */
export async function sen12MsCr(
  options: Sen12MsCrOptions & { readonly bands?: readonly string[]; readonly tileSize?: number },
): Promise<Dataset> {
  const checked = checkOptions<typeof options>(options, {
    checks: {
      ...CHECKS,
      bands: list(oneOf(...SENTINEL2_NAMES), { min: 1 }),
      tileSize: integer({ min: 1 }),
    },
    defaults: { ...DEFAULTS, bands: SENTINEL2_NAMES, tileSize: 256 },
    path: "$.data",
  });
  const { split, tileSize = 256, augment, skipIncomplete } = checked;
  return fileDataset(await listSen12MsCr(checked), {
    split,
    tileSize,
    length: 1,
    crop: cropOf(checked),
    skipIncomplete,
    ...(augment && { turn: anySymmetry }),
  });
}

/** Catalog entry of {@linkcode sen12MsCr}. */
export const sen12MsCrEntry: DatasetEntry<Sen12MsCrOptions> = {
  summary: "SEN12MS-CR: a cloudy and a clear Sentinel-2 image, Sentinel-1 as auxiliary bands",
  checks: CHECKS,
  defaults: DEFAULTS,
  maxLength: 1,
  list: (options) => listSen12MsCr(options),
  open: (options, { tileSize, bands }) => {
    // Other bands are reported when the dataset's bands are compared with the model's.
    const known = bands.length > 0 && bands.every((band) => SENTINEL2_NAMES.includes(band));
    return sen12MsCr({ ...options, ...(known && { bands }), tileSize });
  },
};
