/**
 * Files of prepared samples: `samples.json` describes them, and `samples-0000.bin`, `samples-0001.bin`, …
 * hold their arrays as float16, one record of equal size after the other.
 *
 * @module
 */

import { checkOptions, InputError, integer, list, object, string } from "../core/mod.ts";
import { writeFileAtomically } from "../files/mod.ts";
import type { Finding } from "./sample_files.ts";

/** Arrays of a prepared sample in the order of its record, with their values per pixel. */
export interface PreparedGroup {
  /** Name of the array, for example "cloudy". */
  readonly key: string;
  /** Values per pixel. */
  readonly depth: number;
}

/** Description of a folder of prepared samples. */
export interface PreparedIndex {
  /** Bands of the images. */
  readonly bands: readonly string[];
  /** Side of the square samples in pixels. */
  readonly side: number;
  /** Arrays of a record. */
  readonly groups: readonly PreparedGroup[];
  /** Samples of each file but the last, which may have fewer. */
  readonly perFile: number;
  /** Name of each sample, for logs. */
  readonly names: readonly string[];
  /** Digest of the data and settings that they were made of. */
  readonly digest: string;
}

/** Name of the description. */
const INDEX = "samples.json";

const CHECKS = {
  bands: list(string, { min: 1 }),
  side: integer({ min: 1 }),
  groups: list(object<PreparedGroup>({ key: string, depth: integer({ min: 1 }) }), { min: 1 }),
  perFile: integer({ min: 1 }),
  names: list(string),
  digest: string,
};

/** Values of one sample. */
function recordSize({ side, groups }: Pick<PreparedIndex, "side" | "groups">): number {
  return side * side * groups.reduce((sum, { depth }) => sum + depth, 0);
}

function pathOf(root: string, file: number): string {
  return `${root}/samples-${String(file).padStart(4, "0")}.bin`;
}

/**
 * Reads the description of a folder.
 *
 * @throws {InputError} If it is missing or damaged.
 */
export async function readPreparedIndex(root: string): Promise<PreparedIndex> {
  const path = `${root}/${INDEX}`;
  try {
    const json: unknown = JSON.parse(await Deno.readTextFile(path));
    return checkOptions<PreparedIndex>(json, { checks: CHECKS, defaults: {}, path: "$" });
  } catch (error) {
    throw new InputError(`Cannot use ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes or replaces the description of a folder. */
export async function writePreparedIndex(root: string, index: PreparedIndex): Promise<void> {
  const text = new TextEncoder().encode(JSON.stringify(index));
  await writeFileAtomically(`${root}/${INDEX}`, [text], { overwrite: true });
}

/** Writes one file of samples; each has its arrays in the order of the groups. */
export async function writePrepared(
  root: string,
  file: number,
  samples: readonly (readonly Float32Array[])[],
): Promise<void> {
  const records = samples.map((arrays) => {
    const record = new Float16Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      record.set(array, at);
      at += array.length;
    }
    return new Uint8Array(record.buffer);
  });
  await writeFileAtomically(pathOf(root, file), records, { overwrite: true });
}

/** Reports the files of a folder that are missing or too short for their samples. */
export async function preparedFindings(
  root: string,
  index: PreparedIndex,
): Promise<readonly Finding[]> {
  const { names, perFile } = index;
  const bytes = recordSize(index) * Float16Array.BYTES_PER_ELEMENT;
  const findings: Finding[] = [];
  for (let file = 0; file * perFile < names.length; file++) {
    const path = pathOf(root, file);
    const wanted = Math.min(perFile, names.length - file * perFile) * bytes;
    const found = await Deno.stat(path).then(({ size }) => size, () => undefined);
    if (found === undefined) {
      findings.push({ kind: "missing", path, message: "it does not exist" });
    } else if (found < wanted) {
      const message = `it must have ${wanted} bytes, got ${found}`;
      findings.push({ kind: "truncated", path, message });
    }
  }
  return findings;
}

/**
 * Reads the arrays of one sample.
 *
 * @throws {InputError} If its file is missing or too short.
 */
export async function readPrepared(
  root: string,
  index: PreparedIndex,
  sample: number,
): Promise<Readonly<Record<string, Float16Array>>> {
  const size = recordSize(index);
  const path = pathOf(root, Math.floor(sample / index.perFile));
  const record = new Float16Array(size);
  try {
    using file = await Deno.open(path);
    await file.seek((sample % index.perFile) * record.byteLength, Deno.SeekMode.Start);
    const bytes = new Uint8Array(record.buffer);
    let at = 0;
    while (at < bytes.length) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) throw new InputError(`it must have sample ${sample}, got its end`);
      at += count;
    }
  } catch (error) {
    throw new InputError(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  const arrays: Record<string, Float16Array> = {};
  let at = 0;
  for (const { key, depth } of index.groups) {
    const length = index.side ** 2 * depth;
    arrays[key] = record.subarray(at, at + length);
    at += length;
  }
  return arrays;
}
