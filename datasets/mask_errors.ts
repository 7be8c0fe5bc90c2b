/**
 * Errors of cloud masks as detectors make them, for training on exact ones.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import { grow } from "./transplant_source.ts";

/** Pixels by which masks grow or shrink at most. */
const GROWN = 8;
const SHRUNK = 3;
/** Share of thin cloud that is missed where a detector misses some. */
const MISSED = [0.2, 0.7] as const;
/** Side of the blocks in which thin cloud is missed together. */
const BLOCK = 32;

/** A mask and what it hides. */
export interface ExactMask {
  /** 1 where cloud or shadow hides the ground, [size, size]. */
  readonly mask: Uint8Array;
  /** 1 thick cloud, 2 thin cloud, else 0, [size, size]. */
  readonly clouds: Uint8Array;
  readonly size: number;
}

/** Returns the mask that a detector might find: grown, shrunk, or with thin cloud missed in places. */
export function foundMask({ mask, clouds, size }: ExactMask, rng: Rng): Uint8Array {
  const kind = rng.integer(3);
  const square = { width: size, height: size };
  if (kind === 0) return grow(mask, { ...square, radius: 1 + rng.integer(GROWN, 1) });
  if (kind === 1) {
    const clear = mask.map((value) => 1 - value);
    const more = grow(clear, { ...square, radius: 1 + rng.integer(SHRUNK, 1) });
    return more.map((value) => 1 - value);
  }
  const share = MISSED[0] + (MISSED[1] - MISSED[0]) * rng.uniform(1);
  const blocks = rng.fork("blocks");
  const across = Math.ceil(size / BLOCK);
  return mask.map((value, i) => {
    const [y, x] = [Math.floor(i / size), i % size];
    const block = Math.floor(y / BLOCK) * across + Math.floor(x / BLOCK);
    return clouds[i] === 2 && blocks.uniform(block) < share ? 0 : value;
  });
}
