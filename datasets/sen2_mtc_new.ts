/**
 * Sen2_MTC_New: three cloudy images and one clear image of a place, red, green, blue and near
 * infrared of Sentinel-2.
 *
 * `root/train.txt`, `val.txt` and `test.txt` list tiles; `root/Sen2_MTC/<tile>/cloudless/<name>.tif`
 * comes with `root/Sen2_MTC/<tile>/cloud/<name>_0.tif`, `_1.tif` and `_2.tif`. Four bands, DN.
 *
 * @module
 */

import {
  boolean,
  checkOptions,
  type Checks,
  InputError,
  integer,
  oneOf,
  OptionsError,
  string,
} from "../core/mod.ts";
import type { Dataset } from "./dataset.ts";
import { fileDataset } from "./file_dataset.ts";
import { drawFlipTurn, symmetryOf } from "./flip_turn.ts";
import { openRaster } from "../rasters/mod.ts";
import { namesIn, withoutSlash } from "../files/mod.ts";
import {
  type Finding,
  type Listing,
  type SampleFiles,
  SPLIT_NAMES,
  type SplitName,
} from "./sample_files.ts";
import { FORM, FRAMES, readTile, RGB, tilesOf } from "./sen2_mtc_new_names.ts";

/** Options of {@linkcode listSen2MtcNew}. */
export interface Sen2MtcNewFiles {
  /** Holds `train.txt`, `val.txt`, `test.txt` and the folder `Sen2_MTC`. */
  readonly root: string;
  /** Only this split. Default all. */
  readonly split?: SplitName;
  /** Whether near infrared is a condition. Default true, as published (`use_ir`). */
  readonly nir?: boolean;
  /** Only this frame, 0 to 2. Default all three. */
  readonly monoFrame?: number;
}

/** Options of {@linkcode sen2MtcNew}. */
export interface Sen2MtcNewOptions extends Sen2MtcNewFiles {
  /** Default "train". */
  readonly split?: SplitName;
  /** Frames L: the first ones, or one with `monoFrame`. Default 3, or 1 with `monoFrame`. */
  readonly length?: number;
  /** Side of the square samples; the images have 256 pixels. Default 256. */
  readonly tileSize?: number;
  /** Where tiles smaller than the image lie. Default "random" in train, else "middle". */
  readonly crop?: "random" | "middle";
  /** The published flips and turns, {@linkcode drawFlipTurn}. Default true in train, else false. */
  readonly augment?: boolean;
  /** Leave out tiles and names of which something is missing. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

const CHECKS: Checks<Sen2MtcNewOptions> = {
  root: string,
  split: oneOf(...SPLIT_NAMES),
  nir: boolean,
  monoFrame: integer({ min: 0, max: FRAMES - 1 }),
  length: integer({ min: 1, max: FRAMES }),
  tileSize: integer({ min: 1 }),
  crop: oneOf("random", "middle"),
  augment: boolean,
  skipIncomplete: boolean,
};

/**
 * The files of Sen2_MTC_New, by lists and names alone, sorted.
 *
 * @throws {InputError} If the list of the one split that is asked for is missing.
 */
export async function listSen2MtcNew(
  { root: given, split, nir = true, monoFrame }: Sen2MtcNewFiles,
): Promise<Listing> {
  const root = withoutSlash(given);
  const findings: Finding[] = [];
  const samples: SampleFiles[] = [];
  const seen = new Map<string, SplitName>();
  const frames = monoFrame === undefined ? [0, 1, 2] : [monoFrame];
  const { folders } = await namesIn(`${root}/Sen2_MTC`);
  const splits = split === undefined ? SPLIT_NAMES : [split];
  for (const name of splits) {
    const path = `${root}/${name}.txt`;
    const tiles = await tilesOf(root, name);
    if (tiles === undefined) {
      if (split !== undefined) {
        throw new InputError(
          `Cannot use the dataset ${root}: ${path} must exist and list the tiles of the split`,
        );
      }
      findings.push({ kind: "missing", path, message: "the list of the split must exist" });
      continue;
    }
    if (tiles.length === 0) {
      findings.push({ kind: "split", path, message: "it must list a tile", split: name });
    }
    for (const tile of tiles) {
      const other = seen.get(tile);
      if (other !== undefined) {
        const message = `it must list tile ${tile} once in all splits, got it in ${other}, too`;
        findings.push({ kind: "split", path, message, split: name });
        if (other === name) continue;
      }
      seen.set(tile, name);
      if (!folders.includes(tile)) {
        const message = `the folder must exist, as ${name}.txt lists it`;
        const folder = `${root}/Sen2_MTC/${tile}`;
        findings.push({ kind: "missing", path: folder, message, split: name });
        continue;
      }
      const context = { split: name, nir, frames, findings };
      const read = await readTile(`${root}/Sen2_MTC/${tile}`, tile, context);
      samples.push(...read);
      if (read.length === 0) {
        const folder = `${root}/Sen2_MTC/${tile}/cloudless`;
        const message = "it must hold GeoTIFFs, got none";
        findings.push({ kind: "missing", path: folder, message, split: name });
      }
    }
  }
  const unlisted = split === undefined ? folders.filter((tile) => !seen.has(tile)) : [];
  return {
    type: "sen2MtcNew",
    root,
    splits,
    samples,
    bands: RGB.map((band) => FORM.bands[band]!),
    findings,
    notes: unlisted.length === 0
      ? []
      : [`${unlisted.length} tiles are in no split and are not used: ${unlisted.join(", ")}`],
    oneSize: true,
    display: [0, 3000],
    open: openRaster,
  };
}

/**
 * Opens a split of Sen2_MTC_New: lists and names are read at once, pixels with each sample.
 *
 * Samples have the bands B04, B03 and B02 in DN and the auxiliary band B08 of each frame. The target
 * depicts none of the frames; the reference is the last of them. The card's scaling of the paper is
 * [0, 10000] without clipping.
 *
 * @throws {OptionsError} If an option is unknown or out of range, or `monoFrame` is used with more
 *   than one frame.
 * @throws {InputError} If a list, tile or file is missing, or the split is empty; later, from
 *   `sample`, if a file cannot be read, does not hold what it must, holds NaN or no data.
 */
export async function sen2MtcNew(options: Sen2MtcNewOptions): Promise<Dataset> {
  const checked = checkOptions<Sen2MtcNewOptions>(options, {
    checks: CHECKS,
    defaults: {
      split: "train",
      nir: true,
      monoFrame: undefined,
      length: options.monoFrame === undefined ? FRAMES : 1,
      tileSize: 256,
      crop: undefined,
      augment: undefined,
      skipIncomplete: false,
    } as unknown as Partial<Sen2MtcNewOptions>,
    path: "$.data",
  });
  const { split, length, tileSize, monoFrame, skipIncomplete } = checked as
    & Required<Sen2MtcNewOptions>
    & { readonly monoFrame: number | undefined };
  if (monoFrame !== undefined && length !== 1) {
    throw new OptionsError("$.data.monoFrame", `takes one frame, got a length of ${length}`);
  }
  const isTrain = split === "train";
  const listing = await listSen2MtcNew(checked);
  return fileDataset(listing, {
    split,
    tileSize,
    length,
    crop: checked.crop ?? (isTrain ? "random" : "middle"),
    skipIncomplete,
    ...(checked.augment ?? isTrain ? { turn: (rng) => symmetryOf(drawFlipTurn(rng)) } : {}),
  });
}
