/**
 * Sliding window over the mean of all dates, from which tiles are cut.
 *
 * The mean is made by cells of the scene's own grid, each whole and with the same context, and only
 * where a tile needs it. The tiles of a window or a shard therefore see what those of the whole scene
 * see, bit for bit.
 *
 * @module
 */

import type { MeanFit } from "../../means/mod.ts";
import {
  countedDates,
  type MeanCard,
  type MeanInput,
  meanOfGroups,
  unknownMean,
} from "../../model/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { orAborted, yieldToEventLoop } from "../abortable.ts";
import type { CardMean } from "../composite/card_mean.ts";
import type { ClassStore } from "../composite/class_store.ts";
import { type CellSize, cellsOf, DateRows } from "../composite/date_rows.ts";
import type { MeanRows, Scene } from "../scene.ts";
import { noEvidence, type PixelEvidence, takeEvidence } from "./evidence.ts";
import { fillGaps } from "./fill_gaps.ts";
import type { SceneMasks } from "./scene_masks.ts";
import { grown, reflect, type TileOrigin } from "./tiles.ts";

/** The mean of a scene that is planned: the plan for the reference, and what it is made of. */
export interface PlannedMean {
  /** All dates, in the units of the model; the reference is that of the plan. */
  readonly dates: Scene;
  readonly mean: CardMean;
  readonly fit: MeanFit;
  /** Masks of all dates. */
  readonly masks: SceneMasks;
  /** Mask classes of the first pass. */
  readonly store: ClassStore;
  readonly card: MeanCard;
}

/** Cells that are computed at once. */
export const MEAN_CELL: CellSize = { rows: 256, columns: 512 };

/** A computed cell. */
interface Cell {
  readonly window: RasterWindow;
  readonly input: MeanInput;
  readonly evidence: PixelEvidence;
}

const keyOf = ({ row, column }: Pick<RasterWindow, "row" | "column">) =>
  `${Math.floor(row / MEAN_CELL.rows)}:${Math.floor(column / MEAN_CELL.columns)}`;

/** The planned mean of a scene, from top to bottom. */
export class PlannedMeanRows implements MeanRows {
  readonly #given: PlannedMean;
  readonly #dates: DateRows;
  readonly #signal: AbortSignal | undefined;
  readonly #cells = new Map<string, Cell>();

  /** @param columns Columns of the scene that tiles cover: first and one past the last. */
  constructor(
    given: PlannedMean,
    [left, right]: readonly [number, number],
    signal?: AbortSignal,
  ) {
    const { dates: scene, masks, store, fit, mean: { margin }, card } = given;
    const { width } = scene.grid;
    const read = [...new Set([...fit.uses, ...countedDates(card, fit)])];
    const end = Math.ceil(right / MEAN_CELL.columns) * MEAN_CELL.columns;
    this.#given = given;
    this.#signal = signal;
    this.#dates = new DateRows(scene, {
      masks,
      store,
      dates: read,
      columns: [
        Math.max(0, Math.floor(left / MEAN_CELL.columns) * MEAN_CELL.columns - margin),
        Math.min(width, end + margin),
      ],
    });
  }

  /** Computes the cells that windows touch and that are not there yet. */
  async load(windows: readonly RasterWindow[]): Promise<void> {
    const { dates: { grid } } = this.#given;
    const wanted = new Map<string, RasterWindow>();
    for (const area of windows) {
      for (const cell of cellsOf(grid, { area, size: MEAN_CELL }).flat()) {
        if (!this.#cells.has(keyOf(cell))) wanted.set(keyOf(cell), cell);
      }
    }
    const sorted = [...wanted.values()].toSorted((a, b) => a.row - b.row || a.column - b.column);
    for (const cell of sorted) {
      this.#signal?.throwIfAborted();
      this.#cells.set(keyOf(cell), await orAborted(this.#compute(cell), this.#signal));
      await yieldToEventLoop();
    }
  }

  async #compute(cell: RasterWindow): Promise<Cell> {
    const { dates: { grid }, mean, fit } = this.#given;
    const around = grown(cell, { scene: grid, margin: mean.margin });
    await this.#dates.load(around.row, around.row + around.height);
    const { made, input } = mean.input(fit, this.#dates.cut(around), cell);
    const evidence = noEvidence(cell.width * cell.height);
    takeEvidence(made, { from: 0, to: 0, count: evidence.seen.length, out: evidence });
    return { window: cell, input, evidence };
  }

  /** Drops what no tile below row `before` needs. */
  drop(before: number): void {
    for (const [key, { window: { row, height } }] of this.#cells) {
      if (row + height <= before) this.#cells.delete(key);
    }
    // A cell is computed with all rows around it.
    this.#dates.drop(
      Math.floor(before / MEAN_CELL.rows) * MEAN_CELL.rows - this.#given.mean.margin,
    );
  }

  /**
   * Cuts tiles [tiles, tileSize, tileSize, …], reflected beyond the scene. Pixels without any date take
   * the values of their neighbours.
   */
  cut(origins: readonly TileOrigin[], tileSize: number): MeanInput {
    const { dates: { grid }, card } = this.#given;
    const pixels = tileSize ** 2;
    const unknown = unknownMean(card);
    return meanOfGroups(card, ({ key, depth }) => {
      const out = new Float32Array(origins.length * pixels * depth);
      for (const [t, origin] of origins.entries()) {
        const tile = out.subarray(t * pixels * depth, (t + 1) * pixels * depth);
        for (let y = 0; y < tileSize; y++) {
          const row = reflect(origin.row + y, grid.height);
          for (let x = 0; x < tileSize; x++) {
            const column = reflect(origin.column + x, grid.width);
            const { window, input } = this.#cells.get(keyOf({ row, column }))!;
            const from = ((row - window.row) * window.width + column - window.column) * depth;
            const to = (y * tileSize + x) * depth;
            for (let c = 0; c < depth; c++) tile[to + c] = input[key][from + c]!;
          }
        }
        fillGaps([tile], { width: tileSize, height: tileSize, fallback: unknown[key] });
      }
      return out;
    });
  }

  /** Evidence of the pixels of a row between two columns; none where no tile needed it. */
  row(row: number, [first, last]: readonly [number, number]): PixelEvidence {
    const out = noEvidence(last - first);
    for (let column = first; column < last;) {
      const end = Math.min(last, (Math.floor(column / MEAN_CELL.columns) + 1) * MEAN_CELL.columns);
      const cell = this.#cells.get(keyOf({ row, column }));
      if (cell !== undefined) {
        const { window, evidence } = cell;
        const from = (row - window.row) * window.width + column - window.column;
        const to = column - first;
        out.seen.set(evidence.seen.subarray(from, from + end - column), to);
        out.support.set(evidence.support.subarray(from, from + end - column), to);
        out.days.set(evidence.days.subarray(from, from + end - column), to);
      }
      column = end;
    }
    return out;
  }
}
