/**
 * CUHK-CR1 and CUHK-CR2: one cloudy and one clear picture of a place, in red, green, blue and near
 * infrared, 8-bit.
 *
 * @module
 */

import { checkOptions, type Checks, integer, string } from "../core/mod.ts";
import { anySymmetry } from "./crop.ts";
import { type CuhkCrFiles, listCuhkCr } from "./cuhk_cr_files.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { fileDataset } from "./file_dataset.ts";
import {
  cropOf,
  PUBLISHED_CHECKS,
  PUBLISHED_DEFAULTS,
  type PublishedOptions,
} from "./published_options.ts";

/** Options of {@linkcode cuhkCr}. */
export interface CuhkCrOptions extends PublishedOptions, Pick<CuhkCrFiles, "nirRoot"> {}

const { root, ...more } = PUBLISHED_CHECKS;

const CHECKS: Checks<CuhkCrOptions> = { root, nirRoot: string, ...more };
const DEFAULTS = { ...PUBLISHED_DEFAULTS, nirRoot: undefined };

/**
 * Opens a split of CUHK-CR1 or CUHK-CR2: names are read at once, pixels with each sample.
 *
 * Samples have one frame of the bands R, G, B and NIR in grey values, at half the size of the files,
 * neither rounded nor clipped ({@linkcode halfSize}); the target shows the place on another day. The
 * paper scales them from [0, 255] without clipping. The split "val" is the test split.
 *
 * @param options With the side of the square samples in pixels; default 256, half the side of the
 *   published images.
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If files are missing, the two roots cannot be matched, or the split is empty;
 *   later, from `sample`, if a file cannot be read, does not hold what it must or is black throughout.
 */
export async function cuhkCr(
  options: CuhkCrOptions & { readonly tileSize?: number },
): Promise<Dataset> {
  const checked = checkOptions<typeof options>(options, {
    checks: { ...CHECKS, tileSize: integer({ min: 1 }) },
    defaults: { ...DEFAULTS, tileSize: 256 },
    path: "$.data",
  });
  const { split, tileSize = 256, augment, skipIncomplete } = checked;
  return fileDataset(await listCuhkCr(checked), {
    split,
    tileSize,
    length: 1,
    crop: cropOf(checked),
    skipIncomplete,
    ...(augment && { turn: anySymmetry }),
  });
}

/** Catalog entry of {@linkcode cuhkCr}. */
export const cuhkCrEntry: DatasetEntry<CuhkCrOptions> = {
  summary: "CUHK-CR1 or CUHK-CR2: pairs of pictures in RGB, and near infrared in a second root",
  checks: CHECKS,
  defaults: DEFAULTS,
  maxLength: 1,
  list: listCuhkCr,
  open: (options, { tileSize }) => cuhkCr({ ...options, tileSize }),
};
