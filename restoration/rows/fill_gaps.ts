/**
 * Fills missing values before a network or a fusion sees them.
 *
 * Each tile is filled from itself alone, so the result doesn't depend on how a scene is cut.
 *
 * @module
 */

import type { Size } from "./tiles.ts";

/** Propagates the known values of one band to the nearest unknown pixels, along the axes. */
function propagate(
  values: Float32Array,
  known: Uint8Array,
  { width, height }: Size,
): void {
  const queue = new Uint32Array(values.length);
  let tail = 0;
  for (let i = 0; i < known.length; i++) if (known[i] === 1) queue[tail++] = i;
  for (let head = 0; head < tail; head++) {
    const i = queue[head]!;
    const [x, y] = [i % width, Math.floor(i / width)];
    const neighbours = [
      x > 0 ? i - 1 : -1,
      x + 1 < width ? i + 1 : -1,
      y > 0 ? i - width : -1,
      y + 1 < height ? i + width : -1,
    ];
    for (const next of neighbours) {
      if (next < 0 || known[next] === 1) continue;
      known[next] = 1;
      values[next] = values[i]!;
      queue[tail++] = next;
    }
  }
}

/**
 * Replaces NaN in the dates of an image, in place: by the mean of the other dates at that pixel, else
 * by the nearest pixel that has such a mean, else (a band without any data) by the band's `fallback`.
 *
 * @param frames One image [height, width, bands] per date; modified.
 */
export function fillGaps(
  frames: readonly Float32Array[],
  { width, height, fallback }: Size & {
    /** One value per band. */
    readonly fallback: readonly number[];
  },
): void {
  const bands = fallback.length;
  const pixels = width * height;
  for (let b = 0; b < bands; b++) {
    const lacking = frames.filter((frame) => {
      for (let i = b; i < frame.length; i += bands) if (Number.isNaN(frame[i]!)) return true;
      return false;
    });
    if (lacking.length === 0) continue;
    const means = new Float32Array(pixels).fill(fallback[b]!);
    const known = new Uint8Array(pixels);
    for (let i = 0; i < pixels; i++) {
      let sum = 0;
      let count = 0;
      for (const frame of frames) {
        const value = frame[i * bands + b]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      if (count === 0) continue;
      means[i] = sum / count;
      known[i] = 1;
    }
    if (known.includes(0)) propagate(means, known, { width, height });
    for (const frame of lacking) {
      for (let i = 0; i < pixels; i++) {
        if (Number.isNaN(frame[i * bands + b]!)) frame[i * bands + b] = means[i]!;
      }
    }
  }
}
