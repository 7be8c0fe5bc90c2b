/**
 * Sliding window over the rows of a scene: stored rows of all dates and their cloud masks.
 *
 * @module
 */

import { checkKeepClear, keepClearOf } from "../keep_clear.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { MeanRows, Scene } from "../scene.ts";
import type { RowOrigin } from "./finish_rows.ts";
import { FrameRows } from "./frame_rows.ts";
import { MaskRows } from "./mask_rows.ts";
import type { TilePlan } from "./plan.ts";
import type { SceneMasks } from "./scene_masks.ts";

/** Columns of the scene covered by the tiles of a plan and a margin around them. */
function columnsOf({ columns, all, tileSize, scene }: TilePlan, margin: number) {
  const first = Math.max(0, columns[all.columns[0]]! - margin);
  const last = Math.min(scene.width, columns[all.columns[1] - 1]! + tileSize + margin);
  return [first, last] as const;
}

/** Rows of a scene held in memory. */
export class RowWindow {
  readonly plan: TilePlan;
  readonly frames: readonly FrameRows[];
  readonly auxiliary: readonly FrameRows[] | undefined;
  readonly mean: MeanRows | undefined;
  readonly masks: MaskRows | undefined;
  readonly reference: FrameRows;
  /** Columns of the scene that tiles are cut from: first and one past the last. */
  readonly columns: readonly [number, number];

  /**
   * @param keepClasses Keeps the mask classes of every date, which the cloud fill needs. Default false.
   * @throws {RangeError} If the mask options are out of range.
   */
  constructor(plan: TilePlan, scene: Scene, { masks, keepClasses = false, signal }: {
    readonly masks?: SceneMasks;
    readonly keepClasses?: boolean;
    readonly signal?: AbortSignal;
  } = {}) {
    const keep = keepClearOf(masks);
    if (masks !== undefined) checkKeepClear(keep);
    const margin = masks === undefined ? 0 : masks.margin + keep.dilate;
    this.plan = plan;
    this.columns = columnsOf(plan, 0);
    this.frames = scene.frames.map((frame) => new FrameRows(frame, columnsOf(plan, margin)));
    this.auxiliary = scene.auxiliary?.map((frame) => new FrameRows(frame, this.columns));
    this.mean = scene.mean?.open(this.columns, signal);
    this.reference = this.frames[scene.reference]!;
    this.masks = masks && new MaskRows({
      ...keep,
      masks: masks.open(this.frames),
      reference: scene.reference,
      keepClasses,
      scene: plan.scene,
      columns: this.columns,
      margin,
    });
  }

  /** Origin of the pixels of a row in the columns of the area; undefined without masks. */
  get originOf(): ((row: number) => RowOrigin) | undefined {
    const { masks, mean, columns: [left], plan: { area } } = this;
    if (masks === undefined) return undefined;
    const from = area.column - left;
    return (row) => {
      const { shares, seen } = masks.row(row);
      const evidence = mean?.row(row, [area.column, area.column + area.width]);
      return {
        shares: shares.subarray(from, from + area.width),
        // What a mean shows decides, not what the masks alone say.
        seen: evidence?.seen ?? seen.subarray(from, from + area.width),
        ...(evidence && { evidence }),
      };
    };
  }

  /** Loads the rows that a row of tiles is cut from. */
  async load(row: number): Promise<void> {
    const { rows, tileSize, scene } = this.plan;
    const [first, last] = [rows[row]!, Math.min(rows[row]! + tileSize, scene.height)];
    const [from, to] = this.masks?.needs(first, last) ?? [first, last];
    for (const frame of this.frames) await frame.load(Math.min(first, from), Math.max(last, to));
    for (const frame of this.auxiliary ?? []) await frame.load(first, last);
    await this.masks?.load(first, last);
    await this.mean?.load(this.needed(row).map((column) => this.#window(row, column)));
  }

  /** Part of the scene that a tile covers. */
  #window(row: number, column: number): RasterWindow {
    const { rows, columns, tileSize, scene } = this.plan;
    const [y, x] = [rows[row]!, columns[column]!];
    return {
      column: x,
      row: y,
      width: Math.min(tileSize, scene.width - x),
      height: Math.min(tileSize, scene.height - y),
    };
  }

  /** Numbers of the tiles of a row that have something to restore. */
  needed(row: number): readonly number[] {
    const { rows, columns, all: { columns: [first, last] }, tileSize, scene } = this.plan;
    const end = Math.min(rows[row]! + tileSize, scene.height);
    const isNeeded = (column: number) => {
      const [left, right] = [columns[column]!, Math.min(columns[column]! + tileSize, scene.width)];
      for (let y = rows[row]!; y < end; y++) {
        const shares = this.masks?.row(y).shares
          .subarray(left - this.columns[0], right - this.columns[0]);
        if (shares !== undefined && !shares.some((share) => share > 0)) continue;
        if (this.reference.someData(y, [left, right])) return true;
      }
      return false;
    };
    return Array.from({ length: last - first }, (_, i) => first + i).filter(isNeeded);
  }

  /** Drops the rows above `before`. */
  drop(before: number): void {
    for (const frame of this.frames) frame.drop(Math.min(before, this.masks?.keeps ?? before));
    for (const frame of this.auxiliary ?? []) frame.drop(before);
    this.mean?.drop(before);
    this.masks?.drop(before);
  }
}
