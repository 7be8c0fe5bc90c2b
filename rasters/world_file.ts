/**
 * World files: the transform of an image in a text file beside it.
 *
 * @module
 */

import type { GeoTransform } from "../core/mod.ts";
import { isAddress } from "../files/mod.ts";
import { shiftTransform } from "./georeference.ts";

/** Extensions of the world file of a TIFF, in GDAL's order. */
const EXTENSIONS: readonly string[] = ["tfw", "TFW", "tifw", "TIFW", "wld", "WLD"];
/** Bytes of six numbers, with room to spare. */
const MAX_BYTES = 4096;

async function readShort(path: string): Promise<string | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > MAX_BYTES) return undefined;
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new TypeError(`its world file ${path} must be readable, got ${(error as Error).message}`);
  }
}

/**
 * Reads the world file beside a local TIFF, such as `NAME.tfw`; undefined if there is none.
 *
 * @throws {TypeError} If it does not hold six numbers, or cannot be read.
 */
export async function readWorldFile(name: string): Promise<GeoTransform | undefined> {
  if (isAddress(name)) return undefined;
  const stem = name.replace(/\.[^./\\]*$/, "");
  for (const extension of EXTENSIONS) {
    const path = `${stem}.${extension}`;
    const text = await readShort(path);
    if (text === undefined) continue;
    // Column and row steps in x and y, and the centre of the first pixel.
    const values = text.trim().split(/\s+/).map(Number);
    const [a, d, b, e, x, y] = values as [number, number, number, number, number, number];
    if (values.length < 6 || !values.slice(0, 6).every(Number.isFinite)) {
      throw new TypeError(
        `its world file ${path} must hold six numbers, got ${JSON.stringify(text.slice(0, 40))}`,
      );
    }
    return shiftTransform([x, a, b, y, d, e], { column: -0.5, row: -0.5 });
  }
  return undefined;
}
