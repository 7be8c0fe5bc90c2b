/**
 * Smooth fill: the clear pixels of the reference spread into its clouds, without any other date.
 *
 * Pull-push (Gortler et al. 1996): means of the known pixels on ever coarser grids, then from coarse to
 * fine each unknown pixel from the coarser grid. Jacobi steps of Laplace's equation remove its blocks.
 *
 * @module
 */

import { pixelArray, type Raster } from "../../core/mod.ts";
import { missingValues } from "../missing_values.ts";

/** Steps of Laplace's equation after pull-push. */
const STEPS = 200;

/** One band with known pixels, or a coarser grid of it. */
interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** Known share of a pixel, in [0, 1]. */
  readonly weights: Float32Array;
}

/** Means of 2×2 pixels, weighted by their known shares. */
function coarser({ width, height, values, weights }: Grid): Grid {
  const [columns, rows] = [(width + 1) >> 1, (height + 1) >> 1];
  const sums = new Float32Array(columns * rows);
  const known = new Float32Array(columns * rows);
  for (let i = 0; i < values.length; i++) {
    const to = (Math.floor(i / width) >> 1) * columns + ((i % width) >> 1);
    sums[to]! += values[i]! * weights[i]!;
    known[to]! += weights[i]!;
  }
  return {
    width: columns,
    height: rows,
    values: sums.map((sum, i) => known[i] === 0 ? 0 : sum / known[i]!),
    weights: known.map((sum) => Math.min(1, sum)),
  };
}

/** Bilinear value of a grid at a pixel of the next finer one. */
function between({ width, height, values }: Grid, x: number, y: number): number {
  const [u, v] = [(x - 0.5) / 2, (y - 0.5) / 2];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const at = (column: number, row: number) =>
    values[
      Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1)
    ]!;
  const [a, b] = [u - left, v - top];
  return (1 - b) * ((1 - a) * at(left, top) + a * at(left + 1, top)) +
    b * ((1 - a) * at(left, top + 1) + a * at(left + 1, top + 1));
}

/** Fills the unknown part of every pixel, from the coarsest grid down. */
function pullPush(grid: Grid): Float32Array {
  const { width, height, values, weights } = grid;
  if (width === 1 && height === 1) return values;
  const next = coarser(grid);
  const above = { ...next, values: pullPush(next) };
  return values.map((value, i) => {
    const weight = weights[i]!;
    return weight === 1
      ? value
      : weight * value + (1 - weight) * between(above, i % width, Math.floor(i / width));
  });
}

/** Moves unknown pixels towards the mean of their neighbours; the border mirrors. */
function relax({ width, height, weights }: Grid, given: Float32Array): Float32Array {
  const unknown = Uint32Array.from(weights.keys().filter((i) => weights[i] === 0));
  let values = Float32Array.from(given);
  let next = Float32Array.from(given);
  for (let step = 0; step < STEPS; step++) {
    for (const i of unknown) {
      const x = i % width;
      const left = values[x > 0 ? i - 1 : i]!;
      const right = values[x + 1 < width ? i + 1 : i]!;
      const above = values[i >= width ? i - width : i]!;
      const below = values[i < (height - 1) * width ? i + width : i]!;
      next[i] = (left + right + above + below) / 4;
    }
    [values, next] = [next, values];
  }
  return values;
}

/**
 * Fills the hidden pixels of the reference from its clear ones. A band without a clear pixel stays as
 * it is.
 *
 * @param mask [height, width], not 0 under cloud or shadow.
 * @throws {TypeError} If the mask has another size.
 */
export function smoothFill(raster: Raster, mask: Uint8Array): Raster {
  const { width, height, dtype, bands: { length: depth } } = raster;
  if (mask.length !== width * height) {
    throw new TypeError(
      `Cannot fill: there must be a mask of ${width * height} pixels, got ${mask.length}`,
    );
  }
  const missing = missingValues(raster);
  const data = pixelArray(dtype, raster.data.length);
  data.set(raster.data);
  const whole = !dtype.startsWith("float");
  for (let b = 0; b < depth; b++) {
    const weights = Float32Array.from(
      mask,
      (value, i) => value === 0 && missing?.[i * depth + b] !== 1 ? 1 : 0,
    );
    if (!weights.includes(1)) continue;
    const values = weights.map((weight, i) => weight === 0 ? 0 : raster.data[i * depth + b]!);
    const grid = { width, height, values, weights };
    const filled = relax(grid, pullPush(grid));
    for (let i = 0; i < filled.length; i++) {
      if (weights[i] === 0) data[i * depth + b] = whole ? Math.round(filled[i]!) : filled[i]!;
    }
  }
  return { ...raster, data };
}
