/**
 * CUHK-CR1 and CUHK-CR2: one cloudy and one clear picture of a place, in red, green, blue and near
 * infrared, 8-bit.
 *
 * `root/{train,test}/{label,cloud}/NAME.png` are the clear and cloudy RGB pictures; a second root of
 * the same layout has near infrared in the first channel of its files.
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
  string,
} from "../core/mod.ts";
import type { Dataset } from "./dataset.ts";
import { anySymmetry, fileDataset } from "./file_dataset.ts";
import { halfSize, type RasterFile, rasterInMemory, readPng } from "../rasters/mod.ts";
import { findFolder, namesIn, stemOf, withoutSlash } from "../files/mod.ts";
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

/** Options of {@linkcode cuhkCr}. */
export interface CuhkCrOptions extends CuhkCrFiles {
  /** Default "train". */
  readonly split?: SplitName;
  /** Side of the square samples; the images have 256 pixels at half their size. Default 256. */
  readonly tileSize?: number;
  /** Where tiles smaller than the image lie. Default "random" in train, else "middle". */
  readonly crop?: "random" | "middle";
  /** Random symmetries. Default false, as published. */
  readonly augment?: boolean;
  /** Leave out pictures of which a file is missing. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

const CHECKS: Checks<CuhkCrOptions> = {
  root: string,
  nirRoot: string,
  split: oneOf("train", "val", "test"),
  tileSize: integer({ min: 1 }),
  crop: oneOf("random", "middle"),
  augment: boolean,
  skipIncomplete: boolean,
};

const GREY = { dtypes: ["uint8"], range: [0, 255], nodata: 0 } as const;
const RGB: FileForm = { ...GREY, bands: ["R", "G", "B"] };
const NIR: FileForm = { ...GREY, bands: ["NIR"] };
const PARTS = ["label", "cloud"] as const;
type Part = typeof PARTS[number];

/** The pictures of `label` and `cloud`, by part. */
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

/** Files of one part that the other lacks. */
function checkTwins(
  folder: string,
  { label, cloud }: Readonly<Record<Part, readonly string[]>>,
  { findings, split }: { readonly findings: Finding[]; readonly split: string },
): void {
  for (
    const [part, names, other, twins] of [
      ["cloud", cloud, "label", label],
      ["label", label, "cloud", cloud],
    ] as const
  ) {
    for (const name of twins.filter((twin) => !names.includes(twin))) {
      const message = `the file must exist, as its twin ${folder}/${other}/${name} does`;
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
  checkTwins(rgbRoot, rgb, { findings, split });
  let twins: ReadonlyMap<string, string> | undefined;
  let nir: Awaited<ReturnType<typeof pictures>> | undefined;
  if (roots.nirRoot !== undefined) {
    nir = await pictures(nirRoot, findings, split);
    checkTwins(nirRoot, nir, { findings, split });
    const match = matchNames(rgb.label, nir.label);
    twins = match.pairs;
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
    const twin = twins?.get(name);
    const layers = (part: Part): readonly Layer[] => [
      { path: `${rgbRoot}/${part}/${name}`, form: RGB },
      ...(twin === undefined ? [] : [{ path: `${nirRoot}/${part}/${twin}`, form: NIR }]),
    ];
    return {
      name: `${part}/${stemOf(name)}`,
      split,
      frames: [{ cloudy: layers("cloud") }],
      target: layers("label"),
      reference: 0,
      complete: rgb.cloud.includes(name) &&
        (nir === undefined || (twin !== undefined && nir.cloud.includes(twin))),
    };
  });
  return { samples, findings, notes };
}

/** A picture of which only the channels count that the dataset uses: alpha and copies do not. */
async function openPicture(path: string, isNir: boolean): Promise<RasterFile> {
  const { data, bands, ...raster } = await readPng(path);
  const used = isNir ? 1 : bands.length === 2 ? 1 : Math.min(bands.length, 3);
  if (used === bands.length) return rasterInMemory({ ...raster, bands, data });
  const channels = bands.length;
  const out = data.filter((_, i) => i % channels < used);
  return rasterInMemory({ ...raster, bands: bands.slice(0, used), data: out });
}

/**
 * The files of CUHK-CR1 or CUHK-CR2, by names alone.
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

/**
 * Opens a split of CUHK-CR1 or CUHK-CR2: names are read at once, pixels with each sample.
 *
 * Samples have one frame of the bands R, G, B and NIR in grey values, at half the size of the files,
 * neither rounded nor clipped ({@linkcode halfSize}); the target depicts the place on another day.
 * The card's scaling of the paper is [0, 255] without clipping.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If files are missing, the two roots cannot be matched, or the split is empty;
 *   later, from `sample`, if a file cannot be read, does not hold what it must or is black throughout.
 */
export async function cuhkCr(options: CuhkCrOptions): Promise<Dataset> {
  const checked = checkOptions<CuhkCrOptions>(options, {
    checks: CHECKS,
    defaults: {
      split: "train",
      nirRoot: undefined,
      tileSize: 256,
      crop: undefined,
      augment: false,
      skipIncomplete: false,
    } as unknown as Partial<CuhkCrOptions>,
    path: "$.data",
  });
  const { split, tileSize, augment, skipIncomplete } = checked as Required<CuhkCrOptions>;
  return fileDataset(await listCuhkCr(checked), {
    split,
    tileSize,
    length: 1,
    crop: checked.crop ?? (split === "train" ? "random" : "middle"),
    skipIncomplete,
    ...(augment && { turn: anySymmetry }),
  });
}
