/** Clear pixels of a window: data in every band, and no cloud within some pixels. @module */

import type { MeanWindow } from "./mean.ts";

/**
 * Flags the clear pixels of one frame, [height, width]: class 0 at every pixel within `grow` pixels
 * (a square), and data in every band of the pixel itself.
 */
export function clearGround(
  window: MeanWindow,
  { frame, bands, grow }: { readonly frame: number; readonly bands: number; readonly grow: number },
): Uint8Array {
  const { height, width } = window;
  const values = window.frames[frame]!;
  const clear = withoutRim(window.masks[frame]!, { height, width, grow });
  for (let i = 0; i < clear.length; i++) {
    if (clear[i] === 0) continue;
    let sum = 0;
    for (let b = i * bands; b < (i + 1) * bands; b++) sum += values[b]!;
    if (!Number.isFinite(sum)) clear[i] = 0;
  }
  return clear;
}

/** Flags the pixels of class 0 with no other class within `grow` rows and columns. */
export function withoutRim(
  mask: Uint8Array,
  { height, width, grow }: {
    readonly height: number;
    readonly width: number;
    readonly grow: number;
  },
): Uint8Array {
  const hidden = mask.map((value) => value === 0 ? 0 : 1);
  const [columns, rows] = [{ count: height, step: width }, { count: width, step: 1 }];
  if (grow > 0) {
    for (let y = 0; y < height; y++) growLine(hidden, { ...rows, first: y * width, grow });
    for (let x = 0; x < width; x++) growLine(hidden, { ...columns, first: x, grow });
  }
  return hidden.map((value) => 1 - value);
}

/** Sets what lies within `grow` of a flag on one line of pixels. */
function growLine(
  flags: Uint8Array,
  { first, step, count, grow }: {
    readonly first: number;
    readonly step: number;
    readonly count: number;
    readonly grow: number;
  },
): void {
  let last = -1;
  let until = -1;
  for (let i = 0; i < count; i++) {
    const flagged = flags[first + i * step] !== 0;
    if (flagged) until = i + grow;
    if (i > until) continue;
    const from = flagged ? Math.max(last + 1, i - grow) : i;
    for (let j = from; j <= i; j++) flags[first + j * step] = 1;
    last = i;
  }
}
