/**
 * A dataset of one's own: pairs of GeoTIFFs in one folder, `NAME_cloudy.tif` next to `NAME_clear.tif`.
 *
 * @module
 */

import { boolean, InputError, string } from "../core/mod.ts";
import { anySymmetry, type DatasetEntry, fileDataset, type Listing } from "../datasets/mod.ts";
import { openRaster } from "../rasters/mod.ts";

/** Options of the dataset, as in `{ "type": "pairs", "root": "data/pairs" }`. */
export interface PairsOptions {
  /** Folder of the images. */
  readonly root: string;
  /** Random crops and symmetries; false takes the crop in the middle. Default true. */
  readonly augment?: boolean;
}

/** Lists the pairs. A clear image without its cloudy one is reported, not an error yet. */
export async function listPairs({ root }: PairsOptions): Promise<Listing> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(root)) names.push(name);
  } catch (error) {
    throw new InputError(`Cannot use ${root}: it must be a folder`, { cause: error });
  }
  const clear = names.filter((name) => name.endsWith("_clear.tif")).sort();
  const cloudyOf = (name: string) => name.replace(/_clear\.tif$/, "_cloudy.tif");
  const lone = clear.filter((name) => !names.includes(cloudyOf(name)));
  // All images must have the bands of the first one.
  const bands = clear.length === 0 ? [] : await bandsOf(`${root}/${clear[0]}`);
  const layer = (name: string) => [{ path: `${root}/${name}`, form: { bands, named: true } }];
  return {
    type: "pairs",
    root,
    splits: ["all"],
    bands,
    samples: clear.map((name) => ({
      name: name.replace(/_clear\.tif$/, ""),
      split: "all",
      frames: [{ cloudy: layer(cloudyOf(name)) }],
      target: layer(name),
      reference: 0,
      complete: !lone.includes(name),
    })),
    findings: lone.map((name) => ({
      kind: "missing",
      path: `${root}/${cloudyOf(name)}`,
      message: `the file must exist, as ${root}/${name} does`,
    })),
    notes: [],
    oneSize: false,
    open: openRaster,
  };
}

async function bandsOf(path: string): Promise<readonly string[]> {
  const file = await openRaster(path);
  await file.close();
  return file.header.bands;
}

/** Catalog entry of the dataset. */
export const pairsEntry: DatasetEntry<PairsOptions> = {
  summary: "pairs of GeoTIFFs in one folder: NAME_cloudy.tif and NAME_clear.tif",
  checks: { root: string, augment: boolean },
  defaults: { augment: true },
  maxLength: 1,
  list: listPairs,
  open: async ({ augment, ...options }, { tileSize, length }) =>
    fileDataset(await listPairs(options), {
      tileSize,
      length,
      crop: augment ? "random" : "middle",
      ...(augment && { turn: anySymmetry }),
    }),
};
