/**
 * Writes results of several dates as one Zarr cube: an array for each band with the dimensions time, y
 * and x, whose chunks hold one date each.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { InputError, OutputError } from "../core/mod.ts";
import { makeFolderOf, writing } from "../files/mod.ts";
import { createZarr, crsName, openRaster, type RasterHeader, sameCrs } from "../rasters/mod.ts";
import { createArrays, writeCoordinates, writeImage } from "./cube_arrays.ts";
import type { ScenePaths } from "./scene_paths.ts";

/** The files of one date. */
export interface CubeImage extends Omit<ScenePaths, "picture" | "item"> {
  /** Day or time of the date in RFC 3339. */
  readonly time: string;
}

/** Options of {@linkcode writeCube}. */
export interface WriteCubeOptions {
  /** Replaces an existing store. Default false. */
  readonly overwrite?: boolean;
  /** Side of a chunk in pixels. Default 512. */
  readonly side?: number;
  /** Cancels the work with its reason; nothing is written then. */
  readonly signal?: AbortSignal;
}

/** Rasters of a date and the names of their arrays. */
const KINDS = [
  { kind: "output", nameOf: (band: string) => band },
  { kind: "provenance", nameOf: () => "provenance" },
  { kind: "uncertainty", nameOf: (band: string) => `${band}_uncertainty` },
  { kind: "support", nameOf: () => "support" },
  { kind: "days", nameOf: () => "days" },
] as const;

const SIDE = 512;

/** @throws {InputError} If an image is on another grid or has other bands than the first. */
function checkAlike(header: RasterHeader, first: RasterHeader, path: string): void {
  const { width, height, bands, dtype, transform } = header;
  const isAlike = width === first.width && height === first.height && dtype === first.dtype &&
    bands.join() === first.bands.join() && String(transform) === String(first.transform) &&
    sameCrs(header.crs, first.crs);
  if (isAlike) return;
  throw new InputError(
    `Cannot add ${path} to a cube: all dates must have one grid, pixel type and bands, ` +
      `${first.width}×${first.height} of ${first.dtype}, ${first.bands.join(", ")}, ` +
      `${crsName(first.crs)}, got ${width}×${height} of ${dtype}, ${bands.join(", ")}, ` +
      crsName(header.crs),
  );
}

/** True if a folder is a Zarr store, or empty. */
async function isStore(path: string): Promise<boolean> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name).catch(() =>
    undefined
  );
  return names !== undefined && (names.length === 0 || names.includes(".zgroup"));
}

/** Removes a store; a folder of other files stays. @throws {OutputError} If it is no store. */
async function removeStore(path: string): Promise<void> {
  if (!await Deno.lstat(path).then(() => true, () => false)) return;
  if (await isStore(path)) return await Deno.remove(path, { recursive: true });
  throw new OutputError(
    `Cannot write ${path}: it must be free or a Zarr store of version 2, got something else; move it ` +
      "away",
  );
}

/**
 * Checks that a store can be written.
 *
 * @throws {OutputError} If it exists and must not be replaced.
 */
export async function checkCube(path: string, overwrite: boolean): Promise<void> {
  const exists = await Deno.lstat(path).then(() => true, () => false);
  if (!exists || (overwrite && await isStore(path))) return;
  throw new OutputError(
    `Cannot write ${path}: the store exists; choose another name or allow it to be overwritten ` +
      "(--overwrite)",
  );
}

/**
 * Writes images of several dates as a Zarr cube (version 2) that xarray opens: an array for each band,
 * `(time, y, x)` in chunks of one date, with scale and offset, coordinates and CRS; provenance, support,
 * days and uncertainty in arrays of their own, if every date has them.
 *
 * The store appears under its name only when it is complete.
 *
 * @param images Files of the dates, in any order.
 * @param output Path of the store, `NAME.zarr`.
 * @throws {InputError} If the dates have different grids, types or bands.
 * @throws {OutputError} If the store exists, or can't be written.
 */
export async function writeCube(
  images: readonly CubeImage[],
  output: string,
  { overwrite = false, side = SIDE, signal }: WriteCubeOptions = {},
): Promise<void> {
  await checkCube(output, overwrite);
  const sorted = images.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const [first] = sorted;
  if (first === undefined) {
    throw new RangeError("Cannot write a cube: there must be a date, got none");
  }
  await makeFolderOf(output);
  const partial = `${output}.partial`;
  await removeStore(partial);
  await writing(output, () => Deno.mkdir(partial));
  try {
    const store = await createZarr(partial, {
      Conventions: "CF-1.8",
      source: `emrdm ${config.version}`,
    });
    for (const { kind, nameOf } of KINDS) {
      if (sorted.some((image) => image[kind] === undefined)) continue;
      let header: RasterHeader | undefined;
      for (const [index, image] of sorted.entries()) {
        const file = await openRaster(image[kind]!);
        try {
          if (header === undefined) {
            header = file.header;
            if (kind === "output") {
              await writeCoordinates(store, { header, times: sorted.map(({ time }) => time) });
            }
            await createArrays(store, header, { nameOf, length: sorted.length, side });
          } else checkAlike(file.header, header, image[kind]!);
          await writeImage(store, file, { index, nameOf, side, signal });
        } finally {
          await file.close();
        }
      }
    }
    await store.finish();
    if (overwrite) await removeStore(output);
    await writing(output, () => Deno.rename(partial, output));
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}
