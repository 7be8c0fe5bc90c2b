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

/** Adds the bands of one pixel at (row, column) of the scene. */
export function addToCell(
  { columns, sums, counts }: Cells,
  { row, column, values, at, bands }: {
    readonly row: number;
    readonly column: number;
    readonly values: Float32Array;
    readonly at: number;
    readonly bands: number;
  },
): void {
  const cell = Math.floor(row / CELL) * columns + Math.floor(column / CELL);
  counts[cell]!++;
  for (let b = 0; b < bands; b++) sums[cell * bands + b]! += Math.round(values[at + b]! * UNIT);
}

/** Mean of one band of a cell; NaN without a clear pixel. */
export function cellMean(
  { sums, counts }: Cells,
  { cell, band, bands }: { readonly cell: number; readonly band: number; readonly bands: number },
): number {
  return sums[cell * bands + band]! / UNIT / counts[cell]!;
}
