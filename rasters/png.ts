/**
 * PNG files, by fast-png. No other file imports that package.
 *
 * @module
 */

import { decode, encode } from "npm:fast-png@8.0.0";
import { InputError, type Raster } from "../core/mod.ts";
import { type AtomicFileOptions, readWhole, writeFileAtomically } from "../files/mod.ts";
import { checkedPng } from "./png_chunks.ts";
import { withValidity } from "./validity.ts";

/** Largest PNG file in bytes. */
const MAX_BYTES = 2 ** 29;

/** An 8-bit picture for display. */
export interface Picture {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** Pixels [height, width, channels]. */
  readonly data: Uint8Array;
  /** Metadata by keyword (tEXt), such as the software; characters other than ASCII become "?". */
  readonly text?: Readonly<Record<string, string>>;
}

/** Printable ASCII, which every reader of tEXt understands. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** Encodes a picture as a PNG file. */
export function encodePng({ width, height, channels, data, text }: Picture): Uint8Array {
  const plain = Object.entries(text ?? {}).map(([key, value]) => [ascii(key), ascii(value)]);
  return encode({ width, height, channels, data, depth: 8, text: Object.fromEntries(plain) });
}

/**
 * Decodes an 8-bit grey or RGB PNG file.
 *
 * @throws {TypeError} If it has other channels or bits.
 * @throws {Error} If it is damaged, or its pixels have another size than it declares.
 */
export function decodePng(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, data, text } = decode(checkedPng(bytes));
  if (depth !== 8 || (channels !== 1 && channels !== 3)) {
    throw new TypeError(
      `Cannot decode the PNG: it must be 8-bit grey or RGB, got ${channels} channels of ${depth} ` +
        "bits",
    );
  }
  const some = Object.keys(text).length > 0;
  return { width, height, channels, data: new Uint8Array(data), ...(some && { text }) };
}

/**
 * Writes a PNG file.
 *
 * @throws {OutputError} If the file exists and `overwrite` is not set, or if it cannot be written.
 */
export async function writePng(
  path: string,
  picture: Picture,
  options: AtomicFileOptions = {},
): Promise<void> {
  await writeFileAtomically(path, [encodePng(picture)], options);
}

/** True if the last chunk is IEND, as in every complete file. */
function isWhole(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(-8, -4)) === "IEND";
}

/**
 * Reads a PNG file as a raster of its stored values; bands are named "1", "2", …. Pixels of alpha 0
 * are missing.
 *
 * @throws {InputError} If the file is missing, is not a PNG, is truncated or damaged, or has a
 *   palette.
 */
export async function readPng(path: string): Promise<Raster> {
  const fail = (reason: string, cause?: unknown) =>
    new InputError(`Cannot read picture ${path}: ${reason}`, { cause });
  const bytes = await readWhole(path, { limit: MAX_BYTES }).catch((error: unknown) => {
    if (error instanceof InputError) throw error;
    const isMissing = error instanceof Deno.errors.NotFound;
    throw fail(
      isMissing ? "the file must exist; check its path" : `got ${(error as Error).message}`,
      error,
    );
  });
  if (bytes.length === 0) throw fail("it must be a PNG file, got an empty file");
  let decoded: ReturnType<typeof decode>;
  try {
    decoded = decode(checkedPng(bytes), { checkCrc: true });
  } catch (error) {
    const isPng = String.fromCharCode(...bytes.subarray(1, 4)) === "PNG";
    const reason = !isPng
      ? "it must be a PNG file, got another format"
      : isWhole(bytes)
      ? `it is damaged, ${(error as Error).message}; download or copy it again`
      : "it is cut off: download or copy it again";
    throw fail(reason, error);
  }
  const { width, height, channels, depth, data, palette } = decoded;
  if (palette !== undefined || depth < 8) {
    throw fail(
      "it must have 8 or 16 bits per channel, got a palette or fewer bits; convert it to RGB",
    );
  }
  const raster: Omit<Raster, "valid"> = {
    width,
    height,
    bands: Array.from({ length: channels }, (_, i) => `${i + 1}`),
    ...(depth === 8
      ? { dtype: "uint8", data: Uint8Array.from(data) }
      : { dtype: "uint16", data: Uint16Array.from(data) }),
  };
  if (channels !== 2 && channels !== 4) return raster;
  // The last channel is alpha.
  const valid = Uint8Array.from(
    { length: width * height },
    (_, pixel) => raster.data[(pixel + 1) * channels - 1] === 0 ? 0 : 1,
  );
  return withValidity(raster, valid);
}
