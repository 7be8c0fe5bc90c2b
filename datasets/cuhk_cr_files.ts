/**
 * Files of CUHK-CR1 and CUHK-CR2: `root/{train,test}/{label,cloud}/NAME.png`, and near infrared in a
 * second root of the same layout.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { findFolder, namesIn, stemOf, withoutSlash } from "../files/mod.ts";
import { halfSize, type RasterFile, rasterInMemory, readPng } from "../rasters/mod.ts";
import { matchNames } from "./match_names.ts";
import { changed } from "./open_files.ts";
import type { FileForm, Finding, Layer, Listing, SampleFiles, SplitName } from "./sample_files.ts";

/** Options of {@linkcode listCuhkCr}. */
export interface CuhkCrFiles {
  /** Holds `train/label`, `train/cloud`, `test/label` and `test/cloud` with RGB pictures. */
  readonly root: string;
  /** Holds the same folders with near infrared. Default none: images of three bands. */
  readonly nirRoot?: string;
  /** Only this split; "val" is the test split. Default all. */
  readonly split?: SplitName;
}

const GREY = { dtypes: ["uint8"], range: [0, 255], nodata: 0 } as const;
const RGB: FileForm = { ...GREY, bands: ["R", "G", "B"] };
const NIR: FileForm = { ...GREY, bands: ["NIR"] };
const PARTS = ["label", "cloud"] as const;
type Part = typeof PARTS[number];

/** Lists the pictures of `label` and `cloud`. */
async function pictures(folder: string, findings: Finding[], split: string) {
  const read = async (part: Part) => {
    const { files, folders } = await namesIn(`${folder}/${part}`);
    const isPng = (name: string) => /\.png$/i.test(name);
    for (const name of [...folders, ...files.filter((file) => !isPng(file))]) {
      const message = "it must be a file that ends in .png";
      findings.push({ kind: "name", path: `${folder}/${part}/${name}`, message, split });
    }
    return files.filter(isPng);
  };
  return { label: await read("label"), cloud: await read("cloud") };
}

/** Reports files of one part that the other lacks. */
function checkPairs(
  folder: string,
  { label, cloud }: Readonly<Record<Part, readonly string[]>>,
  { findings, split }: { readonly findings: Finding[]; readonly split: string },
): void {
  for (
    const [part, names, other, others] of [
      ["cloud", cloud, "label", label],
      ["label", label, "cloud", cloud],
    ] as const
  ) {
    for (const name of others.filter((found) => !names.includes(found))) {
      const message = `the file must exist, as ${folder}/${other}/${name} does`;
      findings.push({ kind: "missing", path: `${folder}/${part}/${name}`, message, split });
    }
  }
}

interface Split {
  readonly samples: readonly SampleFiles[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

async function readSplit(
  roots: { readonly root: string; readonly nirRoot: string | undefined },
  split: SplitName,
): Promise<Split> {
  const findings: Finding[] = [];
  const notes: string[] = [];
  const part = split === "val" ? "test" : split;
  const [rgbRoot, nirRoot] = [`${roots.root}/${part}`, `${roots.nirRoot}/${part}`];
  for (const folder of roots.nirRoot === undefined ? [rgbRoot] : [rgbRoot, nirRoot]) {
    if (await findFolder(`${folder}/label`) === undefined) {
      const message = "the folder must exist and hold PNG files";
      findings.push({ kind: "missing", path: `${folder}/label`, message, split });
    }
  }
  const rgb = await pictures(rgbRoot, findings, split);
  checkPairs(rgbRoot, rgb, { findings, split });
  let pairs: ReadonlyMap<string, string> | undefined;
  let nir: Awaited<ReturnType<typeof pictures>> | undefined;
  if (roots.nirRoot !== undefined) {
    nir = await pictures(nirRoot, findings, split);
    checkPairs(nirRoot, nir, { findings, split });
    const match = matchNames(rgb.label, nir.label);
    pairs = match.pairs;
    if (match.problem !== undefined) {
      const path = `${nirRoot}/label`;
      findings.push({ kind: "mismatch", path, message: match.problem, split });
    }
    if (match.note !== undefined) notes.push(`${part}: ${match.note}`);
    const lacking = match.problem === undefined
      ? rgb.label.filter((name) => !match.pairs.has(name))
      : [];
    for (const name of lacking) {
      const message = `there must be a file with the name or number of ${rgbRoot}/label/${name}`;
      findings.push({ kind: "missing", path: `${nirRoot}/label`, message, split });
    }
    const used = new Set(match.pairs.values());
    const alone = match.problem === undefined ? nir.label.filter((name) => !used.has(name)) : [];
    for (const name of alone) {
      const message = `there must be a file with the name or number of ${nirRoot}/label/${name}`;
      findings.push({ kind: "missing", path: `${rgbRoot}/label`, message, split });
    }
  }
  const samples = rgb.label.map((name): SampleFiles => {
    const paired = pairs?.get(name);
    const layers = (part: Part): readonly Layer[] => [
      { path: `${rgbRoot}/${part}/${name}`, form: RGB },
      ...(paired === undefined ? [] : [{ path: `${nirRoot}/${part}/${paired}`, form: NIR }]),
    ];
    return {
      name: `${part}/${stemOf(name)}`,
      split,
      frames: [{ cloudy: layers("cloud") }],
      target: layers("label"),
      reference: 0,
      complete: rgb.cloud.includes(name) &&
        (nir === undefined || (paired !== undefined && nir.cloud.includes(paired))),
    };
  });
  return { samples, findings, notes };
}

/** Opens a picture with the channels that the dataset uses, without alpha and copies. */
async function openPicture(path: string, isNir: boolean): Promise<RasterFile> {
  const { data, bands, ...raster } = await readPng(path);
  const used = isNir ? 1 : bands.length === 2 ? 1 : Math.min(bands.length, 3);
  if (used === bands.length) return rasterInMemory({ ...raster, bands, data });
  const channels = bands.length;
  const out = data.filter((_, i) => i % channels < used);
  return rasterInMemory({ ...raster, bands: bands.slice(0, used), data: out });
}

/**
 * Lists the files of CUHK-CR1 or CUHK-CR2 by their names.
 *
 * @throws {InputError} If a folder cannot be read.
 */
export async function listCuhkCr({ root, nirRoot, split }: CuhkCrFiles): Promise<Listing> {
  const roots = {
    root: withoutSlash(root),
    nirRoot: nirRoot === undefined ? undefined : withoutSlash(nirRoot),
  };
  const splits: readonly SplitName[] = split === undefined ? ["train", "test"] : [split];
  const read = await Promise.all(splits.map((name) => readSplit(roots, name)));
  return {
    type: "cuhkCr",
    root: roots.root,
    splits,
    samples: read.flatMap(({ samples }) => samples),
    bands: [...RGB.bands, ...(nirRoot === undefined ? [] : NIR.bands)],
    findings: read.flatMap(({ findings }) => findings),
    notes: read.flatMap(({ notes }) => notes),
    oneSize: true,
    display: [0, 255],
    open: (path) =>
      openPicture(path, roots.nirRoot !== undefined && path.startsWith(`${roots.nirRoot}/`)),
    shrink: 2,
    prepare: (file, path) =>
      changed(file, (raster) => {
        try {
          return halfSize(raster);
        } catch (error) {
          throw new InputError(`Cannot use ${path}: ${(error as Error).message}`, { cause: error });
        }
      }),
  };
}
