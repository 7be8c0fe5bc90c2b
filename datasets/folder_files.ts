/**
 * Files of a folder dataset: `clear/NAME.tif` with `cloudy/NAME.tif` or, for several dates,
 * `cloudy/NAME_0.tif`, `cloudy/NAME_1.tif`, …; `sar/` and `mask/` are named alike.
 *
 * @module
 */

import {
  type FolderNames,
  listFolder,
  namesIn,
  stemOf,
  TIFF_FILE,
  withoutSlash,
} from "../files/mod.ts";
import { openRaster } from "../rasters/mod.ts";
import { commonBands } from "./common_bands.ts";
import { type Finding, type Layer, type Listing, MASK, type SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode listFolderDataset}. */
export interface FolderDatasetFiles {
  /** Holds the folders `cloudy` and `clear`, or folders of splits that do. */
  readonly root: string;
  /** Only the folder `root/<split>`. Default the root itself. */
  readonly split?: string;
  /** Frames L: the first ones of each name are used. Default: as many as the first name has. */
  readonly length?: number;
  /** Use `sar/` as auxiliary bands. Default: if that folder exists. */
  readonly sar?: boolean;
  /** Use the cloud masks of `mask/`, 0 where the ground is seen. Default: if that folder exists. */
  readonly mask?: boolean;
}

/** Returns the files of a clear image: the same name, or the name with _0, _1, … in order. */
function framesOf(stem: string, names: readonly string[]): readonly string[] {
  const frames = names.flatMap((name) => {
    const own = stemOf(name);
    if (own === stem) return [{ name, order: -1 }];
    const number = own.startsWith(`${stem}_`) ? own.slice(stem.length + 1) : "";
    return /^\d+$/.test(number) ? [{ name, order: Number(number) }] : [];
  });
  return frames.sort((a, b) => a.order - b.order).map(({ name }) => name);
}

/** Finds the folder of each split. */
async function splitFolders({ root, split }: FolderDatasetFiles) {
  if (split !== undefined) return [{ name: split, folder: `${root}/${split}` }];
  const { folders } = await listFolder(root, "the folders clear and cloudy");
  if (folders.includes("clear")) return [{ name: "all", folder: root }];
  const found: { name: string; folder: string }[] = [];
  for (const name of folders) {
    const folder = `${root}/${name}`;
    if ((await namesIn(folder)).folders.includes("clear")) found.push({ name, folder });
  }
  return found.length > 0 ? found : [{ name: "all", folder: root }];
}

/** Lists the GeoTIFFs of each part and reports all other files. */
async function readParts(folder: string, findings: Finding[], split: string) {
  const read = (part: string, { files, folders }: FolderNames) => {
    const tiffs = files.filter((name) => TIFF_FILE.test(name));
    for (const name of [...folders, ...files.filter((name) => !TIFF_FILE.test(name))]) {
      const message = "it must be a file that ends in .tif";
      findings.push({ kind: "name", path: `${folder}/${part}/${name}`, message, split });
    }
    return tiffs;
  };
  return {
    clear: read("clear", await listFolder(`${folder}/clear`, "GeoTIFFs")),
    cloudy: read("cloudy", await listFolder(`${folder}/cloudy`, "GeoTIFFs")),
    sar: read("sar", await namesIn(`${folder}/sar`)),
    mask: read("mask", await namesIn(`${folder}/mask`)),
  };
}

/** One split while it is read. */
interface SplitFolder {
  readonly folder: string;
  readonly split: string;
  readonly options: FolderDatasetFiles;
  readonly findings: Finding[];
}

/** Pairs the files of one split by name. */
async function readSplit({ folder, split, options, findings }: SplitFolder) {
  const names = await readParts(folder, findings, split);
  const stems = names.clear.map(stemOf);
  for (const name of names.cloudy) {
    if (stems.some((stem) => framesOf(stem, [name]).length > 0)) continue;
    const path = `${folder}/clear/${stemOf(name).replace(/_\d+$/, "")}.tif`;
    const message = `the file must exist, as ${folder}/cloudy/${name} does`;
    findings.push({ kind: "missing", path, message, split });
  }
  const { sar = names.sar.length > 0, mask = names.mask.length > 0 } = options;
  const length = options.length ?? framesOf(stems[0] ?? "", names.cloudy).length;
  return names.clear.map((clear) => {
    const stem = stemOf(clear);
    const frames = framesOf(stem, names.cloudy);
    const wanted = Math.max(length, 1);
    let complete = true;
    const lack = (part: string, count: number, found: number) => {
      complete = false;
      const file = count === 1 ? `${stem}.tif or ${stem}_0.tif` : `${stem}_0.tif … ${stem}_N.tif`;
      const message = `there must be ${count} files ${file} for ${folder}/clear/${clear}, ` +
        `got ${found}`;
      findings.push({ kind: "missing", path: `${folder}/${part}/${stem}`, message, split });
    };
    if (frames.length < wanted) lack("cloudy", wanted, frames.length);
    const radar = sar ? framesOf(stem, names.sar) : [];
    if (sar && radar.length !== 1 && radar.length < wanted) lack("sar", wanted, radar.length);
    const masks = mask ? framesOf(stem, names.mask) : [];
    if (mask && masks.length < wanted) lack("mask", wanted, masks.length);
    return {
      name: options.split === undefined && split !== "all" ? `${split}/${stem}` : stem,
      split,
      complete,
      target: `${folder}/clear/${clear}`,
      frames: frames.map((file, l) => {
        const [image, hidden] = [radar.length === 1 ? radar[0] : radar[l], masks[l]];
        return {
          cloudy: `${folder}/cloudy/${file}`,
          ...(image !== undefined && { sar: `${folder}/sar/${image}` }),
          ...(hidden !== undefined && { mask: `${folder}/mask/${hidden}` }),
        };
      }),
    };
  });
}

/**
 * Lists the files of a folder dataset by their names; the headers of a few tell the bands.
 *
 * @throws {InputError} If a folder is missing or cannot be read.
 */
export async function listFolderDataset(given: FolderDatasetFiles): Promise<Listing> {
  const options = { ...given, root: withoutSlash(given.root) };
  const findings: Finding[] = [];
  const splits = await splitFolders(options);
  const named: Awaited<ReturnType<typeof readSplit>> = [];
  for (const { name, folder } of splits) {
    named.push(...await readSplit({ folder, split: name, options, findings }));
  }
  const bands = await commonBands(named.map(({ target }) => target), openRaster);
  const radar = named.flatMap(({ frames }) => frames.flatMap(({ sar }) => sar ?? []));
  const sarBands = await commonBands(radar, openRaster);
  const layer = (path: string): Layer => ({ path, form: { bands, named: true } });
  const samples = named.map(({ frames, target, ...sample }): SampleFiles => ({
    ...sample,
    target: [layer(target)],
    frames: frames.map(({ cloudy, sar, mask }) => ({
      cloudy: [layer(cloudy)],
      ...(sar !== undefined &&
        { auxiliary: [{ path: sar, form: { bands: sarBands, named: true } }] }),
      ...(mask !== undefined && { mask: { path: mask, form: MASK } }),
    })),
    reference: Math.max(frames.length - 1, 0),
  }));
  return {
    type: "folder",
    root: options.root,
    splits: splits.map(({ name }) => name),
    samples,
    bands,
    findings,
    notes: [],
    oneSize: false,
    open: openRaster,
  };
}
