/**
 * Counts the tiles that a restoration computes, without restoring any: all of them, or as many blocks of
 * them as can be looked at in a given time.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import type { Scene } from "../scene.ts";
import type { TilePlan } from "./plan.ts";
import { RowWindow } from "./row_window.ts";
import type { SceneMasks } from "./scene_masks.ts";
import { tileCount } from "./plan_area.ts";

/** Number of tiles to restore. */
export interface TileSample {
  /** Tiles of the area. */
  readonly total: number;
  /** Tiles to restore, estimated if `seen` is less than `total`. */
  readonly restored: number;
  /** Fewest and most tiles to restore; equal if all were looked at. */
  readonly range: readonly [number, number];
  /** Tiles that were looked at. */
  readonly seen: number;
  /** Rows of tiles with something to restore. */
  readonly rows: number;
  /** Share of the bands that was read. */
  readonly bands: number;
}

/** A rectangle of tiles. */
type Block = TilePlan["all"];

/** Side of a block in pixels, unless a tile is larger. */
const SIDE = 512;

function inSteps([first, last]: readonly [number, number], step: number) {
  return Array.from(
    { length: Math.ceil((last - first) / step) },
    (_, i) => [first + i * step, Math.min(first + (i + 1) * step, last)] as const,
  );
}

/** The blocks of a plan in an order that spreads any first part of them over the area. */
function blocksOf({ all, tileSize, overlap }: TilePlan): readonly Block[] {
  const step = Math.max(1, Math.round(SIDE / (tileSize * (1 - overlap))));
  const blocks = inSteps(all.rows, step).flatMap((rows) =>
    inSteps(all.columns, step).map((columns) => ({ rows, columns }))
  );
  // Multiples of the golden ratio fill an interval evenly.
  const rank = (i: number) => (i * 0.6180339887498949) % 1;
  return blocks.map((block, i) => ({ block, at: rank(i) }))
    .sort((a, b) => a.at - b.at).map(({ block }) => block);
}

/**
 * The part of a scene that decides: the reference, by its mask and its gaps. Of gaps, one band says
 * enough; a mask with a margin is computed from all of them.
 */
function referenceOnly(scene: Scene, masks: SceneMasks | undefined) {
  const reference = scene.frames[scene.reference]!;
  const first = reference.bands.findIndex((band) => band !== undefined);
  const isPlain = masks === undefined || masks.margin === 0;
  const alone: Scene = {
    ...scene,
    frames: [{
      ...reference,
      bands: reference.bands.map((band, i) => isPlain && i !== first ? undefined : band),
    }],
    reference: 0,
    auxiliary: undefined,
    mean: undefined,
  };
  return {
    alone,
    masks: masks && {
      ...masks,
      open: ([own]: Parameters<SceneMasks["open"]>[0]) => [
        masks.open(scene.frames.map(() => own!))[scene.reference],
      ],
    },
  };
}

/**
 * Two standard errors of a mean, as of a sample without replacement; at least one block of those that were
 * looked at could as well have been different.
 */
function doubt(shares: readonly number[], blocks: number): number {
  if (shares.length < 2) return 1;
  const middle = mean(shares);
  const variance = shares.reduce((sum, share) => sum + (share - middle) ** 2, 0) /
    (shares.length - 1);
  const unseen = 1 - shares.length / blocks;
  return Math.max(2 * Math.sqrt(variance / shares.length * unseen), unseen / shares.length);
}

/**
 * Counts the tiles to restore.
 *
 * @param until Time of `performance.now()` after which no further block is looked at; the first one always
 *   is.
 */
export async function sampleTiles(
  plan: TilePlan,
  scene: Scene,
  { masks: given, until = Infinity, signal }: {
    readonly masks?: SceneMasks | undefined;
    readonly until?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<TileSample> {
  const { alone, masks } = referenceOnly(scene, given);
  const bandsOf = ({ frames: [frame] }: Scene) =>
    frame!.bands.filter((band) => band !== undefined).length;
  const bands = bandsOf(alone) / bandsOf({ ...scene, frames: [scene.frames[scene.reference]!] });
  const blocks = blocksOf(plan);
  const shares: number[] = [];
  const rows = new Set<number>();
  let [seen, needed] = [0, 0];
  for (const block of blocks) {
    signal?.throwIfAborted();
    if (shares.length > 0 && performance.now() > until) break;
    const window = new RowWindow({ ...plan, all: block }, alone, { masks });
    const before = needed;
    for (let row = block.rows[0]; row < block.rows[1]; row++) {
      await window.load(row);
      const count = window.needed(row).length;
      needed += count;
      if (count > 0) rows.add(row);
      if (row + 1 < block.rows[1]) window.drop(plan.rows[row + 1]!);
    }
    const size = (block.rows[1] - block.rows[0]) * (block.columns[1] - block.columns[0]);
    shares.push((needed - before) / size);
    seen += size;
  }
  const total = tileCount(plan);
  if (seen === total) {
    return { total, restored: needed, range: [needed, needed], seen, rows: rows.size, bands };
  }
  const share = needed / seen;
  const by = doubt(shares, blocks.length);
  const within = (count: number) => Math.round(Math.min(Math.max(count, needed), total));
  return {
    total,
    restored: Math.round(share * total),
    range: [within((share - by) * total), within((share + by) * total)],
    seen,
    rows: plan.all.rows[1] - plan.all.rows[0],
    bands,
  };
}
