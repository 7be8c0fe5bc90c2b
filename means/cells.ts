/**
 * Sums of clear ground over square cells of the scene: the far surroundings of pixels that no date
 * shows. Values are added as integers, so the sums are exact and do not depend on the order.
 *
 * @module
 */

import type { MeanScene } from "./mean.ts";

/** Side of a cell in pixels. */
export const CELL = 32;

/** Fixed-point unit of the sums: exact in float64 for |value| < 2²³ of a cell of 2¹⁰ pixels. */
const UNIT = 2 ** 20;

/** Clear ground of one date by cells, [rows, columns]. */
export interface Cells {
  /** Rows of cells. */
  readonly rows: number;
  /** Columns of cells. */
  readonly columns: number;
  /** Sum of the clear values of each cell and band in units of 2⁻²⁰, [rows, columns, bands]. */
  readonly sums: Float64Array;
  /** Clear pixels of each cell, [rows, columns]. */
  readonly counts: Uint16Array;
}

/** Cells of a scene without clear ground. */
export function emptyCells({ width, height, bands }: MeanScene): Cells {
  const [rows, columns] = [Math.ceil(height / CELL), Math.ceil(width / CELL)];
  return {
    rows,
    columns,
    sums: new Float64Array(rows * columns * bands),
    counts: new Uint16Array(rows * columns),
  };
}

/**
 * Adds the clear pixels of a line of pixels of the scene that starts at (row, column).
 *
 * @param options.clear Flag of each pixel of the line from index `at` on.
 * @param options.values Bands of each pixel of the line from index `at · bands` on.
 * @returns Number of clear pixels.
 */
export function addToCells(
  { columns, sums, counts }: Cells,
  { row, column, count, clear, values, at, bands }: {
    readonly row: number;
    readonly column: number;
    readonly count: number;
    readonly clear: Uint8Array;
    readonly values: Float32Array;
    readonly at: number;
    readonly bands: number;
  },
): number {
  const line = Math.floor(row / CELL) * columns;
  let total = 0;
  for (let x = 0; x < count;) {
    const cell = line + Math.floor((column + x) / CELL);
    const end = Math.min(count, x + CELL - (column + x) % CELL);
    const to = cell * bands;
    let found = 0;
    for (; x < end; x++) {
      if (clear[at + x] === 0) continue;
      found++;
      for (let b = 0, from = (at + x) * bands; b < bands; b++) {
        sums[to + b]! += Math.round(values[from + b]! * UNIT);
      }
    }
    counts[cell]! += found;
    total += found;
  }
  return total;
}

/** Mean of one band of a cell; NaN without a clear pixel. */
export function cellMean(
  { sums, counts }: Cells,
  { cell, band, bands }: { readonly cell: number; readonly band: number; readonly bands: number },
): number {
  return sums[cell * bands + band]! / UNIT / counts[cell]!;
}
