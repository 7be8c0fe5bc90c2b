/**
 * Values without data inside tiles: filled before the network sees them. A tile is filled from itself
 * alone, so that what is filled does not depend on how a scene is cut.
 *
 * @module
 */

import { spread } from "./missing.ts";

/**
 * Fills NaN in the dates of a tile: by the mean of the other dates at that pixel, else by the nearest
 * pixel of the tile that has one, else (a band without any data) by `fallback`.
 *
 * @param frames One tile [tileSize, tileSize, bands] per date; changed.
 */
export function fillTile(
  frames: readonly Float32Array[],
  { tileSize, bands, fallback }: {
    readonly tileSize: number;
    readonly bands: number;
    /** Of each band. */
    readonly fallback: readonly number[];
  },
): void {
  const pixels = tileSize ** 2;
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
    if (known.includes(0)) spread(means, known, { width: tileSize, height: tileSize });
    for (const frame of lacking) {
      for (let i = 0; i < pixels; i++) {
        if (Number.isNaN(frame[i * bands + b]!)) frame[i * bands + b] = means[i]!;
      }
    }
  }
}
