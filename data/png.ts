/**
 * PNG files: the one door to fast-png.
 *
 * @module
 */

import { decode, encode } from "npm:fast-png@8.0.0";
import { type AtomicFileOptions, writeFileAtomically } from "./atomic_file.ts";

/** An 8-bit picture for people to look at. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** [height, width, channels]. */
  readonly data: Uint8Array;
}

/** The bytes of a PNG file. */
export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  return encode({ width, height, channels, data, depth: 8 });
}

/** The picture in the bytes of an 8-bit grey or RGB PNG file. @throws {TypeError} If it is another. */
export function decodePng(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, data } = decode(bytes);
  if (depth !== 8 || (channels !== 1 && channels !== 3)) {
    throw new TypeError(
      `Cannot decode the PNG: it must be 8-bit grey or RGB, got ${channels} channels of ${depth} bit`,
    );
  }
  return { width, height, channels, data: new Uint8Array(data) };
}

/**
 * Writes a PNG file.
 *
 * @throws {TypeError} If the file exists and `overwrite` is not set.
 */
export async function writePng(
  path: string,
  picture: Picture,
  options: AtomicFileOptions = {},
): Promise<void> {
  await writeFileAtomically(path, [encodePng(picture)], options);
}
