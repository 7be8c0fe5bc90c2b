/**
 * Philox4x32-10, the counter-based random number generator of Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011): a keyed bijection of 128-bit counters. Each element is
 * computed on its own, so noise keyed by pixel, frame and draw does not depend on tiles, batches or
 * workers.
 *
 * @module
 */

const MULTIPLIER_0 = 0xD2511F53;
const MULTIPLIER_1 = 0xCD9E8D57;
const WEYL_0 = 0x9E3779B9;
const WEYL_1 = 0xBB67AE85;
const ROUNDS = 10;

/** The high 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xFFFF;
  const aHigh = a >>> 16;
  const bLow = b & 0xFFFF;
  const bHigh = b >>> 16;
  // Both sums stay below 2³², so they can be shifted as 32-bit integers.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xFFFF);
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/**
 * Writes the four random 32-bit words of one counter into `out[at .. at + 3]`.
 *
 * @param out Buffer for the unsigned words.
 * @param at First index to write.
 * @param block Counter (c0..c3) and key (k0, k1) as unsigned 32-bit words.
 */
export function philox4x32(
  out: Uint32Array,
  at: number,
  block: {
    readonly c0: number;
    readonly c1: number;
    readonly c2: number;
    readonly c3: number;
    readonly k0: number;
    readonly k1: number;
  },
): void {
  let { c0, c1, c2, c3, k0, k1 } = block;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}
