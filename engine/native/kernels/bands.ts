/** Bands of tile rows that a layer with neighborhood attention works through. @module */

import { type AxisBlocks, penalties } from "../../ops/neighborhood_blocks.ts";

/** Rows of the keys of each window, among the heads of all tokens in tile order. */
export function keyRows(
  { rows, columns, images, heads, high: perBand, height, width }: {
    /** Tile rows per band. */
    readonly high: number;
    readonly rows: AxisBlocks;
    readonly columns: AxisBlocks;
    readonly images: number;
    readonly heads: number;
    readonly height: number;
    readonly width: number;
  },
): Int32Array {
  const { tile, window: high } = rows;
  const { window: wide } = columns;
  const [down, across] = [height / tile, width / tile];
  const out = new Int32Array(images * down * heads * across * high * wide);
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (let first = 0; first < down; first += perBand) {
      for (let head = 0; head < heads; head++) {
        for (let tileOfBand = 0; tileOfBand < perBand * across; tileOfBand++) {
          const block = tileOfBand % across;
          const tileRow = first + Math.floor(tileOfBand / across);
          for (let i = 0; i < high; i++) {
            const y = rows.keyStarts[tileRow]! + i;
            for (let j = 0; j < wide; j++) {
              const x = columns.keyStarts[block]! + j;
              const tileNumber = (image * down + Math.floor(y / tile)) * across +
                Math.floor(x / tile);
              const token = tileNumber * tile * tile + (y % tile) * tile + x % tile;
              out[at++] = token * heads + head;
            }
          }
        }
      }
    }
  }
  return out;
}

/** Tokens of a band at most, so that its working set stays in the cache. */
const BAND_TOKENS = 4096;

/** Tile rows of a band: as many as divide all of them and stay within {@linkcode BAND_TOKENS}. */
export function tileRowsPerBand(down: number, tokensPerRow: number): number {
  let rows = 1;
  for (let i = 2; i <= down; i++) {
    if (down % i === 0 && i * tokensPerRow <= BAND_TOKENS) rows = i;
  }
  return rows;
}

/** Distinct masks of the bands, and the mask of each band: only bands at the borders differ. */
export function maskClasses(
  rows: AxisBlocks,
  columns: AxisBlocks,
  high: number,
): { masks: Float32Array; classOf: readonly number[] } {
  const bands = Array.from(
    { length: rows.sees.length / high },
    (_, i) => rows.sees.slice(i * high, (i + 1) * high),
  );
  const patterns = bands.map((band) => JSON.stringify(band));
  const distinct = [...new Set(patterns)];
  const { tile, window } = rows;
  const across = columns.sees.length;
  const keys = window * columns.window;
  const masks = new Float32Array(distinct.length * high * across * tile * tile * keys);
  let at = 0;
  for (const pattern of distinct) {
    for (const sees of JSON.parse(pattern) as typeof rows.sees) {
      const vertical = penalties([sees]);
      for (let block = 0; block < across; block++) {
        const horizontal = penalties([columns.sees[block]!]);
        for (let query = 0; query < tile * tile; query++) {
          const [y, x] = [Math.floor(query / tile), query % tile];
          for (let i = 0; i < window; i++) {
            for (let j = 0; j < columns.window; j++) {
              masks[at++] = vertical[y * window + i]! + horizontal[x * columns.window + j]!;
            }
          }
        }
      }
    }
  }
  return { masks, classOf: patterns.map((pattern) => distinct.indexOf(pattern)) };
}
