/**
 * The rows of the sky that are in flight: how much of each pixel is restored, whether another date
 * shows it, and where the dates' clouds are.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { type KeepClearOptions, restoredShares } from "../keep_clear.ts";
import type { MaskSource } from "../scene.ts";
import { cropped, grown, type Size } from "./tiles.ts";

/** Where a sky is looked at. */
export interface SkyRowsOptions extends Required<KeepClearOptions> {
  readonly scene: Size;
  /** Columns that are needed: first and one past the last. */
  readonly columns: readonly [number, number];
  /** Pixels around a pixel that its share depends on. */
  readonly margin: number;
  /** Of the dates, the reference's always. */
  readonly masks: readonly (MaskSource | undefined)[];
  readonly reference: number;
  /** Whether the dates' classes are kept. */
  readonly hides: boolean;
}

interface Chunk {
  readonly first: number;
  readonly rows: number;
  readonly shares: Uint8Array;
  readonly seen: Uint8Array;
  /** Of each date, where they are kept. */
  readonly classes: readonly (Uint8Array | undefined)[];
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
    const { scene, columns: [left, right], masks, reference, hides } = this.#options;
    for (let row = this.#next(first); row < last; row += SKY_ROWS) {
      const rows = Math.min(SKY_ROWS, scene.height - row);
      const width = right - left;
      const shares = new Uint8Array(rows * width);
      const seen = new Uint8Array(rows * width);
      const classes = masks.map((mask) =>
        hides && mask !== undefined ? new Uint8Array(rows * width) : undefined
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
        // Where nothing is restored, whether other dates show a pixel is not asked.
        const restores = share.some((value) => value > 0);
        const clear = new Uint8Array(share.length);
        for (const [l, mask] of masks.entries()) {
          if (mask === undefined || !(hides || (restores && l !== reference))) continue;
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

  /** The reference's shares, and its classes. */
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

  /** Forgets the rows above. */
  drop(before: number): void {
    const kept = this.#chunks.filter(({ first, rows }) => first + rows > before);
    // The last one says where to go on.
    this.#chunks = kept.length > 0 ? kept : this.#chunks.slice(-1);
  }

  /** Shares in 255ths and whether another date is clear, of the columns of a row. */
  row(row: number): { readonly shares: Uint8Array; readonly seen: Uint8Array } {
    const { chunk, at, width } = this.#at(row);
    return {
      shares: chunk.shares.subarray(at, at + width),
      seen: chunk.seen.subarray(at, at + width),
    };
  }

  /** The classes of a date in the columns of a row; undefined where they are not kept. */
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
