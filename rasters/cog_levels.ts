/**
 * The resolutions of a Cloud-Optimized GeoTIFF. Each takes rows and yields tiles, and rows of half
 * the size for the next overview.
 *
 * @module
 */

import { type PixelArray, pixelArray } from "../core/mod.ts";
import type { Spool } from "./cog_spool.ts";
import { halveRows, type Resampling } from "./overview.ts";
import type { TilePool } from "./tiff_pool.ts";
import type { TileShape } from "./tiff_tile.ts";

/** Size of one resolution in pixels. */
export interface LevelSize {
  readonly width: number;
  readonly height: number;
}

/** Sizes of the full resolution and its overviews, halved until one tile holds the image. */
export function levelSizes({ width, height }: LevelSize, side: number): readonly LevelSize[] {
  const sizes = [{ width, height }];
  for (let size = sizes[0]!; Math.max(size.width, size.height) > side;) {
    size = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
    sizes.push(size);
  }
  return sizes;
}

/** Options of a {@linkcode Level}. */
export interface LevelOptions {
  readonly size: LevelSize;
  readonly tile: TileShape;
  readonly nodata: number | undefined;
  readonly resampling: Resampling;
  readonly pool: TilePool;
  readonly spool: Spool;
  /** The next overview; undefined for the last. */
  readonly next: Level | undefined;
  /** Strips that are filled in turn: with 2, rows arrive while a strip is being compressed. */
  readonly strips: 1 | 2;
}

/** One resolution of an image: collects rows until they fill a row of tiles. */
export class Level {
  readonly #options: LevelOptions;
  /** Samples of one row of pixels. */
  readonly #row: number;
  readonly #strips: PixelArray[] = [];
  #turn = 0;
  /** Rows in the strip that is being filled. */
  #filled = 0;
  /** Rows of the strips above it. */
  #done = 0;
  #flushed: Promise<void> = Promise.resolve();

  constructor(options: LevelOptions) {
    this.#options = options;
    this.#row = options.size.width * options.tile.bands;
  }

  /** Rows of the strip that is being filled, when full. */
  get #height(): number {
    return Math.min(this.#options.tile.side, this.#options.size.height - this.#done);
  }

  /** Memory for the next rows; empty when the level is complete. */
  space(): PixelArray {
    const { tile: { side, dtype }, size } = this.#options;
    const strip = this.#strips[this.#turn] ??= pixelArray(
      dtype,
      Math.min(side, size.height) * this.#row,
    );
    return strip.subarray(this.#filled * this.#row, this.#height * this.#row);
  }

  /**
   * Counts rows that were written into {@linkcode space}, and compresses the strip if it is full.
   */
  async advance(rows: number): Promise<void> {
    this.#filled += rows;
    if (this.#filled < this.#height) return;
    await this.#flushed;
    this.#flushed = this.#flush(this.#strips[this.#turn]!, this.#filled);
    // The next call, or finish(), throws its error.
    this.#flushed.catch(() => {});
    this.#done += this.#filled;
    this.#filled = 0;
    this.#turn = (this.#turn + 1) % this.#options.strips;
    if (this.#options.strips === 1) await this.#flushed;
  }

  /** Waits until this level and its overviews are written. */
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

  /** Copies a tile out of a strip; beyond the image its last row and column are repeated. */
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
