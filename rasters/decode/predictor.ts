/**
 * Inverse of the TIFF predictors: horizontal differences (2; TIFF 6.0, section 14) and floating
 * point (3; Adobe TIFF Technical Note 3).
 *
 * @module
 */

/** Rows of samples. */
export interface RowShape {
  /** Samples in a row, of all bands that are interleaved. */
  readonly samples: number;
  /** Samples from a pixel to the next. */
  readonly stride: number;
  /** Bits of a sample. */
  readonly bits: number;
}

/** The samples as unsigned integers, whose sums wrap around as the encoder's differences do. */
function unsigned({ buffer, byteLength }: Uint8Array, bits: number) {
  if (bits === 8) return new Uint8Array(buffer, 0, byteLength);
  return bits === 16
    ? new Uint16Array(buffer, 0, byteLength >> 1)
    : new Uint32Array(buffer, 0, byteLength >> 2);
}

function sums(values: Uint8Array | Uint16Array | Uint32Array, { samples, stride }: RowShape): void {
  for (let first = 0; first < values.length; first += samples) {
    const end = Math.min(first + samples, values.length);
    if (stride === 1) {
      let sum = values[first]!;
      for (let i = first + 1; i < end; i++) values[i] = sum = sum + values[i]! | 0;
    } else {
      for (let i = first + stride; i < end; i++) values[i]! += values[i - stride]!;
    }
  }
}

function bigSums(values: BigUint64Array, { samples, stride }: RowShape): void {
  for (let first = 0; first < values.length; first += samples) {
    const end = Math.min(first + samples, values.length);
    for (let i = first + stride; i < end; i++) values[i]! += values[i - stride]!;
  }
}

/**
 * Adds to each sample the sample of the same band on its left, in place.
 *
 * @param bytes Whole rows of little-endian samples of 8, 16, 32 or 64 bits, at the start of their
 *   buffer.
 */
export function addDifferences(bytes: Uint8Array, shape: RowShape): void {
  if (shape.bits === 64) bigSums(new BigUint64Array(bytes.buffer, 0, bytes.length >> 3), shape);
  else sums(unsigned(bytes, shape.bits), shape);
}

/**
 * Adds the differences of bytes, and turns the planes of bytes of each row, most significant first,
 * into little-endian samples.
 *
 * @param bytes Whole rows; the sums replace them.
 * @returns The samples.
 */
export function joinBytePlanes(bytes: Uint8Array, { samples, stride, bits }: RowShape): Uint8Array {
  const size = bits >> 3;
  const row = samples * size;
  const out = new Uint8Array(bytes.length);
  for (let first = 0; first < bytes.length; first += row) {
    for (let i = first + stride; i < first + row; i++) bytes[i]! += bytes[i - stride]!;
    for (let b = 0; b < size; b++) {
      const plane = first + (size - 1 - b) * samples;
      for (let i = 0, to = first + b; i < samples; i++, to += size) out[to] = bytes[plane + i]!;
    }
  }
  return out;
}
