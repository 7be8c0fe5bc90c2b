/**
 * Random numbers keyed by seed, purpose and index. An {@linkcode Rng} has no state: the number at
 * an index is always the same, so resuming, sharding or reordering a run changes no value.
 *
 * @module
 */

import { philox4x32 } from "./philox.ts";

/** A stream of random numbers, addressed by index. */
export interface Rng {
  /** The stream of a purpose ("sigma", "noise", a parameter name) or of an index in this stream. */
  fork(purpose: string | number): Rng;
  /** The uniform number in [0, 1) at `index` (default 0), with 24 random bits. */
  uniform(index?: number): number;
  /** The standard normal number at `index` (default 0). */
  normal(index?: number): number;
  /** The integer in [0, bound) at `index` (default 0). */
  integer(bound: number, index?: number): number;
  /** `count` uniform numbers from index `offset` (default 0) on. */
  uniforms(count: number, offset?: number): Float32Array;
  /** `count` standard normal numbers from index `offset` (default 0) on. */
  normals(count: number, offset?: number): Float32Array;
  /**
   * Writes the four standard normal numbers of one cell of a four-dimensional lattice into
   * `out[at .. at + 3]`: noise keyed by (x, y, frame, band group), independent of the order of
   * calls. Coordinates are integers in [-2³¹, 2³²).
   */
  normalsAt(
    out: Float32Array,
    at: number,
    cell: readonly [number, number, number, number],
  ): void;
}

const UNIT = 2 ** -24;
const TURN = 2 * Math.PI;

/** Box–Muller transform of words a and b to two normals; a + 1 keeps the logarithm finite. */
function boxMuller(out: Float32Array, at: number, a: number, b: number): void {
  const radius = Math.sqrt(-2 * Math.log((a + 1) * 2 ** -32));
  const angle = TURN * (b * 2 ** -32);
  out[at] = radius * Math.cos(angle);
  out[at + 1] = radius * Math.sin(angle);
}

/** Counter words of a purpose: FNV-1a over its characters with three seeds, and its length. */
function purposeWords(purpose: string | number): [number, number, number, number] {
  const text = typeof purpose === "number" ? `#${purpose}` : purpose;
  const words: [number, number, number, number] = [0x811C9DC5, 0x01000193, 0x9E3779B9, text.length];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    words[0] = Math.imul(words[0] ^ code, 0x01000193) >>> 0;
    words[1] = Math.imul(words[1] ^ (code + 0x9E37), 0x85EBCA6B) >>> 0;
    words[2] = Math.imul(words[2] ^ (code * 31 + i), 0xC2B2AE35) >>> 0;
  }
  return words;
}

/** Stream of one 64-bit key. The counter of an index is (low word, high word, 0, 0). */
function keyed(k0: number, k1: number): Rng {
  const words = new Uint32Array(4);
  const pair = new Float32Array(4);

  function draw(index: number): void {
    philox4x32(words, 0, {
      c0: index >>> 0,
      c1: Math.floor(index / 2 ** 32) >>> 0,
      c2: 0,
      c3: 0,
      k0,
      k1,
    });
  }

  function uniform(index = 0): number {
    draw(Math.floor(index / 4));
    return (words[index % 4]! >>> 8) * UNIT;
  }

  function normals(count: number, offset = 0): Float32Array {
    const out = new Float32Array(count);
    for (let block = Math.floor(offset / 4); block * 4 < offset + count; block++) {
      draw(block);
      boxMuller(pair, 0, words[0]!, words[1]!);
      boxMuller(pair, 2, words[2]!, words[3]!);
      const first = Math.max(offset, block * 4);
      const last = Math.min(offset + count, block * 4 + 4);
      for (let i = first; i < last; i++) out[i - offset] = pair[i - block * 4]!;
    }
    return out;
  }

  return {
    fork(purpose) {
      const [c0, c1, c2, c3] = purposeWords(purpose);
      // c3 with its top bit set keeps key derivation apart from the counters of draws.
      philox4x32(words, 0, { c0, c1, c2, c3: (c3 | 0x80000000) >>> 0, k0, k1 });
      return keyed(words[0]!, words[1]!);
    },
    uniform,
    normal: (index = 0) => normals(1, index)[0]!,
    integer: (bound, index = 0) => Math.floor(uniform(index) * bound),
    uniforms(count, offset = 0) {
      const out = new Float32Array(count);
      for (let block = Math.floor(offset / 4); block * 4 < offset + count; block++) {
        draw(block);
        const first = Math.max(offset, block * 4);
        const last = Math.min(offset + count, block * 4 + 4);
        for (let i = first; i < last; i++) {
          out[i - offset] = (words[i - block * 4]! >>> 8) * UNIT;
        }
      }
      return out;
    },
    normals,
    normalsAt(out, at, [x, y, z, w]) {
      philox4x32(words, 0, { c0: x >>> 0, c1: y >>> 0, c2: z >>> 0, c3: w >>> 0, k0, k1 });
      boxMuller(out, at, words[0]!, words[1]!);
      boxMuller(out, at + 2, words[2]!, words[3]!);
    },
  };
}

/**
 * Creates the root stream of a seed.
 *
 * @param seed Non-negative integer up to 2⁵³ − 1.
 * @throws {RangeError} If the seed is not such an integer.
 *
 * @example
 * ```ts
 * import { createRng } from "./rng.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const noise = createRng(7).fork("noise");
 * assertEquals(noise.normals(8).slice(5), noise.normals(3, 5));
 * ```
 */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot seed the random numbers: the seed must be a non-negative integer, got ${seed}`,
    );
  }
  return keyed(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
}
