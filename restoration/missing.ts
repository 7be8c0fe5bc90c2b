/**
 * Values without data: they are filled before the network sees them and put back afterwards.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { Size } from "./tiles.ts";

/**
 * Which values of a raster have no data: NaN, and the raster's nodata value.
 *
 * @returns 1 where there is none, [height, width, bands]; undefined if every value has data.
 */
export function missingValues({ data, nodata }: Raster): Uint8Array | undefined {
  let some = false;
  const missing = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== nodata && !Number.isNaN(data[i])) continue;
    missing[i] = 1;
    some = true;
  }
  return some ? missing : undefined;
}

/** Spreads the values of one band to their nearest neighbours without (in steps along the axes). */
export function spread(
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
 * The frames with their missing values filled: by the mean of the other dates at that pixel, else
 * by the nearest pixel that has one, else (a band without any data) by `fallback`.
 *
 * @param frames Rasters of one grid.
 * @param missing What {@linkcode missingValues} says of each.
 * @returns The pixels of each frame [height, width, bands]; the frame's own where all have data.
 */
export function fillMissing(
  frames: readonly Raster[],
  { missing, fallback }: {
    readonly missing: readonly (Uint8Array | undefined)[];
    readonly fallback: number;
  },
): readonly (Raster["data"])[] {
  if (missing.every((one) => one === undefined)) return frames.map(({ data }) => data);
  const { width, height, bands } = frames[0]!;
  const depth = bands.length;
  const out = frames.map(({ data }, l) =>
    missing[l] === undefined ? data : Float32Array.from(data)
  );
  for (let b = 0; b < depth; b++) {
    const means = new Float32Array(width * height).fill(fallback);
    const known = new Uint8Array(width * height);
    for (let i = 0; i < means.length; i++) {
      const at = i * depth + b;
      let sum = 0;
      let count = 0;
      for (const [l, { data }] of frames.entries()) {
        if (missing[l]?.[at] === 1) continue;
        sum += data[at]!;
        count++;
      }
      if (count === 0) continue;
      means[i] = sum / count;
      known[i] = 1;
    }
    if (known.includes(0)) spread(means, known, { width, height });
    for (const [l, one] of missing.entries()) {
      if (one === undefined) continue;
      for (let i = 0; i < means.length; i++) {
        if (one[i * depth + b] === 1) out[l]![i * depth + b] = means[i]!;
      }
    }
  }
  return out;
}
