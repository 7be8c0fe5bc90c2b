/**
 * Images of Sen2_MTC_New by tile, read from lists and file names.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { namesIn, stemOf, TIFF_FILE } from "../files/mod.ts";
import type { FileForm, Finding, SampleFiles, SplitName } from "./sample_files.ts";

/** Cloudy images of each clear one. */
export const FRAMES = 3;

/** Form of every file. */
export const FORM: FileForm = {
  bands: ["B04", "B03", "B02", "B08"],
  dtypes: ["uint16", "int16", "float32", "float64"],
  range: [0, 32767],
  mean: [20, 32767],
  nodata: 0,
};
/** Indices of the bands of the image. */
export const RGB: readonly number[] = [0, 1, 2];
const NIR: readonly number[] = [3];

/**
 * Reads the tiles of a split's list; undefined if the list does not exist.
 *
 * @throws {InputError} If it cannot be read.
 */
export async function tilesOf(
  root: string,
  split: SplitName,
): Promise<readonly string[] | undefined> {
  try {
    const text = await Deno.readTextFile(`${root}/${split}.txt`);
    return text.split(/\s+/).filter((tile) => tile !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new InputError(`Cannot read ${root}/${split}.txt: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Options of {@linkcode readTile}. */
export interface TileOptions {
  readonly split: SplitName;
  readonly nir: boolean;
  readonly frames: readonly number[];
  /** Receives the problems of names. */
  readonly findings: Finding[];
}

/** Lists the samples of one tile. */
export async function readTile(
  folder: string,
  tile: string,
  { split, nir, frames, findings }: TileOptions,
): Promise<readonly SampleFiles[]> {
  const clear = await namesIn(`${folder}/cloudless`);
  const cloud = await namesIn(`${folder}/cloud`);
  const find = (kind: Finding["kind"], path: string, message: string) =>
    findings.push({ kind, path, message, split });
  for (const [part, names] of [["cloudless", clear], ["cloud", cloud]] as const) {
    for (const name of [...names.folders, ...names.files.filter((file) => !TIFF_FILE.test(file))]) {
      find("name", `${folder}/${part}/${name}`, "it must be a file that ends in .tif");
    }
  }
  // By the part before the first dot, so that NAME.tif and NAME.tiff are the same.
  const images = new Map(
    clear.files.filter((file) => TIFF_FILE.test(file)).map((file) => [file.split(".")[0]!, file]),
  );
  const cloudy = new Map(
    cloud.files.filter((file) => TIFF_FILE.test(file)).map((file) => [stemOf(file), file]),
  );
  for (const [stem, file] of cloudy) {
    const [, name, frame] = /^(.+)_(\d+)$/.exec(stem) ?? [];
    const path = `${folder}/cloud/${file}`;
    if (name === undefined || Number(frame) >= FRAMES) {
      find("name", path, "its name must be NAME_0.tif, NAME_1.tif or NAME_2.tif");
    } else if (!images.has(name)) {
      const wanted = `${folder}/cloudless/${name}.tif`;
      if (!findings.some(({ path }) => path === wanted)) {
        find("missing", wanted, `the file must exist, as ${path} does`);
      }
    }
  }
  return [...images].map(([name, file]): SampleFiles => {
    const target = `${folder}/cloudless/${file}`;
    const lacking = frames.filter((frame) => !cloudy.has(`${name}_${frame}`));
    for (const frame of lacking) {
      const path = `${folder}/cloud/${name}_${frame}.tif`;
      find("missing", path, `the file must exist, as ${target} does`);
    }
    return {
      name: `${tile}/${name}`,
      split,
      frames: frames.map((frame) => {
        const path = `${folder}/cloud/${cloudy.get(`${name}_${frame}`) ?? `${name}_${frame}.tif`}`;
        return {
          cloudy: [{ path, form: FORM, bands: RGB }],
          ...(nir && { auxiliary: [{ path, form: FORM, bands: NIR }] }),
        };
      }),
      target: [{ path: target, form: FORM, bands: RGB }],
      reference: frames.length - 1,
      complete: lacking.length === 0,
    };
  });
}
