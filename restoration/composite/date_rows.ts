/**
 * Sliding window over the rows of all dates and their masks, from which windows are cut.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import type { Size } from "../rows/tiles.ts";
import type { MaskSource, Scene } from "../scene.ts";
import type { ClassStore } from "./class_store.ts";
import type { MeanWindow } from "../../means/mod.ts";

/** Rows and columns of a block of masks; blocks lie on the scene's own grid. */
export const MASK_BLOCK = { rows: 256, columns: 1024 } as const;

/** Mask classes of all dates in the rows of a row of blocks. */
interface Chunk {
  readonly first: number;
  readonly rows: number;
  /** Classes [rows, columns] of each date that is read. */
  readonly classes: readonly (Uint8Array | undefined)[];
}

/** Rows of several dates, from the top of the scene to its bottom. */
export class DateRows {
  /** Rows of each date. */
  readonly frames: readonly FrameRows[];
  readonly #scene: Scene;
  readonly #masks: readonly (MaskSource | undefined)[];
  readonly #store: ClassStore;
  readonly #margin: number;
  readonly #comparesDates: boolean;
  readonly #reads: (date: number) => boolean;
  readonly #columns: readonly [number, number];
  #chunks: readonly Chunk[] = [];
  /** Memory of the values of each date in the last window. */
  readonly #memory: (Float32Array | undefined)[] = [];

  /**
   * @param columns Columns of the scene that windows are cut from: first and one past the last.
   * @param dates Indices of the dates that are read. Default all.
   * @param store Takes the classes of whole rows, and gives back those that it has.
   */
  constructor(scene: Scene, { masks, columns: [left, right], dates, store }: {
    readonly masks: SceneMasks;
    readonly columns: readonly [number, number];
    readonly dates?: readonly number[];
    readonly store: ClassStore;
  }) {
    const { width } = scene.grid;
    this.#scene = scene;
    this.#store = store;
    this.#reads = (date) => dates?.includes(date) ?? true;
    this.#margin = masks.margin;
    this.#comparesDates = masks.comparesDates ?? false;
    this.#columns = [left, right];
    const around = [
      Math.max(0, left - masks.margin),
      Math.min(width, right + masks.margin),
    ] as const;
    this.frames = scene.frames.map((frame) => new FrameRows(frame, around));
    this.#masks = masks.open(this.frames, dates);
  }

  /** Reads the rows [first, last) of the scene that are not in the window yet. */
  async load(first: number, last: number): Promise<void> {
    const { height } = this.#scene.grid;
    const known = this.#chunks.at(-1);
    const next = known === undefined
      ? Math.floor(first / MASK_BLOCK.rows) * MASK_BLOCK.rows
      : known.first + known.rows;
    for (let row = next; row < last; row += MASK_BLOCK.rows) {
      const rows = Math.min(MASK_BLOCK.rows, height - row);
      const classes: (Uint8Array | undefined)[] = [];
      // Masks that are known need no pixels around the rows; one that isn't may compare all dates.
      const isFound = (l: number) => this.#reads(l) && !this.#store.has(l, row);
      const needsAll = this.#comparesDates && [...this.frames.keys()].some(isFound);
      for (const [l, frame] of this.frames.entries()) {
        if (!needsAll && !isFound(l)) continue;
        const margin = this.#margin;
        await frame.load(Math.max(0, row - margin), Math.min(height, row + rows + margin));
      }
      for (const l of this.frames.keys()) {
        classes.push(this.#reads(l) ? await this.#known(l, { row, rows }) : undefined);
      }
      this.#chunks = [...this.#chunks, { first: row, rows, classes }];
    }
    for (const [l, frame] of this.frames.entries()) {
      if (this.#reads(l)) await frame.load(first, Math.min(last, height));
    }
  }

  /** Classes of a date in a row of blocks, computed at most once. */
  async #known(
    date: number,
    { row, rows }: { readonly row: number; readonly rows: number },
  ): Promise<Uint8Array> {
    const [left, right] = this.#columns;
    const { width } = this.#scene.grid;
    if (!this.#store.has(date, row)) {
      const classes = await this.#classes(this.#masks[date], { row, rows });
      if (right - left === width) await this.#store.put(date, row, classes);
      return classes;
    }
    const whole = await this.#store.get(date, row);
    const out = new Uint8Array(rows * (right - left));
    for (let y = 0; y < rows && whole !== undefined; y++) {
      out.set(whole.subarray(y * width + left, y * width + right), y * (right - left));
    }
    return out;
  }

  /** Classes of a date in a row of blocks; clear without a mask. */
  async #classes(
    mask: MaskSource | undefined,
    { row, rows }: { readonly row: number; readonly rows: number },
  ): Promise<Uint8Array> {
    const [left, right] = this.#columns;
    const width = right - left;
    const out = new Uint8Array(rows * width);
    if (mask === undefined) return out;
    const { columns } = MASK_BLOCK;
    const blocks: RasterWindow[] = [];
    for (let column = left; column < right;) {
      const end = Math.min(right, (Math.floor(column / columns) + 1) * columns);
      blocks.push({ column, row, width: end - column, height: rows });
      column = end;
    }
    // Threads may compare several blocks at once.
    await Promise.all(blocks.map(async (block) => {
      const found = await mask.read(block);
      for (let y = 0; y < rows; y++) {
        const line = found.subarray(y * block.width, (y + 1) * block.width);
        out.set(line, y * width + block.column - left);
      }
    }));
    return out;
  }

  /** Drops the rows above `before`. */
  drop(before: number): void {
    const kept = this.#chunks.filter(({ first, rows }) => first + rows > before);
    // The last chunk marks where to continue.
    this.#chunks = kept.length > 0 ? kept : this.#chunks.slice(-1);
    const known = this.#chunks.at(-1);
    const next = known === undefined ? before : known.first + known.rows - this.#margin;
    for (const frame of this.frames) frame.drop(Math.min(before, next));
  }

  /** Mask classes of a date in a window inside the loaded rows and columns. */
  classes(date: number, { column, row, width, height }: RasterWindow): Uint8Array {
    const [left, right] = this.#columns;
    const out = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const chunk = this.#chunks.find(({ first, rows }) =>
        row + y >= first && row + y < first + rows
      )!;
      const at = (row + y - chunk.first) * (right - left) + column - left;
      out.set(chunk.classes[date]!.subarray(at, at + width), y * width);
    }
    return out;
  }

  /**
   * Cuts a window. Its values are valid until the next one is cut: new memory for each costs more than
   * filling it.
   *
   * @param dates Dates that the window has; others are undefined. Default all that are read.
   * @param memory Memory of the values of each date, which is taken or replaced. Default its own.
   */
  cut(
    window: RasterWindow,
    dates?: readonly number[],
    memory: (Float32Array | undefined)[] = this.#memory,
  ): MeanWindow {
    const of = <T>(value: (date: number) => T) =>
      this.frames.map((_, l) =>
        this.#reads(l) && dates?.includes(l) !== false ? value(l) : undefined
      );
    return {
      ...window,
      frames: of((l) => this.#values(l, window, memory)),
      masks: of((l) => this.classes(l, window)),
    };
  }

  #values(
    date: number,
    window: RasterWindow,
    memory: (Float32Array | undefined)[],
  ): Float32Array {
    const known = memory[date];
    const values = this.frames[date]!.values(window, known);
    if (values.length > (known?.length ?? 0)) memory[date] = values;
    return values;
  }
}

/** True if a pixel of a mask isn't clear. */
export function hasHidden(classes: Uint8Array): boolean {
  for (let i = 0; i < classes.length; i++) if (classes[i] !== 0) return true;
  return false;
}

/** Size of the cells of a scene. */
export interface CellSize {
  readonly rows: number;
  readonly columns: number;
}

/** Cells of the scene's own grid that touch an area, from left to right and down. */
export function cellsOf(
  { width, height }: Size,
  { area, size }: { readonly area: RasterWindow; readonly size: CellSize },
): readonly (readonly RasterWindow[])[] {
  const span = (first: number, count: number, [length, side]: readonly [number, number]) => {
    const from = Math.floor(first / side);
    const to = Math.ceil((first + count) / side);
    return Array.from({ length: to - from }, (_, i) => {
      const start = (from + i) * side;
      return [start, Math.min(side, length - start)] as const;
    });
  };
  return span(area.row, area.height, [height, size.rows]).map(([row, rows]) =>
    span(area.column, area.width, [width, size.columns]).map(([column, columns]) => ({
      column,
      row,
      width: columns,
      height: rows,
    }))
  );
}
