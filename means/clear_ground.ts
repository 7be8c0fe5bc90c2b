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
  const clear = withoutRim(window.masks[frame]!, { height, width, grow });
  dropMissing(clear, window.frames[frame]!, bands);
  return clear;
}

/** The flags of {@linkcode clearGround} with and without the rims of clouds. */
export interface RimmedGround {
  /** Flags beyond the rims of clouds. */
  readonly clear: Uint8Array;
  /** Flags up to the clouds. */
  readonly rims: Uint8Array;
}

/** Flags the clear pixels of one frame with `grow` and with 0 pixels of rim. */
export function rimmedGround(
  window: MeanWindow,
  { frame, bands, grow }: { readonly frame: number; readonly bands: number; readonly grow: number },
): RimmedGround {
  const rims = clearGround(window, { frame, bands, grow: 0 });
  if (grow === 0) return { clear: rims, rims };
  const { height, width } = window;
  const clear = withoutRim(window.masks[frame]!, { height, width, grow });
  for (let i = 0; i < clear.length; i++) clear[i]! &= rims[i]!;
  return { clear, rims };
}

/** Clears the flags of pixels that lack data in a band. */
function dropMissing(clear: Uint8Array, values: Float32Array, bands: number): void {
  for (let i = 0, k = 0; i < clear.length; i++) {
    const end = k + bands;
    if (clear[i] === 0) {
      k = end;
      continue;
    }
    let sum = 0;
    while (k < end) sum += values[k++]!;
    // NaN and infinity minus themselves are NaN.
    if (sum - sum !== 0) clear[i] = 0;
  }
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
  const clear = new Uint8Array(mask.length);
  let hidden = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) clear[i] = 1;
    else hidden++;
  }
  if (hidden === 0 || grow === 0) return clear;
  for (let y = 0; y < height; y++) {
    const first = y * width;
    for (let x = 0, until = -1; x < width; x++) {
      if (mask[first + x] !== 0) until = x + grow;
      if (x <= until) clear[first + x] = 0;
    }
    for (let x = width - 1, from = width; x >= 0; x--) {
      if (mask[first + x] !== 0) from = x - grow;
      if (x >= from) clear[first + x] = 0;
    }
  }
  return withoutRows(clear, { height, width, grow });
}

/** Keeps the flags of pixels whose column has no missing flag within `grow` rows. */
function withoutRows(
  flags: Uint8Array,
  { height, width, grow }: {
    readonly height: number;
    readonly width: number;
    readonly grow: number;
  },
): Uint8Array {
  const out = flags.slice();
  const until = new Int32Array(width).fill(-1);
  const from = new Int32Array(width).fill(height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (flags[i] === 0) until[x] = y + grow;
      else if (y <= until[x]!) out[i] = 0;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (flags[i] === 0) from[x] = y - grow;
      else if (y >= from[x]!) out[i] = 0;
    }
  }
  return out;
}
