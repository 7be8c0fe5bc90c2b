/**
 * Judgement of the rules for a single date, as shares of each block of 2×2 pixels. Two dates that
 * differ do not show which of them has the cloud; the rules for each of them help to decide.
 *
 * @module
 */

import { CLOUD_CLASSES } from "../classes.ts";

/** Classes of one date by the rules for a single date, in blocks. */
export interface Alone {
  /** Share of each block that is cloud, in quarters: 0 to 4. */
  readonly cloud: Uint8Array;
  /** The same for shadow. */
  readonly shadow: Uint8Array;
}

/** Counts the classes of every block. */
export function aloneOf(
  classes: Uint8Array,
  { width, height, left, top }: {
    /** Columns and rows of pixels. */
    readonly width: number;
    readonly height: number;
    /** Columns and rows of the first blocks that lie before the window: 0 or 1. */
    readonly left: number;
    readonly top: number;
  },
): Alone {
  const wide = (width + left + 1) >> 1;
  const high = (height + top + 1) >> 1;
  const cloud = new Uint8Array(wide * high);
  const shadow = new Uint8Array(wide * high);
  for (let y = 0, i = 0; y < height; y++) {
    const line = ((y + top) >> 1) * wide;
    for (let x = 0; x < width; x++, i++) {
      const kind = classes[i]!;
      const at = line + ((x + left) >> 1);
      if (kind === CLOUD_CLASSES.thick || kind === CLOUD_CLASSES.thin) cloud[at]!++;
      else if (kind === CLOUD_CLASSES.shadow) shadow[at]!++;
    }
  }
  return { cloud, shadow };
}
