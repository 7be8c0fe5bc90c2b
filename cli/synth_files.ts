/**
 * The files of `emrdm synth`: those that exist with the same content stay, so that a call that was killed
 * between two of them can be repeated as it is.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { clearScratch, readWhole } from "../files/mod.ts";
import { encodePng, type Picture, readRaster, writeCog, writePng } from "../rasters/mod.ts";

/** Options of writing. */
interface WriteOptions {
  /** Replaces a file with other content. */
  readonly overwrite: boolean;
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [left, right] = [a, b].map((view) =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  );
  return left!.length === right!.length && left!.every((byte, i) => byte === right![i]);
}

/** True if a file has the pixels, bands and position of a raster. */
async function holdsRaster(path: string, raster: Raster): Promise<boolean> {
  const found = await readRaster(path).catch(() => undefined);
  const layout = ({ width, height, bands, dtype, transform, crs }: Raster) =>
    JSON.stringify([width, height, bands, dtype, transform, crs]);
  return found !== undefined && layout(found) === layout(raster) &&
    sameBytes(found.data, raster.data);
}

/** True if a file has these bytes. */
async function holdsBytes(path: string, bytes: Uint8Array): Promise<boolean> {
  const found = await readWhole(path, { limit: bytes.length }).catch(() => undefined);
  return found !== undefined && sameBytes(found, bytes);
}

/** Keeps a file that holds the content, else writes it. */
async function writeOnce(
  path: string,
  { overwrite, holds, write }: WriteOptions & {
    readonly holds: () => Promise<boolean>;
    readonly write: () => Promise<void>;
  },
): Promise<void> {
  if (overwrite || !await holds()) return await write();
  await clearScratch(path);
}

/**
 * Writes a raster unless its file holds it already.
 *
 * @throws {OutputError} If the file holds something else and `overwrite` is not set, or if it cannot be
 *   written.
 */
export async function writeRasterOnce(
  path: string,
  raster: Raster,
  options: WriteOptions,
): Promise<void> {
  await writeOnce(path, {
    ...options,
    holds: () => holdsRaster(path, raster),
    write: () => writeCog(path, raster, options),
  });
}

/** Writes a PNG unless its file holds it already. @throws {OutputError} As {@linkcode writeRasterOnce}. */
export async function writePictureOnce(
  path: string,
  picture: Picture,
  options: WriteOptions,
): Promise<void> {
  await writeOnce(path, {
    ...options,
    holds: () => holdsBytes(path, encodePng(picture)),
    write: () => writePng(path, picture, options),
  });
}
