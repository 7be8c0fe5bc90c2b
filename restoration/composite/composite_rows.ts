/**
 * Second pass of a composite: computes cells of the scene's own grid and writes finished rows.
 *
 * A cell is computed whole, with the same context, whatever part of it is written, so a window or a
 * shard has the pixels of the whole scene.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { handled, yieldToEventLoop } from "../abortable.ts";
import { keepClearOf, RESTORED, restoredShares } from "../keep_clear.ts";
import { type FinishedReport, type FinishedRows, RowFinisher } from "../rows/finish_rows.ts";
import { noEvidence, type PixelEvidence, takeEvidence } from "../rows/evidence.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { cropped, grown } from "../rows/tiles.ts";
import type { Scene } from "../scene.ts";
import type { ClassStore } from "./class_store.ts";
import type { MeanPool } from "./mean_pool.ts";
import { type CellSize, cellsOf, DateRows, hasHidden } from "./date_rows.ts";
import { type Mean, MEAN_ORIGIN, type MeanFit, type MeanImage } from "../../means/mod.ts";

/** One image that is composed. */
export interface CompositeTarget {
  /** The scene with this image's reference, header and bands. */
  readonly scene: Scene;
  readonly fit: MeanFit;
  /** True if the whole period is depicted: no pixel is kept, and gaps of the reference are filled. */
  readonly isPeriod: boolean;
  /** True if expected errors are written. */
  readonly hasError: boolean;
  /** Receives the rows from top to bottom. */
  readonly write: (rows: FinishedRows) => Promise<void>;
}

/** Options of {@linkcode compositeRows}. */
export interface CompositeRowsOptions {
  readonly targets: readonly CompositeTarget[];
  readonly mean: Mean;
  /** Threads that apply the mean to the windows of the targets. Default the calling thread. */
  readonly pool?: MeanPool | undefined;
  readonly masks: SceneMasks;
  /** Mask classes that are known already. */
  readonly store: ClassStore;
  readonly area: RasterWindow;
  /** Called after each cell. */
  readonly onCell?: () => void;
  readonly signal?: AbortSignal;
}

/** Cells that are computed at once. Wider ones read less around them, higher ones take more memory. */
const CELL: CellSize = { rows: 256, columns: 512 };

/** Rows of cells of one image; arrays are [rows, columns of the area]. */
class Strip {
  readonly #target: CompositeTarget;
  readonly #area: RasterWindow;
  readonly #finisher: RowFinisher;
  readonly #image: Float32Array;
  readonly #error: Float32Array | undefined;
  readonly #shares: Uint8Array;
  readonly #evidence: PixelEvidence;
  #row = 0;

  constructor(target: CompositeTarget, { rows, area }: {
    readonly rows: DateRows;
    readonly area: RasterWindow;
  }) {
    const { scene, isPeriod } = target;
    const pixels = CELL.rows * area.width;
    this.#target = target;
    this.#area = area;
    this.#image = new Float32Array(pixels * scene.bands.length);
    this.#error = target.hasError ? new Float32Array(this.#image.length) : undefined;
    this.#shares = new Uint8Array(pixels);
    this.#evidence = noEvidence(pixels);
    this.#finisher = new RowFinisher({
      scene,
      area,
      mostRows: CELL.rows,
      reference: rows.frames[scene.reference]!,
      fills: isPeriod,
      originOf: (row) => {
        const at = (row - this.#row) * area.width;
        return {
          shares: this.#shares.subarray(at, at + area.width),
          seen: this.#evidence.seen.subarray(at, at + area.width),
          evidence: {
            support: this.#evidence.support.subarray(at, at + area.width),
            days: this.#evidence.days.subarray(at, at + area.width),
          },
        };
      },
    });
  }

  /** Starts a row of cells at a row of the scene. */
  start(row: number): void {
    this.#row = row;
  }

  /** Share of the composite in the pixels of a cell, in 255ths. */
  shares(rows: DateRows, cell: RasterWindow, masks: SceneMasks): Uint8Array {
    const { scene: { grid, reference }, isPeriod } = this.#target;
    if (isPeriod) return new Uint8Array(cell.width * cell.height).fill(RESTORED);
    const { dilate, feather } = keepClearOf(masks);
    const around = grown(cell, { scene: grid, margin: dilate });
    const classes = rows.classes(reference, around);
    if (!hasHidden(classes)) return new Uint8Array(cell.width * cell.height);
    return cropped(restoredShares(classes, { ...around, dilate, feather }), around, cell);
  }

  /**
   * Adds a cell.
   *
   * @param composed Image of the part of the cell that isn't kept.
   */
  add(
    cell: RasterWindow,
    shares: Uint8Array,
    composed?: { readonly core: RasterWindow; readonly image: MeanImage },
  ): void {
    const { length: bands } = this.#target.scene.bands;
    const part = common(cell, this.#area);
    for (let y = part.row; y < part.row + part.height; y++) {
      const to = this.#at(part.column, y);
      const from = (y - cell.row) * cell.width + part.column - cell.column;
      this.#shares.set(shares.subarray(from, from + part.width), to);
      this.#image.fill(NaN, to * bands, (to + part.width) * bands);
      this.#error?.fill(NaN, to * bands, (to + part.width) * bands);
    }
    if (composed === undefined) return;
    const { core, image } = composed;
    const own = common(core, this.#area);
    for (let y = own.row; y < own.row + own.height; y++) {
      const to = this.#at(own.column, y);
      const from = (y - core.row) * core.width + own.column - core.column;
      this.#image.set(image.image.subarray(from * bands, (from + own.width) * bands), to * bands);
      this.#take(image, { from, to, count: own.width });
    }
  }

  /** Index of a pixel of the scene. */
  #at(column: number, row: number): number {
    return (row - this.#row) * this.#area.width + column - this.#area.column;
  }

  /** Takes the evidence of `count` pixels of a line. */
  #take(image: MeanImage, { from, to, count }: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }): void {
    const { scene: { bands: { length: bands } }, isPeriod } = this.#target;
    for (let i = 0; i < count; i++) {
      const at = to + i;
      if (this.#error !== undefined) {
        const value = image.error[from + i]!;
        for (let k = at * bands; k < (at + 1) * bands; k++) this.#error[k] = value;
      }
      // Kept pixels come back bit for bit.
      if (image.origin[from + i] === MEAN_ORIGIN.reference && !isPeriod) this.#shares[at] = 0;
    }
    takeEvidence(image, { from, to, count, out: this.#evidence });
  }

  /** Finishes and writes the row of cells. */
  async write(rows: number): Promise<void> {
    const { width } = this.#area;
    const { scene: { bands } } = this.#target;
    const pixels = rows * width;
    const finished = this.#finisher.finish({
      mean: this.#image.subarray(0, pixels * bands.length),
      ...(this.#error && { deviation: this.#error.subarray(0, pixels * bands.length) }),
    }, { row: this.#row, rows });
    await this.#target.write(finished);
  }

  report(): FinishedReport {
    return this.#finisher.report();
  }
}

/** Common part of two windows; of no size if there is none. */
function common(a: RasterWindow, b: RasterWindow): RasterWindow {
  const column = Math.max(a.column, b.column);
  const row = Math.max(a.row, b.row);
  return {
    column,
    row,
    width: Math.max(0, Math.min(a.column + a.width, b.column + b.width) - column),
    height: Math.max(0, Math.min(a.row + a.height, b.row + b.height) - row),
  };
}

/** Smallest window around the pixels of a cell that aren't kept; undefined if all are. */
function hiddenPart(shares: Uint8Array, cell: RasterWindow): RasterWindow | undefined {
  let [left, right, top, bottom] = [cell.width, -1, -1, -1];
  for (let y = 0; y < cell.height; y++) {
    const line = shares.subarray(y * cell.width, (y + 1) * cell.width);
    const first = line.findIndex((share) => share > 0);
    if (first < 0) continue;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, line.findLastIndex((share) => share > 0));
  }
  if (top < 0) return undefined;
  return {
    column: cell.column + left,
    row: cell.row + top,
    width: right - left + 1,
    height: bottom - top + 1,
  };
}

/** Number of cells that touch an area. */
export function cellCount({ grid }: Scene, area: RasterWindow): number {
  return cellsOf(grid, { area, size: CELL }).flat().length;
}

/** Computes the images of all targets, which share the reading, and writes their rows. */
export async function compositeRows(
  scene: Scene,
  { targets, mean, pool, masks, store, area, onCell = () => {}, signal }: CompositeRowsOptions,
): Promise<readonly FinishedReport[]> {
  const { grid } = scene;
  const { margin } = mean;
  const context = Math.max(keepClearOf(masks).dilate, margin);
  const lines = cellsOf(grid, { area, size: CELL });
  const [left, right] = [lines[0]![0]!, lines[0]!.at(-1)!];
  const rows = new DateRows(scene, {
    masks,
    store,
    dates: targets.flatMap(({ fit, scene: { reference } }) => [...fit.uses, reference]),
    columns: [
      Math.max(0, left.column - context),
      Math.min(grid.width, right.column + right.width + context),
    ],
  });
  const strips = targets.map((target) => new Strip(target, { rows, area }));
  const load = async (line: (typeof lines)[number] | undefined) => {
    if (line === undefined) return;
    const { row: first, height } = line[0]!;
    await rows.load(Math.max(0, first - context), Math.min(grid.height, first + height + context));
  };
  let loading = load(lines[0]);
  for (const [n, line] of lines.entries()) {
    await loading;
    const { row: first, height } = line[0]!;
    const top = Math.max(first, area.row);
    for (const strip of strips) strip.start(top);
    // Threads make this row of cells while the next one is read.
    if (pool !== undefined) loading = handled(load(lines[n + 1]));
    const made: Promise<void>[] = [];
    for (const cell of line) {
      for (const [i, strip] of strips.entries()) {
        signal?.throwIfAborted();
        const shares = strip.shares(rows, cell, masks);
        const core = hiddenPart(shares, cell);
        if (core === undefined) {
          strip.add(cell, shares);
          continue;
        }
        const { fit } = targets[i]!;
        const around = grown(core, { scene: grid, margin });
        if (pool === undefined) {
          const window = rows.cut(around, fit.uses);
          strip.add(cell, shares, { core, image: mean.apply(fit, window, core) });
          await yieldToEventLoop();
        } else {
          const memory = await pool.take();
          const window = rows.cut(around, fit.uses, memory);
          const work = pool.run({ fit: i, window, core }, memory);
          made.push(handled(work.then((image) => strip.add(cell, shares, { core, image }))));
        }
      }
      onCell();
    }
    await Promise.all(made);
    const end = Math.min(first + height, area.row + area.height);
    for (const strip of strips) await strip.write(end - top);
    rows.drop(first + height - context);
    if (pool === undefined) loading = load(lines[n + 1]);
  }
  return strips.map((strip) => strip.report());
}
