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
  /** Texts by keyword (tEXt), as what it was made with; written in ASCII, "?" for the rest. */
  readonly text?: Readonly<Record<string, string>>;
}

/** What every reader of tEXt understands. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** The bytes of a PNG file. */
export function encodePng({ width, height, channels, data, text }: Picture): Uint8Array {
  const plain = Object.entries(text ?? {}).map(([key, value]) => [ascii(key), ascii(value)]);
  return encode({ width, height, channels, data, depth: 8, text: Object.fromEntries(plain) });
}

/** The picture in the bytes of an 8-bit grey or RGB PNG file. @throws {TypeError} If it is another. */
export function decodePng(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, data, text } = decode(bytes);
  if (depth !== 8 || (channels !== 1 && channels !== 3)) {
    throw new TypeError(
      `Cannot decode the PNG: it must be 8-bit grey or RGB, got ${channels} channels of ${depth} bit`,
    );
  }
  const some = Object.keys(text).length > 0;
  return { width, height, channels, data: new Uint8Array(data), ...(some && { text }) };
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
