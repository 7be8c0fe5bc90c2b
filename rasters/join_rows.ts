/**
 * Putting a scene together that was cut by rows. The file is long by the checks that the parts are
 * of one scene, each with its message.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { crsName, pixelOf, sameCrs } from "./alignment.ts";
import { type CogHeader, type CogWriter, type CogWriterOptions, createCog } from "./cog_writer.ts";
import { openRaster } from "./geotiff.ts";
import type { RasterFile, RasterHeader } from "./raster_file.ts";

/** Options of {@linkcode joinRows}. */
export interface JoinRowsOptions extends Pick<CogWriterOptions, "overwrite" | "overviews"> {
  /** The tags of the scene, from those that are common to all parts. Default those. */
  readonly tags?: (common: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Ends the work; its reason is what is thrown, and nothing is left. */
  readonly signal?: AbortSignal;
}

/** A file that is complete and has not got its name yet: `commit()` or `abort()` ends it. */
export type CompleteFile = Pick<CogWriter, "commit" | "abort">;

interface Part {
  readonly name: string;
  readonly file: RasterFile;
  /** First row, counted from the first row of the first path; later from the top of the scene. */
  readonly row: number;
}

/** How far pixel corners may lie apart, in pixels. */
const TOLERANCE = 0.01;
/** Rows that are read at once, where a file's blocks allow it. */
const ROWS = 512;

function text(values: readonly unknown[] | undefined): string {
  return values?.join(", ") ?? "none";
}

/** Throws if a part is not of the scene of the first. */
function checkPart(
  part: RasterHeader,
  first: RasterHeader,
  names: { part: string; first: string },
) {
  const wanted = (header: RasterHeader) => ({
    width: String(header.width),
    bands: text(header.bands),
    "pixel type": header.dtype,
    nodata: String(header.nodata ?? "none"),
    scales: text(header.scales),
    offsets: text(header.offsets),
  });
  const [found, expected] = [wanted(part), wanted(first)];
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (found[key] === expected[key]) continue;
    throw new InputError(
      `Cannot join ${names.part}: ${key} must be that of ${names.first}, ${expected[key]}, ` +
        `got ${found[key]}; join parts of one scene`,
    );
  }
  if (!sameCrs(part.crs, first.crs)) {
    throw new InputError(
      `Cannot join ${names.part}: the CRS must be that of ${names.first}, ${crsName(first.crs)}, ` +
        `got ${crsName(part.crs)}; join parts of one scene`,
    );
  }
}

/** Rows between the first row of a part and that of the first path. */
function rowOf(part: RasterHeader, first: RasterHeader, names: { part: string; first: string }) {
  const [from, to] = [first.transform, part.transform];
  if (from === undefined || to === undefined) {
    const name = from === undefined ? names.first : names.part;
    throw new InputError(
      `Cannot join ${name}: it must be georeferenced, as that says which rows it holds, got no ` +
        "transform",
    );
  }
  const corner = pixelOf(from, { x: to[0], y: to[3] });
  const row = Math.round(corner.row);
  const far = {
    x: to[0] + to[1] * part.width + to[2] * part.height,
    y: to[3] + to[4] * part.width + to[5] * part.height,
  };
  const end = pixelOf(from, far);
  const apart = [
    corner.column,
    corner.row - row,
    end.column - part.width,
    end.row - row - part.height,
  ];
  if (!apart.every((distance) => Math.abs(distance) <= TOLERANCE)) {
    throw new InputError(
      `Cannot join ${names.part}: its columns and rows must be those of ${names.first}, transform ` +
        `[${from.join(", ")}], got [${to.join(", ")}]; join parts of one scene`,
    );
  }
  return row;
}

/** The parts from top to bottom. */
function inOrder(files: readonly RasterFile[], paths: readonly string[]): readonly Part[] {
  const first = files[0]!.header;
  const parts = files.map((file, i): Part => {
    const names = { part: paths[i]!, first: paths[0]! };
    checkPart(file.header, first, names);
    return { name: paths[i]!, file, row: rowOf(file.header, first, names) };
  });
  const top = Math.min(...parts.map(({ row }) => row));
  return parts.map((part) => ({ ...part, row: part.row - top })).sort((a, b) => a.row - b.row);
}

function endOf({ row, file }: Part): number {
  return row + file.header.height;
}

/** The height of the scene. @throws {InputError} If rows are missing. */
function checkGaps(parts: readonly Part[]): number {
  let end = 0;
  for (const part of parts) {
    if (part.row > end) {
      throw new InputError(
        `Cannot join ${part.name}: the ${part.row - end} rows above it must lie in one of the ` +
          "files, got none; add the part that is missing",
      );
    }
    end = Math.max(end, endOf(part));
  }
  return end;
}

function commonTags(headers: readonly RasterHeader[]): Readonly<Record<string, string>> {
  const [first, ...others] = headers.map(({ tags = {} }) => tags);
  return Object.fromEntries(
    Object.entries(first!).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );
}

/** Rows of a part, counted from the top of the scene. */
async function readRows({ file, row }: Part, { from, to }: { from: number; to: number }) {
  const { width } = file.header;
  const window = { column: 0, row: from - row, width, height: to - from };
  return (await file.read({ window })).data;
}

/** Throws if rows differ from those of an earlier part. */
async function checkOverlap(
  part: Part,
  earlier: readonly Part[],
  rows: { from: number; to: number },
) {
  for (const other of earlier) {
    const [from, to] = [Math.max(rows.from, other.row), Math.min(rows.to, endOf(other))];
    if (from >= to) continue;
    const [ours, theirs] = await Promise.all([
      readRows(part, { from, to }),
      readRows(other, { from, to }),
    ]);
    const bytes = (data: typeof ours) =>
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const [a, b] = [bytes(ours), bytes(theirs)];
    const at = a.findIndex((byte, i) => byte !== b[i]);
    if (at < 0) continue;
    const row = from + Math.floor(at / (a.length / (to - from)));
    throw new InputError(
      `Cannot join ${part.name}: where it overlaps ${other.name} the pixels must be equal, got ` +
        `other ones in row ${row - part.row} of ${part.name}, which is row ${row - other.row} of ` +
        `${other.name}; restore both with the same model and options`,
    );
  }
}

/**
 * Writes parts of one scene, which was cut by rows, as one Cloud-Optimized GeoTIFF, with memory that
 * does not depend on its height.
 *
 * Each part's transform says where it lies, so their order does not matter. They may overlap where
 * their pixels are equal. The scene gets the tags that are common to all.
 *
 * @param options `overviews` as in {@linkcode CogWriterOptions}: "nearest" for classes.
 * @throws {InputError} If a part cannot be read, is not of the scene of the first, rows are missing,
 *   or parts differ where they overlap.
 * @throws {OutputError} If the output exists and `overwrite` is not set, or cannot be written.
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
 * Does what {@linkcode joinRows} does, but for the last step: so several files get their names only
 * when all are complete.
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
    throw new InputError(`Cannot join ${output}: there must be parts to join, got none`);
  }
  const files: RasterFile[] = [];
  try {
    for (const path of paths) files.push(await openRaster(path));
    return await writeParts(inOrder(files, paths), output, options);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

async function writeParts(
  parts: readonly Part[],
  output: string,
  { tags = (common) => common, signal, ...options }: JoinRowsOptions,
): Promise<CompleteFile> {
  const height = checkGaps(parts);
  const headers = parts.map(({ file }) => file.header);
  const { scales, offsets, ...plain } = headers[0]!;
  const header: CogHeader = { ...plain, height, tags: tags(commonTags(headers)) };
  const writer = await createCog(output, header, {
    ...options,
    ...(scales && { scales }),
    ...(offsets && { offsets }),
  });
  try {
    let done = 0;
    for (const [i, part] of parts.entries()) {
      const { blockHeight } = part.file;
      const step = Math.max(1, Math.floor(ROWS / blockHeight)) * Math.min(ROWS, blockHeight);
      // From block to block, so that none is decoded twice.
      for (let block = part.row; block < endOf(part); block += step) {
        signal?.throwIfAborted();
        const end = Math.min(block + step, endOf(part));
        const known = Math.min(Math.max(done, block), end);
        if (known > block) {
          await checkOverlap(part, parts.slice(0, i), { from: block, to: known });
        }
        if (known < end) await writer.write(await readRows(part, { from: known, to: end }));
        done = Math.max(done, end);
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
