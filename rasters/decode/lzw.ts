/**
 * Decoder of LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, most significant bit first.
 *
 * @module
 */

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MAX_BITS = 12;
const TABLE = 1 << MAX_BITS;

function damaged(code: number, known: number): TypeError {
  return new TypeError(
    `its LZW codes must be below ${known}, got ${code}; the file is damaged: download or copy it again`,
  );
}

/**
 * Decodes up to `size` bytes.
 *
 * A string of the table is a range of the output: the previous string and the byte after it, which
 * are adjacent there.
 *
 * @param size Number of decoded bytes; codes beyond it are not read.
 * @returns The bytes; fewer than `size` if the codes end before.
 * @throws {TypeError} If a code is not in the table yet, or the codes are in the order of the LZW
 *   before TIFF 5.0.
 */
export function decodeLzw(input: Uint8Array, size: number): Uint8Array {
  if (input[0] === 0 && (input[1]! & 1) === 1) {
    throw new TypeError(
      "its LZW must be that of TIFF 5.0 or later, got old-style LZW; convert it: gdal_translate " +
        "-co COMPRESS=DEFLATE IN OUT.tif",
    );
  }
  const out = new Uint8Array(size);
  const starts = new Uint32Array(TABLE);
  const lengths = new Uint16Array(TABLE);
  let [next, bits, previous] = [FIRST, 9, -1];
  let [buffer, filled, at, to, last] = [0, 0, 0, 0, 0];
  while (to < size) {
    while (filled < bits && at < input.length) {
      buffer = (buffer << 8 | input[at++]!) & 0xffffff;
      filled += 8;
    }
    if (filled < bits) break;
    const code = (buffer >> (filled - bits)) & ((1 << bits) - 1);
    filled -= bits;
    if (code === END) break;
    if (code === CLEAR) {
      [next, bits, previous] = [FIRST, 9, -1];
      continue;
    }
    if (previous < 0 && code > 255) throw damaged(code, CLEAR);
    if (previous >= 0 && next < TABLE) {
      // The previous string and its next byte, which is the first of this string.
      starts[next] = last;
      lengths[next] = (previous < 256 ? 1 : lengths[previous]!) + 1;
      next++;
      if (next === (1 << bits) - 1 && bits < MAX_BITS) bits++;
    }
    if (code >= next && code > 255) throw damaged(code, next);
    last = to;
    if (code < 256) {
      out[to++] = code;
    } else {
      const from = starts[code]!;
      const end = Math.min(to + lengths[code]!, size);
      for (let i = from; to < end; i++) out[to++] = out[i]!;
    }
    previous = code;
  }
  return to === size ? out : out.subarray(0, to);
}
