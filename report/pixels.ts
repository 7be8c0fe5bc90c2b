/**
 * Windows of open files in the model's units, crops, and block means.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { bandReflectanceScale, type ModelCard } from "../model/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import type { SceneFrame } from "../restoration/mod.ts";

/** Rows read at a time. */
export const STRIP = 256;

/** Reads the model's bands [height, width, bands] in its units; NaN where a date has no data. */
export async function readFrame(
  { file, place, bands, fill, gains, biases, missing }: SceneFrame,
  { column, row, width, height }: RasterWindow,
): Promise<Float32Array> {
  const count = bands.length;
  const out = new Float32Array(width * height * count).fill(NaN);
  const left = Math.max(column, -place.column);
  const top = Math.max(row, -place.row);
  const columns = Math.min(column + width, file.header.width - place.column) - left;
  const rows = Math.min(row + height, file.header.height - place.row) - top;
  if (columns <= 0 || rows <= 0) return out;
  const read = bands.keys().filter((band) => bands[band] !== undefined).toArray();
  const { data } = await file.read({
    window: { column: left + place.column, row: top + place.row, width: columns, height: rows },
    bands: read.map((band) => bands[band]!),
  });
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (y * columns + x) * read.length;
      const to = ((top - row + y) * width + left - column + x) * count;
      let some = false;
      for (const [i, band] of read.entries()) {
        const value = data[from + i]!;
        if (missing.includes(value) || Number.isNaN(value)) continue;
        out[to + band] = value * gains[band]! + biases[band]!;
        some = true;
      }
      if (!some) continue;
      for (const [band, index] of bands.entries()) {
        if (index === undefined) out[to + band] = fill[band]!;
      }
    }
  }
  return out;
}

/** Cuts window `to` out of an image [height, width, depth] of window `from`. */
export function crop<T extends Float32Array | Uint8Array>(
  data: T,
  { from, to, depth }: {
    readonly from: RasterWindow;
    readonly to: RasterWindow;
    readonly depth: number;
  },
): T {
  const out = new (data.constructor as new (length: number) => T)(to.width * to.height * depth);
  for (let y = 0; y < to.height; y++) {
    const at = ((to.row - from.row + y) * from.width + to.column - from.column) * depth;
    out.set(data.subarray(at, at + to.width * depth), y * to.width * depth);
  }
  return out;
}

/** Selects bands of an image [pixels, depth]. */
export function pickBands(
  data: Float32Array,
  { depth, bands }: { readonly depth: number; readonly bands: readonly number[] },
): Float32Array {
  const out = new Float32Array(data.length / depth * bands.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[Math.floor(i / bands.length) * depth + bands[i % bands.length]!]!;
  }
  return out;
}

/** Block means of an area, fed row by row. */
export interface Shrinker {
  readonly width: number;
  readonly height: number;
  /** Adds rows [rows, columns of the area, depth], the first at the area's row `row`; skips NaN. */
  add(data: Float32Array, row: number): void;
  /** [height, width, depth]; NaN where no pixel has data. */
  result(): Float32Array;
}

/** Creates block means over `step`×`step` pixels. */
export function createShrinker(
  area: { readonly width: number; readonly height: number },
  { depth, step }: { readonly depth: number; readonly step: number },
): Shrinker {
  const [width, height] = [Math.ceil(area.width / step), Math.ceil(area.height / step)];
  const sums = new Float32Array(width * height * depth);
  const counts = new Uint32Array(sums.length);
  return {
    width,
    height,
    add(data, row) {
      const line = area.width * depth;
      for (let from = 0, y = row; from < data.length; from += line, y++) {
        const first = Math.floor(y / step) * width * depth;
        for (let i = 0; i < line; i++) {
          const value = data[from + i]!;
          if (Number.isNaN(value)) continue;
          const to = first + Math.floor(i / depth / step) * depth + i % depth;
          sums[to]! += value;
          counts[to]!++;
        }
      }
    },
    result: () => sums.map((sum, i) => counts[i] === 0 ? NaN : sum / counts[i]!),
  };
}

/** Block means of a whole image. */
export function shrink(
  data: Float32Array,
  size: { readonly width: number; readonly height: number },
  options: { readonly depth: number; readonly step: number },
): { readonly width: number; readonly height: number; readonly data: Float32Array } {
  const shrinker = createShrinker(size, options);
  shrinker.add(data, 0);
  const { width, height } = shrinker;
  return { width, height, data: shrinker.result() };
}

/** Reads an area of an open date as block means over `step`×`step` pixels. */
export async function readSmall(
  frame: SceneFrame,
  area: RasterWindow,
  { step, signal }: { readonly step: number; readonly signal: AbortSignal | undefined },
): Promise<Float32Array> {
  const shrinker = createShrinker(area, { depth: frame.bands.length, step });
  for (let row = 0; row < area.height; row += STRIP) {
    signal?.throwIfAborted();
    const height = Math.min(STRIP, area.height - row);
    shrinker.add(await readFrame(frame, { ...area, row: area.row + row, height }), row);
  }
  return shrinker.result();
}

/** Model value of reflectance 1; undefined if the bands disagree or are not reflectances. */
export function reflectanceScaleOf({ bands }: Pick<ModelCard, "bands">): number | undefined {
  const scales = new Set(bands.map(bandReflectanceScale));
  return scales.size === 1 ? [...scales][0] : undefined;
}

/** An image in memory as a raster of the model's bands, in the model's units. */
export function rasterOf(
  data: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  card: Pick<ModelCard, "bands">,
): Raster {
  const bands = card.bands.map(({ name }) => normalizeBand(name));
  const reflectanceScale = reflectanceScaleOf(card);
  return { width, height, bands, dtype: "float32", reflectanceScale, data };
}
