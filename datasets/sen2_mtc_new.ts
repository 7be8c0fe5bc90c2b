/**
 * Sen2_MTC_New: three cloudy images and one clear image of a place, red, green, blue and near
 * infrared of Sentinel-2.
 *
 * @module
 */

import { boolean, checkOptions, type Checks, integer, OptionsError } from "../core/mod.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { fileDataset } from "./file_dataset.ts";
import { drawFlipTurn, symmetryOf } from "./flip_turn.ts";
import {
  cropOf,
  PUBLISHED_CHECKS,
  PUBLISHED_DEFAULTS,
  type PublishedOptions,
} from "./published_options.ts";
import { listSen2MtcNew, type Sen2MtcNewFiles } from "./sen2_mtc_new_files.ts";
import { FRAMES } from "./sen2_mtc_new_names.ts";

/** Options of {@linkcode sen2MtcNew}. */
export interface Sen2MtcNewOptions
  extends PublishedOptions, Pick<Sen2MtcNewFiles, "nir" | "monoFrame"> {
  /** The published flips and turns, {@linkcode drawFlipTurn}. Default true in train, else false. */
  readonly augment?: boolean;
}

const { root, split, ...more } = PUBLISHED_CHECKS;

const CHECKS: Checks<Sen2MtcNewOptions> = {
  root,
  split,
  nir: boolean,
  monoFrame: integer({ min: 0, max: FRAMES - 1 }),
  ...more,
};
const DEFAULTS = { ...PUBLISHED_DEFAULTS, augment: undefined, nir: true, monoFrame: undefined };

/**
 * Opens a split of Sen2_MTC_New: lists and names are read at once, pixels with each sample.
 *
 * Samples have the bands B04, B03 and B02 in DN and the auxiliary band B08 of each frame. The target
 * shows the place on none of the frames' dates; the reference is the last frame. The paper scales
 * images from [0, 10000] without clipping.
 *
 * @param options With the frames L, default 3 or 1 with `monoFrame`, and the side of the square samples
 *   in pixels, default 256 as the images.
 * @throws {OptionsError} If an option is unknown or out of range, or `monoFrame` is used with more
 *   than one frame.
 * @throws {InputError} If a list, tile or file is missing, or the split is empty; later, from
 *   `sample`, if a file cannot be read, does not hold what it must, holds NaN or no data.
 */
export async function sen2MtcNew(
  options: Sen2MtcNewOptions & { readonly length?: number; readonly tileSize?: number },
): Promise<Dataset> {
  const frames = options.monoFrame === undefined ? FRAMES : 1;
  const checked = checkOptions<typeof options>(options, {
    checks: {
      ...CHECKS,
      length: integer({ min: 1, max: FRAMES }),
      tileSize: integer({ min: 1 }),
    },
    defaults: { ...DEFAULTS, length: frames, tileSize: 256 },
    path: "$.data",
  });
  const { split, length = frames, tileSize = 256, monoFrame, skipIncomplete } = checked;
  if (monoFrame !== undefined && length !== 1) {
    throw new OptionsError("$.data.monoFrame", `takes one frame, got a length of ${length}`);
  }
  return fileDataset(await listSen2MtcNew(checked), {
    split,
    tileSize,
    length,
    crop: cropOf(checked),
    skipIncomplete,
    ...(checked.augment ?? split === "train"
      ? { turn: (rng) => symmetryOf(drawFlipTurn(rng)) }
      : {}),
  });
}

/** Catalog entry of {@linkcode sen2MtcNew}. */
export const sen2MtcNewEntry: DatasetEntry<Sen2MtcNewOptions> = {
  summary: "Sen2_MTC_New: three cloudy images and a clear one, near infrared as auxiliary band",
  checks: CHECKS,
  defaults: DEFAULTS,
  maxLength: FRAMES,
  list: listSen2MtcNew,
  open: (options, { tileSize, length }) => sen2MtcNew({ ...options, tileSize, length }),
};
