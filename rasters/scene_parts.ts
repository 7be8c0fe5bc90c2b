/**
 * The parts of a scene that was cut by rows: their order, and the checks that they belong together.
 *
 * @module
 */

import { InputError, shellWord } from "../core/mod.ts";
import { crsName, pixelOf, sameCrs } from "./alignment.ts";
import type { RasterFile, RasterHeader } from "./raster_file.ts";

/** One open part of a scene. */
export interface Part {
  /** Path of the file, for messages. */
  readonly name: string;
  readonly file: RasterFile;
  /** First row, counted from the first row of the first path; later from the top of the scene. */
  readonly row: number;
}

/** Largest distance of pixel corners that count as equal, in pixels. */
const TOLERANCE = 0.01;

function text(values: readonly unknown[] | undefined): string {
  return values?.join(", ") ?? "none";
}

/** Checks that a part has the format and the CRS of the first. */
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
    units: text(header.units),
  });
  if (part.masked && part.nodata === undefined) {
    throw new InputError(
      `Cannot join ${names.part}: its missing pixels must hold a nodata value, got a mask or an ` +
        `alpha band; write them: gdalwarp -dstnodata 0 ${shellWord(names.part)} OUT.tif`,
    );
  }
  const [found, expected] = [wanted(part), wanted(first)];
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (found[key] === expected[key]) continue;
    throw new InputError(
      `Cannot join ${names.part}: its ${key} must match ${names.first}, ${expected[key]}, got ` +
        `${found[key]}; join parts of one scene`,
    );
  }
  if (!sameCrs(part.crs, first.crs)) {
    throw new InputError(
      `Cannot join ${names.part}: its CRS must match ${names.first}, ${crsName(first.crs)}, ` +
        `got ${crsName(part.crs)}; join parts of one scene`,
    );
  }
}

/** First row of a part, counted from the first row of the first path. */
function rowOf(part: RasterHeader, first: RasterHeader, names: { part: string; first: string }) {
  const [from, to] = [first.transform, part.transform];
  if (from === undefined || to === undefined) {
    const name = from === undefined ? names.first : names.part;
    throw new InputError(
      `Cannot join ${name}: it must be georeferenced, which locates its rows, got no transform`,
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
      `Cannot join ${names.part}: it must lie on the grid of ${names.first}, transform ` +
        `[${from.join(", ")}], got [${to.join(", ")}]; join parts of one scene`,
    );
  }
  return row;
}

/** Sorts the parts from top to bottom. @throws {InputError} If a part is of another scene. */
export function inOrder(files: readonly RasterFile[], paths: readonly string[]): readonly Part[] {
  const first = files[0]!.header;
  const parts = files.map((file, i): Part => {
    const names = { part: paths[i]!, first: paths[0]! };
    checkPart(file.header, first, names);
    return { name: paths[i]!, file, row: rowOf(file.header, first, names) };
  });
  const top = Math.min(...parts.map(({ row }) => row));
  return parts.map((part) => ({ ...part, row: part.row - top })).sort((a, b) => a.row - b.row);
}

/** Row below the last row of a part. */
export function endOf({ row, file }: Part): number {
  return row + file.header.height;
}

/** Height of the scene. @throws {InputError} If rows are missing. */
export function checkGaps(parts: readonly Part[]): number {
  let end = 0;
  for (const part of parts) {
    if (part.row > end) {
      throw new InputError(
        `Cannot join ${part.name}: the ${
          part.row - end
        } rows above it must be in one of the files, ` +
          "got none; add the missing part",
      );
    }
    end = Math.max(end, endOf(part));
  }
  return end;
}

/** Tags that have the same value in all files. */
export function commonTags(headers: readonly RasterHeader[]): Readonly<Record<string, string>> {
  const [first, ...others] = headers.map(({ tags = {} }) => tags);
  return Object.fromEntries(
    Object.entries(first!).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );
}

/** Reads rows of a part, counted from the top of the scene. */
export async function readRows({ file, row }: Part, { from, to }: { from: number; to: number }) {
  const { width } = file.header;
  const window = { column: 0, row: from - row, width, height: to - from };
  return (await file.read({ window })).data;
}

/** Checks that rows equal those of the earlier parts. @throws {InputError} If they differ. */
export async function checkOverlap(
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
      `Cannot join ${part.name}: its pixels must equal those of ${other.name} where they ` +
        `overlap, got a difference in row ${row - part.row} of ${part.name}, which is row ` +
        `${row - other.row} of ${other.name}; restore both with the same model and options`,
    );
  }
}
