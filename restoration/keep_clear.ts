/**
 * Blend weights of the restored image: 1 under cloud, 0 where the reference is clear, with a soft edge
 * inside the dilated mask.
 *
 * @module
 */

import type { Size } from "./rows/tiles.ts";

/** Growth and soft edge of a cloud mask. */
export interface KeepClearOptions {
  /** Pixels by which the mask grows, to cover the cloud edges that masks miss. Default 8. */
  readonly dilate?: number;
  /** Width of the soft edge in pixels, inside the grown mask. Default 6. */
  readonly feather?: number;
}

/** Defaults of {@linkcode KeepClearOptions}. */
const KEEP_CLEAR_DEFAULTS = { dilate: 8, feather: 6 } as const;

/** Fills in the defaults. */
export function keepClearOf(
  { dilate = KEEP_CLEAR_DEFAULTS.dilate, feather = KEEP_CLEAR_DEFAULTS.feather }: KeepClearOptions =
    {},
): Required<KeepClearOptions> {
  return { dilate, feather };
}

/** Share of a pixel that is restored entirely. */
export const RESTORED = 255;
const MOST_DILATION = 255;

/** @throws {RangeError} If a number is out of range. */
export function checkKeepClear(options: KeepClearOptions): void {
  const { dilate, feather } = keepClearOf(options);
  if (!(Number.isInteger(dilate) && dilate >= 0 && dilate <= MOST_DILATION)) {
    throw new RangeError(
      `Cannot grow the mask: it must grow by 0 … ${MOST_DILATION} pixels, got ${dilate}`,
    );
  }
  if (!(Number.isInteger(feather) && feather >= 0 && feather <= dilate + 1)) {
    throw new RangeError(
      `Cannot blend the edges: the feather must be 0 … ${
        dilate + 1
      } pixels, which keeps it inside ` +
        `the grown mask, got ${feather}`,
    );
  }
}

/**
 * Squared distances in pixels to the nearest masked pixel, exact up to `reach`, `far` beyond.
 *
 * @param mask [height, width], masked where not 0.
 */
function squaredDistances(
  mask: Uint8Array,
  { width, height, reach }: Size & { readonly reach: number },
): Uint32Array {
  const far = (reach + 1) ** 2;
  // Rows to the nearest masked pixel of the same column, at most reach + 1.
  const vertical = new Uint16Array(mask.length).fill(reach + 1);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) vertical[i] = 0;
    else if (i >= width) vertical[i] = Math.min(vertical[i - width]! + 1, reach + 1);
  }
  for (let i = mask.length - width - 1; i >= 0; i--) {
    if (vertical[i]! > vertical[i + width]! + 1) vertical[i] = vertical[i + width]! + 1;
  }
  const out = new Uint32Array(mask.length).fill(far);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      let best = Math.min(vertical[row + x]! ** 2, far);
      for (let dx = 1; dx <= reach && dx * dx < best; dx++) {
        const left = x >= dx ? vertical[row + x - dx]! : reach + 1;
        const right = x + dx < width ? vertical[row + x + dx]! : reach + 1;
        const near = Math.min(left, right);
        if (near <= reach) best = Math.min(best, near * near + dx * dx);
      }
      out[row + x] = best;
    }
  }
  return out;
}

/** Table of the restored share in 255ths by squared distance; at least 1 inside the grown mask. */
function shares({ dilate, feather }: Required<KeepClearOptions>): Uint8Array {
  return Uint8Array.from({ length: (dilate + 1) ** 2 + 1 }, (_, squared) => {
    const distance = Math.sqrt(squared);
    if (distance > dilate) return 0;
    const t = feather === 0 ? 1 : Math.min(1, (dilate + 1 - distance) / feather);
    return Math.max(1, Math.round(RESTORED * t * t * (3 - 2 * t)));
  });
}

/**
 * Share of the restored image at each pixel, in 255ths: {@linkcode RESTORED} on the mask, falling to 0
 * outside the grown mask by 3t² − 2t³.
 *
 * @param mask [height, width], masked where not 0. The share of a pixel depends only on the mask within
 *   `dilate` pixels of it.
 */
export function restoredShares(
  mask: Uint8Array,
  { width, height, dilate, feather }: Size & Required<KeepClearOptions>,
): Uint8Array {
  const table = shares({ dilate, feather });
  const distances = squaredDistances(mask, { width, height, reach: dilate });
  const out = new Uint8Array(distances.length);
  for (let i = 0; i < out.length; i++) out[i] = table[Math.min(distances[i]!, table.length - 1)]!;
  return out;
}
