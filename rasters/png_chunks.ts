/**
 * Chunks of a PNG file, checked before it is decoded: the pixels have the size that the header
 * declares, and chunks that a decoder would inflate without a limit are left out.
 *
 * @module
 */

import { inflateSync } from "node:zlib";

/** Chunks that the pixels and their text need (PNG 5.6); ICC profiles and the rest are left out. */
const KEPT: readonly string[] = ["IHDR", "PLTE", "tRNS", "IDAT", "tEXt", "IEND"];
/** Chunks without which the pixels cannot be understood; their names begin with a capital letter. */
const CRITICAL: readonly string[] = ["IHDR", "PLTE", "IDAT", "IEND"];
const SIGNATURE_BYTES = 8;
/** Bytes of a chunk beside its data: length, type and checksum. */
const FRAME = 12;
/** Largest number of bytes of the pixels. */
const MAX_BYTES = 2 ** 30;
/** Samples of a pixel by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row, and steps, of the passes of interlaced images (PNG 8.2). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Size of the filtered pixels that a header declares. */
function declaredBytes(header: DataView): number {
  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const [depth, colour, interlace] = [8, 9, 12].map((at) => header.getUint8(at)) as [
    number,
    number,
    number,
  ];
  const bits = depth * (CHANNELS[colour] ?? 4);
  const bytes = (columns: number, rows: number) =>
    columns <= 0 || rows <= 0 ? 0 : rows * (1 + Math.ceil(columns * bits / 8));
  if (interlace === 0) return bytes(width, height);
  return PASSES.reduce(
    (sum, [x, y, stepX, stepY]) =>
      sum + bytes(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)),
    0,
  );
}

/** True for chunks that may be left out, and for those that every decoder knows (PNG 5.4). */
function isKnown(type: string): boolean {
  return /^[a-z][A-Za-z]{3}$/.test(type) || CRITICAL.includes(type);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Checks that the data of the pixels inflate to the declared size. */
function checkPixels(data: readonly Uint8Array[], declared: number): void {
  if (declared > MAX_BYTES) {
    throw new Error(`its pixels must have at most ${MAX_BYTES} bytes, got ${declared}`);
  }
  let size: number;
  try {
    size = inflateSync(joined(data), { maxOutputLength: declared + 1 }).length;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== "ERR_BUFFER_TOO_LARGE") throw new Error("its pixels cannot be decompressed");
    size = Infinity;
  }
  if (size !== declared) {
    throw new Error(
      `its pixels must have the ${declared} bytes that its header declares, got ` +
        `${size > declared ? "more" : size}`,
    );
  }
}

/**
 * Checks a PNG file.
 *
 * @returns The file with the chunks that its pixels need.
 * @throws {Error} If it is cut off, or its pixels have another size than declared, or more than
 *   1 GiB.
 */
export function checkedPng(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = [bytes.subarray(0, SIGNATURE_BYTES)];
  const pixels: Uint8Array[] = [];
  let declared: number | undefined;
  let at = SIGNATURE_BYTES;
  while (at + FRAME <= bytes.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + FRAME + length;
    if (end > bytes.length) break;
    if ((declared === undefined) !== (type === "IHDR") || (type === "IHDR" && length !== 13)) {
      throw new Error("its chunks must begin with one header");
    }
    if (type === "IHDR") {
      declared = declaredBytes(new DataView(bytes.buffer, bytes.byteOffset + at + 8, length));
    }
    if (!isKnown(type)) {
      throw new Error(`its chunks must be those of PNG, got ${JSON.stringify(type)}`);
    }
    if (type === "IDAT") pixels.push(bytes.subarray(at + 8, at + 8 + length));
    if (KEPT.includes(type)) kept.push(bytes.subarray(at, end));
    at = end;
    if (type === "IEND") {
      checkPixels(pixels, declared!);
      return joined(kept);
    }
  }
  throw new Error("it ends inside a chunk");
}
