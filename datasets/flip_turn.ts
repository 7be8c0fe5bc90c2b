/**
 * Published augmentation of Sen2_MTC_New: a flip, then quarter turns.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** One of the twelve augmentations: a flip, then quarter turns counter-clockwise. */
export interface FlipTurn {
  /** Flip before the turns: "vertical" reverses the rows, "horizontal" the columns. */
  readonly flip: "none" | "vertical" | "horizontal";
  /** 0–3. */
  readonly turns: number;
}

const FLIPS = ["none", "vertical", "horizontal"] as const;

/** Draws one of the twelve pairs of flip and turns with equal probability. */
export function drawFlipTurn(rng: Rng): FlipTurn {
  return { flip: FLIPS[rng.integer(FLIPS.length, 2)]!, turns: rng.integer(4, 3) };
}

/**
 * Returns the symmetry of a {@linkcode Crop} that flips first (vertical reverses the rows), then turns.
 * Twelve pairs give eight symmetries: the turns alone with probability 1/12 each, the mirrored ones with
 * 1/6, as both flips lead to them.
 */
export function symmetryOf({ flip, turns }: FlipTurn): number {
  // Bit 0 transposes; bits 1 and 2 reverse columns and rows of the source.
  const turned = [0, 3, 6, 5][turns]!;
  return turned ^ { none: 0, horizontal: 2, vertical: 4 }[flip];
}
