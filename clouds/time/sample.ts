/**
 * A sample of the scene at absolute positions: whole blocks of 2×2 pixels at fixed distances, put
 * together to a small raster for each date.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";

/** Most blocks of a sample. */
const MOST = 40000;

/** A part of the scene on every date. */
interface Part {
  readonly column: number;
  readonly row: number;
  readonly frames: readonly Raster[];
}

/** A sample that parts of the scene fill, in any order. */
export interface SceneSample {
  /** One raster for each date; NaN in pixels that no part has shown. */
  readonly frames: readonly Raster[];
  /** Copies the pixels of the sample that a part has. */
  add(part: Part): void;
}

/** Starts an empty sample of a scene. */
export function sceneSample(
  { width, height, bands, dates }: {
    readonly width: number;
    readonly height: number;
    readonly bands: readonly string[];
    readonly dates: number;
  },
): SceneSample {
  const [across, down] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const step = Math.max(1, Math.ceil(Math.sqrt(across * down / MOST)));
  const columns = Math.ceil(across / step);
  const rows = Math.ceil(down / step);
  const depth = bands.length;
  const frames = Array.from({ length: dates }, () => ({
    width: 2 * columns,
    height: 2 * rows,
    bands,
    dtype: "float32" as const,
    data: new Float32Array(4 * columns * rows * depth).fill(NaN),
    nodata: NaN,
  }));
  /** Calls `copy` with the place in the sample of each position of a range that is in it. */
  const each = (first: number, count: number, copy: (at: number, place: number) => void) => {
    for (let block = Math.ceil((first - 1) / 2 / step) * step; 2 * block < first + count;) {
      for (let k = 0; k < 2; k++) {
        const at = 2 * block + k - first;
        if (at >= 0 && at < count) copy(at, 2 * block / step + k);
      }
      block += step;
    }
  };
  return {
    frames,
    add({ column, row, frames: parts }) {
      for (const [t, { width: wide, height: high, data, nodata = 0, valid }] of parts.entries()) {
        const out = frames[t]!.data;
        each(row, high, (y, toY) =>
          each(column, wide, (x, toX) => {
            const from = y * wide + x;
            if (valid !== undefined && valid[from] === 0) return;
            const to = (toY * 2 * columns + toX) * depth;
            for (let b = 0; b < depth; b++) {
              const stored = data[from * depth + b]!;
              out[to + b] = stored === nodata ? NaN : stored;
            }
          }));
      }
    },
  };
}
