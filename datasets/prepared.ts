/**
 * Samples whose mean was made before, by `emrdm data prepare`: reading one takes milliseconds, making a
 * composite seconds.
 *
 * @module
 */

import {
  type Checks,
  InputError,
  integer,
  list,
  number,
  oneOf,
  type Rng,
  string,
} from "../core/mod.ts";
import { type SurfaceLine, surfaceLines } from "../synthetic/mod.ts";
import { type Crop, randomCrop, sourcePixel } from "./crop.ts";
import type { Dataset, Sample } from "./dataset.ts";
import type { DatasetEntry, DatasetModel } from "./dataset_entry.ts";
import {
  preparedFindings,
  type PreparedIndex,
  readPrepared,
  readPreparedIndex,
} from "./prepared_files.ts";

/** Looks of prepared samples. */
const LOOKS: readonly PreparedLook[] = ["stored", "L2A"];
/** Look of prepared samples. */
export type PreparedLook = "stored" | "L2A";

/** Options of the prepared dataset. */
export interface PreparedOptions {
  /** Folder that `emrdm data prepare` wrote. */
  readonly root: string;
  /** Only these folders of `root`, each written by a run of its own. Default `root` itself. */
  readonly parts?: readonly string[];
  /** "L2A" removes a random atmosphere from L1C samples. Default "stored". */
  readonly look?: PreparedLook;
  /** Samples of one epoch. Default as many as there are. */
  readonly size?: number;
  /** Crops with less hidden ground are drawn again a few times. Default 0.1. */
  readonly hidden?: number;
}

const CHECKS: Checks<PreparedOptions> = {
  root: string,
  parts: list(string, { min: 1 }),
  look: oneOf(...LOOKS),
  size: integer({ min: 1 }),
  hidden: number({ min: 0, max: 1 }),
};

const DEFAULTS = { parts: undefined, look: "stored", size: undefined, hidden: 0.1 } as const;

/** Arrays that every record has. */
const GROUPS = ["cloudy", "target", "mask", "image", "evidence", "dates", "errors"] as const;

const CROP_TRIES = 6;

/** Copies a crop of some values of each pixel, on a line of its own each. */
function cut(
  array: Float16Array,
  { side, crop, picked, lines }: {
    readonly side: number;
    readonly crop: Crop;
    /** Positions among the values of a pixel. Default all. */
    readonly picked?: readonly number[];
    readonly lines?: readonly SurfaceLine[];
  },
): Float32Array {
  const depth = array.length / side ** 2;
  const values = picked ?? [...Array(depth).keys()];
  const out = new Float32Array(crop.size ** 2 * values.length);
  for (let y = 0, to = 0; y < crop.size; y++) {
    for (let x = 0; x < crop.size; x++) {
      const [u, v] = sourcePixel(x, y, crop);
      const from = ((crop.row + v) * side + crop.column + u) * depth;
      for (let k = 0; k < values.length; k++) {
        const value = array[from + values[k]!]!;
        out[to++] = lines === undefined ? value : lines[k]!.gain * value + lines[k]!.offset;
      }
    }
  }
  return out;
}

function hiddenShare(mask: Float16Array, side: number, { row, column, size }: Crop): number {
  let count = 0;
  for (let y = row; y < row + size; y++) {
    for (let x = column; x < column + size; x++) if (mask[y * side + x] !== 0) count++;
  }
  return count / size ** 2;
}

/** Folders of the samples. */
function foldersOf({ root, parts }: PreparedOptions): readonly string[] {
  return parts?.map((part) => `${root}/${part}`) ?? [root];
}

/** A folder and its description. */
interface Part {
  readonly folder: string;
  readonly index: PreparedIndex;
  /** Positions of the model's bands. */
  readonly picked: readonly number[];
}

/** @throws {InputError} If the folder lacks arrays or bands of the model, or its samples are too small. */
async function openPart(
  folder: string,
  { tileSize, bands }: Pick<DatasetModel, "tileSize" | "bands">,
): Promise<Part> {
  const index = await readPreparedIndex(folder);
  const lacking = GROUPS.find((group) => !index.groups.some(({ key }) => key === group));
  if (lacking !== undefined) {
    throw new InputError(`Cannot use ${folder}: its samples must have ${lacking}`);
  }
  if (index.side < tileSize || index.names.length === 0) {
    throw new InputError(
      `Cannot use ${folder}: it must have samples of at least ${tileSize}×${tileSize} pixels, got ` +
        `${index.names.length} of ${index.side}×${index.side}`,
    );
  }
  const picked = bands.map((band) => index.bands.indexOf(band));
  if (picked.includes(-1)) {
    throw new InputError(
      `Cannot use ${folder}: it must have the bands ${bands.join(", ")}, got ${
        index.bands.join(", ")
      }`,
    );
  }
  return { folder, index, picked };
}

/**
 * Opens folders of prepared samples.
 *
 * @throws {InputError} If a folder does not fit the model.
 */
async function openPrepared(options: PreparedOptions, model: DatasetModel): Promise<Dataset> {
  const { look = DEFAULTS.look, size, hidden = DEFAULTS.hidden } = options;
  const opened = await Promise.all(foldersOf(options).map((folder) => openPart(folder, model)));
  const all = opened.flatMap((part) => part.index.names.map((_, at) => ({ ...part, at })));
  return {
    size: size ?? all.length,
    bands: model.bands,
    digest: opened.map(({ index }) => `${index.digest} ${index.names.length}`).join("; "),
    sample: (i, rng) =>
      preparedSample(all[i % all.length]!, {
        rng: rng.fork(i),
        tileSize: model.tileSize,
        hidden,
        look,
      }),
  };
}

async function preparedSample(
  { folder, index, picked, at }: Part & { readonly at: number },
  { rng, tileSize, hidden, look }: {
    readonly rng: Rng;
    readonly tileSize: number;
    readonly hidden: number;
    readonly look: PreparedLook;
  },
): Promise<Sample> {
  const { side, names } = index;
  const arrays = await readPrepared(folder, index, at);
  const square = { width: side, height: side };
  let crop: Crop;
  let tries = 0;
  do {
    crop = randomCrop(square, { size: tileSize, rng: rng.fork(tries) });
    tries++;
  } while (tries < CROP_TRIES && hiddenShare(arrays.mask!, side, crop) < hidden);
  const lines = look === "L2A"
    ? surfaceLines(picked.map((band) => index.bands[band]!), rng.fork("air"))
    : undefined;
  const own = (key: typeof GROUPS[number]) => cut(arrays[key]!, { side, crop });
  const ofBands = (key: typeof GROUPS[number], along = lines) =>
    cut(arrays[key]!, { side, crop, picked, ...(along && { lines: along }) });
  return {
    name: `${names[at]}, column ${crop.column}, row ${crop.row}`,
    length: 1,
    height: tileSize,
    width: tileSize,
    cloudy: ofBands("cloudy"),
    target: ofBands("target"),
    reference: 0,
    mask: Uint8Array.from(own("mask")),
    mean: {
      image: ofBands("image"),
      evidence: own("evidence"),
      dates: ofBands("dates"),
      // Errors are differences: the offsets cancel.
      errors: ofBands("errors", lines?.map(({ gain }) => ({ gain, offset: 0 }))),
    },
  };
}

/** Catalog entry of the prepared dataset. */
export const preparedEntry: DatasetEntry<PreparedOptions> = {
  summary: "samples with their means, as `emrdm data prepare` wrote them",
  checks: CHECKS,
  defaults: DEFAULTS,
  painted: true,
  list: async (options) => {
    const all = await Promise.all(
      foldersOf(options).map(async (folder) => {
        const index = await readPreparedIndex(folder);
        return { index, findings: await preparedFindings(folder, index) };
      }),
    );
    const count = all.reduce((sum, { index }) => sum + index.names.length, 0);
    return {
      type: "prepared",
      root: options.root,
      splits: [],
      samples: [],
      records: count,
      bands: all[0]!.index.bands,
      findings: all.flatMap(({ findings }) => findings),
      notes: [`${count} samples, with their means, in files of their own form`],
      oneSize: true,
      open: (path) => Promise.reject(new InputError(`Cannot open ${path}: it is no image`)),
    };
  },
  open: openPrepared,
};
