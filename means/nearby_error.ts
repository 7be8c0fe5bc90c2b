/**
 * Smoothed residual (observed − estimated) on the clear ground nearby. Adding it to the estimate removes
 * the border between observed and estimated pixels. Errors are measured on a lattice of the scene's
 * pixels, weighted by distance, and fade to 0 where there is no clear ground.
 *
 * @module
 */

import type { MeanWindow, Region } from "./mean.ts";

/** Standard deviation of the weight by distance, in pixels. */
const SIGMA = 10;
/** Distance between measured pixels. */
const STEP = 3;
/** Largest distance of a pixel that counts. */
export const NEARBY = 3 * SIGMA + STEP;
/** Evidence that the error is 0, in units of clear ground all around. */
const PRIOR = 0.1;
/** Errors of this many times the expected error weigh one half. */
const ROBUST = 3;

/** Measures the error of a pixel: returns its weight, 0 where it cannot be measured. */
export type MeasureError = (
  pixel: { readonly x: number; readonly y: number; readonly out: Float64Array },
) => number;

/** Adds the smoothed error to a pixel of `out`, one of those that are wanted. */
export type AddError = (
  pixel: { readonly row: number; readonly column: number; readonly out: Float64Array },
) => void;

/** Weight of an error: 1 for small errors, 1/2 at ROBUST times the expected one. */
export function errorWeight(error: number, expected: number): number {
  return 1 / (1 + (error / (ROBUST * expected + 1e-9)) ** 2);
}

/**
 * Measures the errors around a region.
 *
 * @param window The window, with `NEARBY` pixels of context around the region or up to the scene.
 * @param options.region Pixels at which the errors are added later, in the scene's rows and columns.
 * @param options.wanted Flags of those pixels of the region, [height, width].
 */
export function nearbyError(
  window: MeanWindow,
  { region, wanted, bands, measure }: {
    readonly region: Region;
    readonly wanted: Uint8Array;
    readonly bands: number;
    readonly measure: MeasureError;
  },
): AddError {
  // Lattice points that the region's bilinear interpolation reads, and those within reach of them.
  const inner = lattice(region, 0);
  const taps = Math.floor(3 * SIGMA / STEP);
  const outer = lattice(region, taps);
  const size = bands + 1;
  const values = new Float64Array(outer.rows * outer.columns * size);
  const line = new Float64Array(bands);
  const read = readPoints(wanted, { region, inner });
  const reached = reachedPoints(read, { inner, taps });
  for (let i = 0; i < outer.rows; i++) {
    const y = (outer.row + i) * STEP - window.row;
    if (y < 0 || y >= window.height) continue;
    for (let j = 0; j < outer.columns; j++) {
      const x = (outer.column + j) * STEP - window.column;
      if (x < 0 || x >= window.width || reached[i * outer.columns + j] === 0) continue;
      const weight = measure({ x, y, out: line });
      if (weight === 0) continue;
      const at = (i * outer.columns + j) * size;
      values[at] = weight;
      for (let b = 0; b < bands; b++) values[at + 1 + b] = weight * line[b]!;
    }
  }
  const kernel = Float64Array.from(
    { length: 2 * taps + 1 },
    (_, k) => Math.exp(-(((k - taps) * STEP / SIGMA) ** 2) / 2),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  kernel.forEach((value, k) => kernel[k] = value / total);
  const across = convolve(values, {
    lines: outer.rows,
    lineStep: outer.columns * size,
    count: inner.columns,
    step: size,
    size,
    kernel,
    outStep: inner.columns * size,
    outEach: size,
    wanted: columnsOf(read, { inner, taps }),
  });
  const smooth = convolve(across, {
    lines: inner.columns,
    lineStep: size,
    count: inner.rows,
    step: inner.columns * size,
    size,
    kernel,
    outStep: size,
    outEach: inner.columns * size,
    wanted: read,
  });
  return ({ row, column, out }) => {
    // Fractions of absolute positions, so that they round alike in every window.
    const top = Math.floor(row / STEP) - inner.row;
    const left = Math.floor(column / STEP) - inner.column;
    const down = row % STEP / STEP;
    const right = column % STEP / STEP;
    const at = (top * inner.columns + left) * size;
    const below = at + inner.columns * size;
    let weight = 0;
    for (let k = 0; k < size; k++) {
      const blend = (1 - down) * ((1 - right) * smooth[at + k]! + right * smooth[at + size + k]!) +
        down * ((1 - right) * smooth[below + k]! + right * smooth[below + size + k]!);
      if (k === 0) weight = blend + PRIOR;
      else out[k - 1]! += blend / weight;
    }
  };
}

/** Points of the inner lattice that the interpolation at the wanted pixels reads. */
function readPoints(
  wanted: Uint8Array,
  { region, inner }: { readonly region: Region; readonly inner: ReturnType<typeof lattice> },
): Uint8Array {
  const read = new Uint8Array(inner.rows * inner.columns);
  for (let y = 0, p = 0; y < region.height; y++) {
    const line = (Math.floor((region.row + y) / STEP) - inner.row) * inner.columns - inner.column;
    for (let x = 0; x < region.width; x++, p++) {
      if (wanted[p] === 0) continue;
      const at = line + Math.floor((region.column + x) / STEP);
      read[at] =
        read[at + 1] =
        read[at + inner.columns] =
        read[at + inner.columns + 1] =
          1;
    }
  }
  return read;
}

/** Points of the outer lattice within reach of those that are read. */
function reachedPoints(
  read: Uint8Array,
  { inner, taps }: { readonly inner: ReturnType<typeof lattice>; readonly taps: number },
): Uint8Array {
  const columns = inner.columns + 2 * taps;
  const down = columnsOf(read, { inner, taps });
  const out = new Uint8Array((inner.rows + 2 * taps) * columns);
  for (let i = 0; i < inner.rows + 2 * taps; i++) {
    for (let j = 0; j < inner.columns; j++) {
      const at = i * columns + j;
      if (down[i * inner.columns + j] !== 0) out.fill(1, at, at + 2 * taps + 1);
    }
  }
  return out;
}

/** Points of the outer rows and inner columns within reach of those that are read, along columns. */
function columnsOf(
  read: Uint8Array,
  { inner, taps }: { readonly inner: ReturnType<typeof lattice>; readonly taps: number },
): Uint8Array {
  const { rows, columns } = inner;
  const out = new Uint8Array((rows + 2 * taps) * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (read[i * columns + j] === 0) continue;
      for (let k = i; k <= i + 2 * taps; k++) out[k * columns + j] = 1;
    }
  }
  return out;
}

/** Lattice points around a region, `more` further on each side. */
function lattice({ row, column, height, width }: Region, more: number) {
  const [top, left] = [Math.floor(row / STEP), Math.floor(column / STEP)];
  const bottom = Math.floor((row + height - 1) / STEP) + 1;
  const right = Math.floor((column + width - 1) / STEP) + 1;
  return {
    row: top - more,
    column: left - more,
    rows: bottom - top + 1 + 2 * more,
    columns: right - left + 1 + 2 * more,
  };
}

/**
 * Convolves `count` points of every line, those that are wanted; the input has kernel/2 more at each
 * end.
 */
function convolve(
  values: Float64Array,
  { lines, lineStep, count, step, size, kernel, outStep, outEach, wanted }: {
    readonly lines: number;
    readonly lineStep: number;
    readonly count: number;
    readonly step: number;
    readonly size: number;
    readonly kernel: Float64Array;
    readonly outStep: number;
    readonly outEach: number;
    /** Flags of the points, in the order of the result. */
    readonly wanted: Uint8Array;
  },
): Float64Array {
  const out = new Float64Array(lines * count * size);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < count; i++) {
      const to = line * outStep + i * outEach;
      if (wanted[to / size] === 0) continue;
      for (let k = 0; k < kernel.length; k++) {
        const from = line * lineStep + (i + k) * step;
        if (values[from] === 0) continue;
        const weight = kernel[k]!;
        for (let s = 0; s < size; s++) out[to + s]! += weight * values[from + s]!;
      }
    }
  }
  return out;
}
