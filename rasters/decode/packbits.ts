/**
 * Decoder of PackBits (TIFF 6.0, section 9): runs of literal and of repeated bytes.
 *
 * @module
 */

/**
 * Decodes up to `size` bytes.
 *
 * @param size Number of decoded bytes; what follows them is not read.
 * @returns The bytes; fewer than `size` if the runs end before.
 */
export function decodePackBits(input: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let [at, to] = [0, 0];
  while (to < size && at + 1 < input.length) {
    const head = input[at++]!;
    if (head === 128) continue;
    if (head > 128) {
      const end = Math.min(to + 257 - head, size);
      out.fill(input[at++]!, to, end);
      to = end;
    } else {
      const run = input.subarray(at, Math.min(at + head + 1, at + size - to));
      out.set(run, to);
      to += run.length;
      at += head + 1;
    }
  }
  return to === size ? out : out.subarray(0, to);
}
