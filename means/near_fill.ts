/**
 * Fill of pixels that no date shows, from what is known around them: averages over cells of 2, 4, 8
 * and 16 pixels, interpolated, and the coarse estimate of the scene further away. The cells lie on
 * the scene's own grid, so the fill does not depend on the window.
 *
 * @module
 */

import type { Region } from "./mean.ts";
import { CELL } from "./cells.ts";
import type { FarGround } from "./composite_plan.ts";
import { interpolate } from "./far_ground.ts";

/**
 * Largest distance, in pixels, of a known pixel that a filled one depends on: interpolation reaches one
 * cell of each scale, 2 + 4 + 8 + 16, the relaxed scale a neighbour further, and half a cell.
 */
export const FILL_REACH = 54;

/** One scale of the fill. */
interface Level {
  /** Side of a cell in pixels. */
  readonly side: number;
  /** First row of cells. */
  readonly row: number;
  /** First column of cells. */
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array | Float32Array;
  /** Evidence of each cell, in [0, 1]. */
  readonly trust: Float64Array | Uint8Array;
}

/**
 * Fills pixels.
 *
 * @param image [height, width, bands] of `region`; unknown pixels are overwritten where `wanted`.
 * @param options.known 1 for pixels whose values count.
 * @param options.wanted 1 for pixels to fill; at least `FILL_REACH` from the region's edges, or from
 *   there to the edge of the scene.
 */
export function fillFromNearby(
  image: Float32Array,
  { region, known, wanted, bands, far }: {
    readonly region: Region;
    readonly known: Uint8Array;
    readonly wanted: Uint8Array;
    readonly bands: number;
    readonly far: FarGround;
  },
): void {
  let level: Level = {
    side: 1,
    row: region.row,
    column: region.column,
    rows: region.height,
    columns: region.width,
    values: image,
    trust: known,
  };
  const levels: Level[] = [];
  while (2 * level.side < CELL) levels.push(level = pull(level, bands));
  let coarse: Level = {
    side: CELL,
    row: 0,
    column: 0,
    rows: far.rows,
    columns: far.columns,
    values: far.values,
    trust: new Float64Array(0),
  };
  for (const finer of levels.toReversed()) {
    push(finer, coarse, bands);
    if (coarse.side === CELL) relax(finer, bands);
    coarse = finer;
  }
  const line = new Float64Array(bands);
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === 0) continue;
    const y = region.row + Math.floor(i / region.width);
    const x = region.column + i % region.width;
    at(coarse, { y: y + 0.5, x: x + 0.5, bands, out: line });
    for (let b = 0; b < bands; b++) image[i * bands + b] = line[b]!;
  }
}

/** Averages the known values of 2 × 2 cells. */
function pull(fine: Level, bands: number): Level {
  const side = 2 * fine.side;
  const [row, column] = [Math.floor(fine.row / 2), Math.floor(fine.column / 2)];
  const rows = Math.floor((fine.row + fine.rows - 1) / 2) - row + 1;
  const columns = Math.floor((fine.column + fine.columns - 1) / 2) - column + 1;
  const values = new Float64Array(rows * columns * bands);
  const trust = new Float64Array(rows * columns);
  for (let i = 0; i < fine.trust.length; i++) {
    const t = fine.trust[i]!;
    if (t === 0) continue;
    const line = Math.floor(i / fine.columns);
    const y = ((fine.row + line) >> 1) - row;
    const x = ((fine.column + i - line * fine.columns) >> 1) - column;
    const to = y * columns + x;
    trust[to]! += t;
    for (let b = 0; b < bands; b++) values[to * bands + b]! += t * fine.values[i * bands + b]!;
  }
  for (let to = 0; to < trust.length; to++) {
    if (trust[to] === 0) continue;
    for (let b = 0; b < bands; b++) values[to * bands + b]! /= trust[to]!;
    trust[to] = Math.min(1, trust[to]!);
  }
  return { side, row, column, rows, columns, values, trust };
}

/** Completes the values of a level, in place, from the next coarser one. */
function push(fine: Level, coarse: Level, bands: number): void {
  const line = new Float64Array(bands);
  for (let i = 0; i < fine.trust.length; i++) {
    const t = fine.trust[i]!;
    if (t === 1) continue;
    const y = (fine.row + Math.floor(i / fine.columns) + 0.5) * fine.side;
    const x = (fine.column + i % fine.columns + 0.5) * fine.side;
    at(coarse, { y, x, bands, out: line });
    for (let b = 0, k = i * bands; b < bands; b++, k++) {
      fine.values[k] = t * fine.values[k]! + (1 - t) * line[b]!;
    }
  }
}

/**
 * One step towards a harmonic surface: unknown cells become the average of their four neighbours. The
 * coarse estimate is of other cells and dates, and known surroundings are better where they are near.
 */
function relax(level: Level, bands: number): void {
  const { rows, columns, trust, values } = level;
  const before = values.slice();
  for (let i = 0; i < trust.length; i++) {
    if (trust[i] === 1) continue;
    const [y, x] = [Math.floor(i / columns), i % columns];
    const up = y > 0 ? i - columns : i;
    const down = y < rows - 1 ? i + columns : i;
    const left = x > 0 ? i - 1 : i;
    const right = x < columns - 1 ? i + 1 : i;
    for (let b = 0; b < bands; b++) {
      const sum = before[up * bands + b]! + before[down * bands + b]! + before[left * bands + b]! +
        before[right * bands + b]!;
      values[i * bands + b] = sum / 4;
    }
  }
}

/** Bilinear value of a level at a position of the scene. */
function at(
  { side, row, column, rows, columns, values }: Level,
  { y, x, bands, out }: {
    readonly y: number;
    readonly x: number;
    readonly bands: number;
    readonly out: Float64Array;
  },
): void {
  interpolate(values, {
    rows,
    columns,
    bands,
    row: y / side - 0.5 - row,
    column: x / side - 0.5 - column,
    out,
  });
}
