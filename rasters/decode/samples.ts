/**
 * Samples as TIFF stores them, and the pixel types that hold them without loss.
 *
 * @module
 */

import { type DataType, type PixelArray, pixelArray } from "../../core/mod.ts";

/** Storage of a sample in the file. */
export interface SampleFormat {
  /** SampleFormat tag: 1 unsigned, 2 signed, 3 floating point. */
  readonly format: number;
  /** BitsPerSample tag. */
  readonly bits: number;
}

const UNSIGNED = 1;
/** Sample format 4, "undefined", is read as unsigned, as GDAL does. */
const UNDEFINED = 4;

const DTYPES: Readonly<Record<string, DataType>> = {
  "1:8": "uint8",
  "1:16": "uint16",
  "1:32": "uint32",
  "2:8": "int16",
  "2:16": "int16",
  "2:32": "int32",
  "3:16": "float32",
  "3:32": "float32",
  "3:64": "float64",
};

/** True for unsigned integers of a number of bits that no array has, such as 1 or 12. */
function isPacked({ format, bits }: SampleFormat): boolean {
  return format === UNSIGNED && bits > 0 && bits < 32 && bits !== 8 && bits !== 16;
}

/** The smallest pixel type that holds the samples; undefined if none does. */
export function dtypeOf({ format, bits }: SampleFormat): DataType | undefined {
  const kind = format === UNDEFINED ? UNSIGNED : format;
  if (isPacked({ format, bits })) return bits < 8 ? "uint8" : bits < 16 ? "uint16" : "uint32";
  return DTYPES[`${kind}:${bits}`];
}

/** Bytes of a row; each row begins at a byte. */
export function rowBytes(samples: number, { bits }: SampleFormat): number {
  return Math.ceil(samples * bits / 8);
}

/** Bits of samples whose bytes are in the order of the file; other samples are streams of bits. */
const ORDERED_BITS: readonly number[] = [16, 24, 32, 64];

/** Reverses the bytes of each sample of 16, 24, 32 or 64 bits, in place. */
export function swapBytes(bytes: Uint8Array, bits: number): void {
  if (!ORDERED_BITS.includes(bits)) return;
  const size = bits >> 3;
  for (let at = 0; at + size <= bytes.length; at += size) {
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** Value of a float16 (IEEE 754 binary16). */
function halfFloat(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [code >> 10 & 0x1f, code & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Unpacks unsigned integers, most significant bit first; each row begins at a byte. */
function unpack(bytes: Uint8Array, { format, samples }: {
  readonly format: SampleFormat;
  readonly samples: number;
}): PixelArray {
  const { bits } = format;
  const stride = rowBytes(samples, format);
  const rows = Math.floor(bytes.length / stride);
  const out = pixelArray(dtypeOf(format)!, rows * samples);
  const range = 2 ** bits;
  for (let y = 0, to = 0; y < rows; y++) {
    let at = y * stride;
    // Up to 31 + 7 bits, which exceed 32-bit integers: arithmetic instead of shifts.
    let [buffer, filled] = [0, 0];
    for (let i = 0; i < samples; i++) {
      while (filled < bits) {
        buffer = buffer * 256 + bytes[at++]!;
        filled += 8;
      }
      filled -= bits;
      const value = Math.floor(buffer / 2 ** filled);
      out[to++] = value % range;
      buffer -= value * 2 ** filled;
    }
  }
  return out;
}

/**
 * Samples as an array of their pixel type.
 *
 * @param bytes Whole rows, little-endian, at the start of their buffer.
 * @param samples Samples in a row.
 */
export function toPixels(
  bytes: Uint8Array,
  { format, samples }: { readonly format: SampleFormat; readonly samples: number },
): PixelArray {
  if (isPacked(format)) return unpack(bytes, { format, samples });
  const { buffer, byteLength } = bytes;
  const dtype = dtypeOf(format)!;
  if (format.format === 2 && format.bits === 8) {
    return Int16Array.from(new Int8Array(buffer, 0, byteLength));
  }
  if (format.format === 3 && format.bits === 16) {
    return Float32Array.from(new Uint16Array(buffer, 0, byteLength >> 1), halfFloat);
  }
  const view = pixelArray(dtype, 0);
  const ctor = view.constructor as new (
    buffer: ArrayBufferLike,
    at: number,
    n: number,
  ) => PixelArray;
  return new ctor(buffer, 0, byteLength / view.BYTES_PER_ELEMENT);
}
