/**
 * Second pass of a composite: computes cells of the scene's own grid and writes finished rows.
 *
 * A cell is computed whole, with the same context, whatever part of it is written, so a window or a
 * shard has the pixels of the whole scene.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { yieldToEventLoop } from "../abortable.ts";
import { keepClearOf, RESTORED, restoredShares } from "../keep_clear.ts";
import {
  type EvidenceRows,
  type FinishedReport,
  type FinishedRows,
  RowFinisher,
} from "../rows/finish_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { cropped, grown } from "../rows/tiles.ts";
import type { Scene } from "../scene.ts";
import { cellsOf, DateRows } from "./date_rows.ts";
import type { CompositeFit, CompositeMethod } from "./method.ts";
import { CELL } from "./survey_scene.ts";

/** One image that is composed. */
export interface CompositeTarget {
  /** The scene with this image's reference, header and bands. */
  readonly scene: Scene;
  readonly fit: CompositeFit;
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
  readonly method: CompositeMethod;
  readonly masks: SceneMasks;
  readonly area: RasterWindow;
  /** Growth of the mask of a date, in pixels. */
  readonly grow: (date: number) => number;
  /** Called after each cell. */
  readonly onCell?: () => void;
  readonly signal?: AbortSignal;
}

/** Support of pixels without data, in the support raster. */
const NO_SUPPORT = 255;
/** Largest number of days that fits the raster. */
const MOST_DAYS = 32767;

/** Rows of cells of one image; arrays are [rows, columns of the area]. */
class Strip {
  readonly #target: CompositeTarget;
  readonly #area: RasterWindow;
  readonly #finisher: RowFinisher;
  readonly #image: Float32Array;
  readonly #error: Float32Array | undefined;
  readonly #shares: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #support: Uint8Array;
  readonly #days: Int16Array;
  #row = 0;

  constructor(target: CompositeTarget, { rows, area }: {
    readonly rows: DateRows;
    readonly area: RasterWindow;
  }) {
    const { scene, isPeriod } = target;
    const pixels = CELL * area.width;
    this.#target = target;
    this.#area = area;
    this.#image = new Float32Array(pixels * scene.bands.length);
    this.#error = target.hasError ? new Float32Array(this.#image.length) : undefined;
    this.#shares = new Uint8Array(pixels);
    this.#seen = new Uint8Array(pixels);
    this.#support = new Uint8Array(pixels);
    this.#days = new Int16Array(pixels);
    this.#finisher = new RowFinisher({
      scene,
      area,
      mostRows: CELL,
      reference: rows.frames[scene.reference]!,
      fills: isPeriod,
      originOf: (row) => {
        const at = (row - this.#row) * area.width;
        return {
          shares: this.#shares.subarray(at, at + area.width),
          seen: this.#seen.subarray(at, at + area.width),
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
    if (!classes.some((found) => found !== 0)) return new Uint8Array(cell.width * cell.height);
    return cropped(restoredShares(classes, { ...around, dilate, feather }), around, cell);
  }

  /** Adds a cell; without a composite, the reference is kept. */
  add(cell: RasterWindow, shares: Uint8Array, composite?: {
    readonly window: RasterWindow;
    readonly result: ReturnType<CompositeFit["apply"]>;
  }): void {
    const area = this.#area;
    const { length: bands } = this.#target.scene.bands;
    const x0 = Math.max(cell.column, area.column);
    const x1 = Math.min(cell.column + cell.width, area.column + area.width);
    const y0 = Math.max(cell.row, area.row);
    const y1 = Math.min(cell.row + cell.height, area.row + area.height);
    for (let y = y0; y < y1; y++) {
      const to = (y - this.#row) * area.width + x0 - area.column;
      const own = (y - cell.row) * cell.width + x0 - cell.column;
      this.#shares.set(shares.subarray(own, own + x1 - x0), to);
      if (composite === undefined) {
        this.#image.fill(NaN, to * bands, (to + x1 - x0) * bands);
        this.#error?.fill(NaN, to * bands, (to + x1 - x0) * bands);
        this.#seen.fill(0, to, to + x1 - x0);
        continue;
      }
      const { window, result } = composite;
      const from = (y - window.row) * window.width + x0 - window.column;
      const part = <T extends Float32Array>(values: T) =>
        values.subarray(from * bands, (from + x1 - x0) * bands);
      this.#image.set(part(result.image), to * bands);
      if (result.error !== undefined) this.#error?.set(part(result.error), to * bands);
      for (let i = 0; i < x1 - x0; i++) {
        const support = result.support[from + i]!;
        const days = result.days[from + i]!;
        this.#seen[to + i] = support > 0 ? 1 : 0;
        // No support is called none.
        this.#support[to + i] = support > 0 ? Math.max(1, Math.round(100 * support)) : 0;
        this.#days[to + i] = support > 0 && days >= 0 ? Math.min(Math.round(days), MOST_DAYS) : -1;
      }
    }
  }

  /** Finishes and writes the row of cells. */
  async write(rows: number): Promise<void> {
    const { area: { width } } = { area: this.#area };
    const { scene: { bands } } = this.#target;
    const pixels = rows * width;
    const finished = this.#finisher.finish({
      mean: this.#image.subarray(0, pixels * bands.length),
      ...(this.#error && { deviation: this.#error.subarray(0, pixels * bands.length) }),
    }, { row: this.#row, rows });
    await this.#target.write({ ...finished, evidence: this.#evidence(finished.provenance!) });
  }

  /** Evidence that agrees with the provenance: observed pixels are their own. */
  #evidence(provenance: Uint8Array): EvidenceRows {
    const support = this.#support.subarray(0, provenance.length);
    const days = this.#days.subarray(0, provenance.length);
    for (const [i, origin] of provenance.entries()) {
      if (origin === 0) [support[i], days[i]] = [NO_SUPPORT, -1];
      else if (origin === 1) [support[i], days[i]] = [100, 0];
    }
    return { support, days };
  }

  report(): FinishedReport {
    return this.#finisher.report();
  }
}

/** Number of cells that touch an area. */
export function cellCount({ grid }: Scene, area: RasterWindow): number {
  return cellsOf(grid, { area, side: CELL }).flat().length;
}

/** Computes the images of all targets, which share the reading, and writes their rows. */
export async function compositeRows(
  scene: Scene,
  { targets, method: { margin }, masks, area, grow, onCell = () => {}, signal }:
    CompositeRowsOptions,
): Promise<readonly FinishedReport[]> {
  const { grid } = scene;
  const { dilate } = keepClearOf(masks);
  const context = Math.max(dilate, ...scene.frames.map((_, l) => margin + grow(l)));
  const lines = cellsOf(grid, { area, side: CELL });
  const [left, right] = [lines[0]![0]!, lines[0]!.at(-1)!];
  const rows = new DateRows(scene, {
    masks,
    columns: [
      Math.max(0, left.column - context),
      Math.min(grid.width, right.column + right.width + context),
    ],
  });
  const strips = targets.map((target) => new Strip(target, { rows, area }));
  for (const line of lines) {
    const { row: first, height } = line[0]!;
    await rows.load(Math.max(0, first - context), Math.min(grid.height, first + height + context));
    const top = Math.max(first, area.row);
    for (const strip of strips) strip.start(top);
    for (const cell of line) {
      signal?.throwIfAborted();
      const window = grown(cell, { scene: grid, margin });
      let dated: ReturnType<DateRows["cut"]> | undefined;
      for (const [i, strip] of strips.entries()) {
        const shares = strip.shares(rows, cell, masks);
        if (!shares.some((share) => share > 0)) {
          strip.add(cell, shares);
          continue;
        }
        dated ??= rows.cut(window, grow);
        strip.add(cell, shares, { window, result: targets[i]!.fit.apply(dated) });
        await yieldToEventLoop();
      }
      onCell();
    }
    const end = Math.min(first + height, area.row + area.height);
    for (const strip of strips) await strip.write(end - top);
    rows.drop(first + height - context);
  }
  return strips.map((strip) => strip.report());
}
