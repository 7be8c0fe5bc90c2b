/**
 * Files of Sen2_MTC_New: `root/train.txt`, `val.txt` and `test.txt` list tiles;
 * `root/Sen2_MTC/<tile>/cloudless/<name>.tif` comes with `root/Sen2_MTC/<tile>/cloud/<name>_0.tif`,
 * `_1.tif` and `_2.tif`. Four bands, DN.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { namesIn, withoutSlash } from "../files/mod.ts";
import { openRaster } from "../rasters/mod.ts";
import {
  type Finding,
  type Listing,
  type SampleFiles,
  SPLIT_NAMES,
  type SplitName,
} from "./sample_files.ts";
import { FORM, readTile, RGB, tilesOf } from "./sen2_mtc_new_names.ts";

/** Options of {@linkcode listSen2MtcNew}. */
export interface Sen2MtcNewFiles {
  /** Holds `train.txt`, `val.txt`, `test.txt` and the folder `Sen2_MTC`. */
  readonly root: string;
  /** Only this split. Default all. */
  readonly split?: SplitName;
  /** Use near infrared as auxiliary band. Default true, as published (`use_ir`). */
  readonly nir?: boolean;
  /** Only this frame, 0 to 2. Default all three. */
  readonly monoFrame?: number;
}

/**
 * Lists the files of Sen2_MTC_New by its lists of tiles and by file names, sorted.
 *
 * @throws {InputError} If `split` is given and its list of tiles is missing.
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
