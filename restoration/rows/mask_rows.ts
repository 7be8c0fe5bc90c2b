/**
 * Sliding window over the cloud masks: the blend weight of each pixel, whether another date is clear
 * there, and the mask of every date.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { type KeepClearOptions, restoredShares } from "../keep_clear.ts";
import type { MaskSource } from "../scene.ts";
import { cropped, grown, type Size } from "./tiles.ts";

/** Options of {@linkcode MaskRows}. */
export interface MaskRowsOptions extends Required<KeepClearOptions> {
  readonly scene: Size;
  /** Columns of the window: first and one past the last. */
  readonly columns: readonly [number, number];
  /** Pixels of context that the share of a pixel depends on. */
  readonly margin: number;
  /** Masks of the dates; the reference always has one. */
  readonly masks: readonly (MaskSource | undefined)[];
  readonly reference: number;
  /** Keeps the mask classes of every date. */
  readonly keepClasses: boolean;
}

/** Rows read together; arrays are [rows, columns]. */
interface Chunk {
  readonly first: number;
  readonly rows: number;
  readonly shares: Uint8Array;
  readonly seen: Uint8Array;
  /** Of each date, if they are kept. */
  readonly classes: readonly (Uint8Array | undefined)[];
}

/** Rows per chunk. */
export const MASK_ROWS = 256;
/** Columns per mask window. */
const COLUMNS = 1024;

/** Cloud masks of a scene, from top to bottom. */
export class MaskRows {
  readonly #options: MaskRowsOptions;
  #chunks: readonly Chunk[] = [];

  constructor(options: MaskRowsOptions) {
    this.#options = options;
  }

  /** Rows of the scene that `load(first, last)` reads: first and one past the last. */
  needs(first: number, last: number): readonly [number, number] {
    const { scene, margin } = this.#options;
    const next = this.#next(first);
    if (next >= last) return [first, last];
    const end = next + Math.ceil((last - next) / MASK_ROWS) * MASK_ROWS;
    return [Math.max(0, next - margin), Math.min(scene.height, end + margin)];
  }

  /** First row that later calls of `load` read. */
  get keeps(): number {
    const known = this.#chunks.at(-1);
    return known === undefined ? 0 : known.first + known.rows - this.#options.margin;
  }

  /** Reads the masks of the rows [first, last) that are not in the window yet. */
  async load(first: number, last: number): Promise<void> {
    const { scene, columns: [left, right], masks, reference, keepClasses } = this.#options;
    for (let row = this.#next(first); row < last; row += MASK_ROWS) {
      const rows = Math.min(MASK_ROWS, scene.height - row);
      const width = right - left;
      const shares = new Uint8Array(rows * width);
      const seen = new Uint8Array(rows * width);
      const classes = masks.map((mask) =>
        keepClasses && mask !== undefined ? new Uint8Array(rows * width) : undefined
      );
      for (let column = left; column < right; column += COLUMNS) {
        const window = { column, row, width: Math.min(COLUMNS, right - column), height: rows };
        const put = (block: Uint8Array, out: Uint8Array) => {
          for (let y = 0; y < rows; y++) {
            const from = block.subarray(y * window.width, (y + 1) * window.width);
            out.set(from, y * width + column - left);
          }
        };
        const { share, own } = await this.#reference(window);
        put(share, shares);
        // Other dates matter only where something is restored.
        const restores = share.some((value) => value > 0);
        const clear = new Uint8Array(share.length);
        for (const [l, mask] of masks.entries()) {
          if (mask === undefined || !(keepClasses || (restores && l !== reference))) continue;
          const found = l === reference ? own : await mask.read(window);
          if (classes[l] !== undefined) put(found, classes[l]);
          if (l === reference || !restores) continue;
          for (let i = 0; i < clear.length; i++) if (found[i] === 0) clear[i] = 1;
        }
        put(clear, seen);
      }
      this.#chunks = [...this.#chunks, { first: row, rows, shares, seen, classes }];
    }
  }

  /** Shares and classes of the reference. */
  async #reference(
    window: RasterWindow,
  ): Promise<{ readonly share: Uint8Array; readonly own: Uint8Array }> {
    const { scene, masks, reference, dilate, feather } = this.#options;
    const around = grown(window, { scene, margin: dilate });
    const cloudy = await masks[reference]!.read(around);
    if (!cloudy.some((value) => value !== 0)) {
      const none = new Uint8Array(window.width * window.height);
      return { share: none, own: none };
    }
    const share = restoredShares(cloudy, { ...around, dilate, feather });
    return { share: cropped(share, around, window), own: cropped(cloudy, around, window) };
  }

  #next(first: number): number {
    const known = this.#chunks.at(-1);
    return known === undefined ? first : known.first + known.rows;
  }

  /** Drops the rows above `before`. */
  drop(before: number): void {
    const kept = this.#chunks.filter(({ first, rows }) => first + rows > before);
    // The last chunk marks where to continue.
    this.#chunks = kept.length > 0 ? kept : this.#chunks.slice(-1);
  }

  /** Restored shares in 255ths, and 1 where another date is clear, for the columns of a row. */
  row(row: number): { readonly shares: Uint8Array; readonly seen: Uint8Array } {
    const { chunk, at, width } = this.#at(row);
    return {
      shares: chunk.shares.subarray(at, at + width),
      seen: chunk.seen.subarray(at, at + width),
    };
  }

  /** Mask classes of a date for the columns of a row; undefined if they are not kept. */
  classes(date: number, row: number): Uint8Array | undefined {
    const { chunk, at, width } = this.#at(row);
    return chunk.classes[date]?.subarray(at, at + width);
  }

  #at(row: number): { readonly chunk: Chunk; readonly at: number; readonly width: number } {
    const { columns: [left, right] } = this.#options;
    const width = right - left;
    const chunk = this.#chunks.find(({ first, rows }) => row >= first && row < first + rows)!;
    return { chunk, at: (row - chunk.first) * width, width };
  }
}
