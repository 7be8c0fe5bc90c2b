/**
 * The rows of the sky that are in flight: how much of each pixel is restored, and whether another date
 * shows it.
 *
 * @module
 */

import type { RasterWindow } from "../data/mod.ts";
import { type KeepClearOptions, restoredShares } from "./keep_clear.ts";
import type { MaskSource } from "./scene.ts";
import { cropped, grown, type Size } from "./tiles.ts";

/** Where a sky is looked at. */
export interface SkyRowsOptions extends Required<KeepClearOptions> {
  readonly scene: Size;
  /** Columns that are needed: first and one past the last. */
  readonly columns: readonly [number, number];
  /** Pixels around a pixel that its share depends on. */
  readonly margin: number;
  /** Of the reference. */
  readonly mask: MaskSource;
  /** Of the other dates. */
  readonly others: readonly MaskSource[];
}

interface Chunk {
  readonly first: number;
  readonly rows: number;
  readonly shares: Uint8Array;
  readonly seen: Uint8Array;
}

/** Rows that are looked at together. */
export const SKY_ROWS = 256;
/** Columns that are looked at together. */
const COLUMNS = 1024;

/** The sky over a scene, from its top down. */
export class SkyRows {
  readonly #options: SkyRowsOptions;
  #chunks: readonly Chunk[] = [];

  constructor(options: SkyRowsOptions) {
    this.#options = options;
  }

  /** Rows of the scene that `load(first, last)` looks at: first and one past the last. */
  needs(first: number, last: number): readonly [number, number] {
    const { scene, margin } = this.#options;
    const next = this.#next(first);
    if (next >= last) return [first, last];
    const end = next + Math.ceil((last - next) / SKY_ROWS) * SKY_ROWS;
    return [Math.max(0, next - margin), Math.min(scene.height, end + margin)];
  }

  /** The first row that later calls of `load` look at. */
  get keeps(): number {
    const known = this.#chunks.at(-1);
    return known === undefined ? 0 : known.first + known.rows - this.#options.margin;
  }

  /** Looks at what is missing of the rows [first, last). */
  async load(first: number, last: number): Promise<void> {
    const { scene, columns: [left, right], others } = this.#options;
    for (let row = this.#next(first); row < last; row += SKY_ROWS) {
      const rows = Math.min(SKY_ROWS, scene.height - row);
      const width = right - left;
      const shares = new Uint8Array(rows * width);
      const seen = new Uint8Array(rows * width);
      for (let column = left; column < right; column += COLUMNS) {
        const window = { column, row, width: Math.min(COLUMNS, right - column), height: rows };
        const put = (block: Uint8Array, out: Uint8Array) => {
          for (let y = 0; y < rows; y++) {
            const from = block.subarray(y * window.width, (y + 1) * window.width);
            out.set(from, y * width + column - left);
          }
        };
        const share = await this.#shares(window);
        put(share, shares);
        // Whether other dates show a pixel is asked only where it is restored.
        if (!share.some((value) => value > 0)) continue;
        const clear = new Uint8Array(share.length);
        for (const other of others) {
          const mask = await other.read(window);
          for (let i = 0; i < clear.length; i++) if (mask[i] === 0) clear[i] = 1;
        }
        put(clear, seen);
      }
      this.#chunks = [...this.#chunks, { first: row, rows, shares, seen }];
    }
  }

  async #shares(window: RasterWindow): Promise<Uint8Array> {
    const { scene, mask, dilate, feather } = this.#options;
    const around = grown(window, { scene, margin: dilate });
    const cloudy = await mask.read(around);
    if (!cloudy.some((value) => value !== 0)) {
      return new Uint8Array(window.width * window.height);
    }
    return cropped(restoredShares(cloudy, { ...around, dilate, feather }), around, window);
  }

  #next(first: number): number {
    const known = this.#chunks.at(-1);
    return known === undefined ? first : known.first + known.rows;
  }

  /** Forgets the rows above. */
  drop(before: number): void {
    const kept = this.#chunks.filter(({ first, rows }) => first + rows > before);
    // The last one says where to go on.
    this.#chunks = kept.length > 0 ? kept : this.#chunks.slice(-1);
  }

  /** Shares in 255ths and whether another date is clear, of the columns of a row. */
  row(row: number): { readonly shares: Uint8Array; readonly seen: Uint8Array } {
    const { columns: [left, right] } = this.#options;
    const width = right - left;
    const chunk = this.#chunks.find(({ first, rows }) => row >= first && row < first + rows)!;
    const at = (row - chunk.first) * width;
    return {
      shares: chunk.shares.subarray(at, at + width),
      seen: chunk.seen.subarray(at, at + width),
    };
  }
}
