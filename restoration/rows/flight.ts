/**
 * The rows of a scene that are in flight.
 *
 * @module
 */

import { FrameRows } from "./frame_rows.ts";
import { checkKeepClear, KEEP_CLEAR_DEFAULTS, type KeepClearOptions } from "../keep_clear.ts";
import type { TilePlan } from "./plan.ts";
import type { MaskSource, Scene } from "../scene.ts";
import { SkyRows } from "./sky_rows.ts";

/** Clouds of the dates: what keeps clear pixels, and what says where the others come from. */
export interface SceneSky extends KeepClearOptions {
  /** Pixels around a pixel that its masks depend on. */
  readonly margin: number;
  /** Masks of the dates, the reference's always, given the rows of all dates in flight. */
  open(rows: readonly FrameRows[]): readonly (MaskSource | undefined)[];
}

/** Columns of the scene that tiles, and masks around them, are made of. */
function columnsOf({ columns, all, tileSize, scene }: TilePlan, margin: number) {
  const first = Math.max(0, columns[all.columns[0]]! - margin);
  const last = Math.min(scene.width, columns[all.columns[1] - 1]! + tileSize + margin);
  return [first, last] as const;
}

/** The rows of a scene that are in flight. */
export class Flight {
  readonly plan: TilePlan;
  readonly frames: readonly FrameRows[];
  readonly auxiliary: readonly FrameRows[] | undefined;
  readonly sky: SkyRows | undefined;
  readonly reference: FrameRows;
  /** Columns of the scene that tiles are cut from: first and one past the last. */
  readonly columns: readonly [number, number];

  /**
   * @param hides Whether tiles ask where the dates' clouds are.
   * @throws {RangeError} If the options of the mask are out of range.
   */
  constructor(plan: TilePlan, scene: Scene, { sky, hides = false }: {
    readonly sky?: SceneSky | undefined;
    readonly hides?: boolean;
  } = {}) {
    const keep = { ...KEEP_CLEAR_DEFAULTS, ...sky };
    if (sky !== undefined) checkKeepClear(keep);
    const margin = sky === undefined ? 0 : sky.margin + keep.dilate;
    this.plan = plan;
    this.columns = columnsOf(plan, 0);
    this.frames = scene.frames.map((frame) => new FrameRows(frame, columnsOf(plan, margin)));
    this.auxiliary = scene.auxiliary?.map((frame) => new FrameRows(frame, this.columns));
    this.reference = this.frames[scene.reference]!;
    this.sky = sky && new SkyRows({
      ...keep,
      masks: sky.open(this.frames),
      reference: scene.reference,
      hides,
      scene: plan.scene,
      columns: this.columns,
      margin,
    });
  }

  /** Makes the rows that a row of tiles is cut from available. */
  async load(row: number): Promise<void> {
    const { rows, tileSize, scene } = this.plan;
    const [first, last] = [rows[row]!, Math.min(rows[row]! + tileSize, scene.height)];
    const [from, to] = this.sky?.needs(first, last) ?? [first, last];
    for (const frame of this.frames) await frame.load(Math.min(first, from), Math.max(last, to));
    for (const frame of this.auxiliary ?? []) await frame.load(first, last);
    await this.sky?.load(first, last);
  }

  /** The tiles of a row, by number, under which anything is to be restored. */
  needed(row: number): readonly number[] {
    const { rows, columns, all: { columns: [first, last] }, tileSize, scene } = this.plan;
    const end = Math.min(rows[row]! + tileSize, scene.height);
    const isNeeded = (column: number) => {
      const [left, right] = [columns[column]!, Math.min(columns[column]! + tileSize, scene.width)];
      for (let y = rows[row]!; y < end; y++) {
        const shares = this.sky?.row(y).shares
          .subarray(left - this.columns[0], right - this.columns[0]);
        if (shares !== undefined && !shares.some((share) => share > 0)) continue;
        if (this.reference.someData(y, [left, right])) return true;
      }
      return false;
    };
    return Array.from({ length: last - first }, (_, i) => first + i).filter(isNeeded);
  }

  /** Forgets the rows above. */
  drop(before: number): void {
    for (const frame of this.frames) frame.drop(Math.min(before, this.sky?.keeps ?? before));
    for (const frame of this.auxiliary ?? []) frame.drop(before);
    this.sky?.drop(before);
  }
}
