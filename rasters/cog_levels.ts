/**
 * The resolutions of a Cloud-Optimized GeoTIFF: rows in, tiles and rows of half the size out.
 *
 * @module
 */

import { type PixelArray, pixelArray } from "../core/mod.ts";
import type { Spool } from "./cog_spool.ts";
import { halveRows, type Resampling } from "./overview.ts";
import type { TilePool } from "./tiff_pool.ts";
import type { TileShape } from "./tiff_tile.ts";

/** Columns and rows of one resolution. */
export interface LevelSize {
  readonly width: number;
  readonly height: number;
}

/** Full resolution and its overviews, halved until one tile holds the image. */
export function levelSizes({ width, height }: LevelSize, side: number): readonly LevelSize[] {
  const sizes = [{ width, height }];
  for (let size = sizes[0]!; Math.max(size.width, size.height) > side;) {
    size = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
    sizes.push(size);
  }
  return sizes;
}

/** What a {@linkcode Level} consists of. */
export interface LevelOptions {
  readonly size: LevelSize;
  readonly tile: TileShape;
  readonly nodata: number | undefined;
  readonly resampling: Resampling;
  readonly pool: TilePool;
  readonly spool: Spool;
  /** The next overview; none after the last. */
  readonly next: Level | undefined;
  /** Strips to fill in turn: with 2, rows go on arriving while a strip is compressed. */
  readonly strips: 1 | 2;
}

/** One resolution of an image: gathers rows until they make a row of tiles. */
export class Level {
  readonly #options: LevelOptions;
  /** Samples of one row of pixels. */
  readonly #row: number;
  readonly #strips: PixelArray[] = [];
  #turn = 0;
  /** Rows in the strip that is filled. */
  #filled = 0;
  /** Rows of the strips before it. */
  #done = 0;
  #flushed: Promise<void> = Promise.resolve();

  constructor(options: LevelOptions) {
    this.#options = options;
    this.#row = options.size.width * options.tile.bands;
  }

  /** Rows that the present strip takes. */
  get #height(): number {
    return Math.min(this.#options.tile.side, this.#options.size.height - this.#done);
  }

  /** Where the next rows belong; empty when all were added. */
  space(): PixelArray {
    const { tile: { side, dtype }, size } = this.#options;
    const strip = this.#strips[this.#turn] ??= pixelArray(
      dtype,
      Math.min(side, size.height) * this.#row,
    );
    return strip.subarray(this.#filled * this.#row, this.#height * this.#row);
  }

  /** Counts rows that were put into {@linkcode space}, and compresses them if the strip is full. */
  async advance(rows: number): Promise<void> {
    this.#filled += rows;
    if (this.#filled < this.#height) return;
    await this.#flushed;
    this.#flushed = this.#flush(this.#strips[this.#turn]!, this.#filled);
    // Its error is thrown by the next call, or by finish().
    this.#flushed.catch(() => {});
    this.#done += this.#filled;
    this.#filled = 0;
    this.#turn = (this.#turn + 1) % this.#options.strips;
    if (this.#options.strips === 1) await this.#flushed;
  }

  /** Waits until everything of this level and of its overviews is written. */
  async finish(): Promise<void> {
    await this.#flushed;
    await this.#options.spool.finish();
    await this.#options.next?.finish();
  }

  async #flush(strip: PixelArray, rows: number): Promise<void> {
    const { tile: { side, bands }, size: { width }, pool, spool, next } = this.#options;
    for (let column = 0; column < width; column += side) {
      const tile = await pool.take();
      this.#fill(tile, { strip, column, rows });
      spool.append(pool.encode(tile));
    }
    if (next === undefined) return;
    const { nodata, resampling } = this.#options;
    halveRows(strip, next.space(), { rows, width, bands, nodata, resampling });
    await next.advance(Math.ceil(rows / 2));
  }

  /** Copies a tile out of a strip; beyond the image its last row and column go on. */
  #fill(
    tile: PixelArray,
    { strip, column, rows }: {
      readonly strip: PixelArray;
      readonly column: number;
      readonly rows: number;
    },
  ): void {
    const { tile: { side, bands }, size: { width } } = this.#options;
    const columns = Math.min(side, width - column);
    for (let y = 0; y < side; y++) {
      const from = (Math.min(y, rows - 1) * width + column) * bands;
      tile.set(strip.subarray(from, from + columns * bands), y * side * bands);
      const last = (y * side + columns - 1) * bands;
      for (let x = columns; x < side; x++) {
        tile.copyWithin((y * side + x) * bands, last, last + bands);
      }
    }
  }
}
