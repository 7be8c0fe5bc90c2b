/**
 * Joins the parts of a scene that was cut by rows.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { isTime } from "./acquisition_time.ts";
import type { CogHeader } from "./cog_head.ts";
import type { CogWriter, CogWriterOptions } from "./cog_writer.ts";
import { createCog } from "./create_cog.ts";
import { openRaster } from "./geotiff.ts";
import type { RasterFile, RasterHeader } from "./raster_file.ts";
import {
  checkGaps,
  checkOverlap,
  commonTags,
  endOf,
  inOrder,
  type Part,
  readRows,
} from "./scene_parts.ts";

/** Options of {@linkcode joinRows}. */
export interface JoinRowsOptions
  extends Pick<CogWriterOptions, "overwrite" | "overviews" | "classes"> {
  /** Tags of the scene, computed from those that all parts share. Default: the shared tags. */
  readonly tags?: (common: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Stops the work: its reason is thrown and temporary files are removed. */
  readonly signal?: AbortSignal;
  /** Called with the rows written so far, and the height of the scene. */
  readonly onRows?: (done: number, total: number) => void;
}

/** A complete file without its name yet: `commit()` renames it, `abort()` removes it. */
export type CompleteFile = Pick<CogWriter, "commit" | "abort">;

/** Rows that are read at once, if the blocks of the file allow it. */
const ROWS = 512;

/**
 * Joins the parts of a scene that was cut by rows into one Cloud-Optimized GeoTIFF. Memory does not
 * depend on the height of the scene.
 *
 * The transform of each part gives its rows, so the order of `paths` is free. Parts may overlap if
 * their pixels are equal there. The scene gets the tags that all parts share.
 *
 * @param options `overviews` as in {@linkcode CogWriterOptions}: "nearest" for `classes`.
 * @throws {InputError} If a part cannot be read or belongs to another scene, rows are missing, or
 *   parts differ where they overlap.
 * @throws {OutputError} If the output exists and `overwrite` is not set, or if it cannot be
 *   written.
 *
 * @example
 * ```ts
 * import { writeCog } from "./write_cog.ts";
 * import { readRaster } from "./geotiff.ts";
 * import { joinRows } from "./join_rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const part = { width: 2, height: 1, bands: ["B02"], dtype: "uint8" as const };
 * const paths = [`${folder}/1.tif`, `${folder}/2.tif`];
 * for (const [i, path] of paths.entries()) {
 *   const data = new Uint8Array([2 * i, 2 * i + 1]);
 *   await writeCog(path, { ...part, data, transform: [600, 10, 0, 900 - 10 * i, 0, -10] });
 * }
 * await joinRows(paths, `${folder}/whole.tif`);
 * assertEquals((await readRaster(`${folder}/whole.tif`)).data, new Uint8Array([0, 1, 2, 3]));
 * ```
 */
export async function joinRows(
  paths: readonly string[],
  output: string,
  options: JoinRowsOptions = {},
): Promise<void> {
  const file = await completeRows(paths, output, options);
  try {
    await file.commit();
  } finally {
    await file.abort();
  }
}

/**
 * Joins parts like {@linkcode joinRows}, up to the last step, so that several files can be renamed
 * together when all of them are complete.
 *
 * @throws {InputError} As {@linkcode joinRows}.
 * @throws {OutputError} As {@linkcode joinRows}.
 */
export async function completeRows(
  paths: readonly string[],
  output: string,
  options: JoinRowsOptions = {},
): Promise<CompleteFile> {
  if (paths.length === 0) {
    throw new InputError(`Cannot join ${output}: there must be at least one part, got none`);
  }
  const files: RasterFile[] = [];
  try {
    for (const path of paths) files.push(await openRaster(path));
    return await writeParts(inOrder(files, paths), output, options);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/** Returns true if all parts state the acquisition time in a form that can be written. */
function isSame(acquired: string, headers: readonly RasterHeader[]): boolean {
  return isTime(acquired) && headers.every((header) => header.acquired === acquired);
}

async function writeParts(
  parts: readonly Part[],
  output: string,
  { tags = (common) => common, signal, onRows, ...options }: JoinRowsOptions,
): Promise<CompleteFile> {
  const height = checkGaps(parts);
  const headers = parts.map(({ file }) => file.header);
  const { scales, offsets, units, acquired, ...plain } = headers[0]!;
  const header: CogHeader = { ...plain, height, tags: tags(commonTags(headers)) };
  const writer = await createCog(output, header, {
    ...options,
    ...(scales && { scales }),
    ...(offsets && { offsets }),
    ...(units && { units }),
    ...(acquired !== undefined && isSame(acquired, headers) && { acquired }),
  });
  try {
    let done = 0;
    for (const [i, part] of parts.entries()) {
      const { blockHeight } = part.file;
      const step = Math.max(1, Math.floor(ROWS / blockHeight)) * Math.min(ROWS, blockHeight);
      // Along the blocks of the file, so that none is decoded twice.
      for (let block = part.row; block < endOf(part); block += step) {
        signal?.throwIfAborted();
        const end = Math.min(block + step, endOf(part));
        const known = Math.min(Math.max(done, block), end);
        if (known > block) {
          await checkOverlap(part, parts.slice(0, i), { from: block, to: known });
        }
        if (known < end) await writer.write(await readRows(part, { from: known, to: end }));
        done = Math.max(done, end);
        onRows?.(done, height);
      }
    }
    await writer.complete();
    signal?.throwIfAborted();
    return writer;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
