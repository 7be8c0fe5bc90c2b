/**
 * Estimates the memory of a restoration.
 *
 * @module
 */

import { pixelArray } from "../core/mod.ts";
import { cogMemory } from "../rasters/mod.ts";
import { DETECTOR_MARGIN } from "../clouds/mod.ts";
import { MASK_ROWS } from "./rows/mask_rows.ts";
import { MEAN_CELL } from "./rows/mean_rows.ts";
import { rowAhead, type TilePlan } from "./rows/plan.ts";
import type { Scene } from "./scene.ts";

/** Memory including garbage, relative to the row window. */
const GARBAGE = 1.5;

/** Options of {@linkcode restorationMemory}. */
export interface MemoryOptions {
  readonly scene: Scene;
  readonly plan: TilePlan;
  /** Pixels by which the mask grows; undefined without a mask. */
  readonly dilate: number | undefined;
  /** Ensemble members. */
  readonly samples: number;
  /** Values per pixel of a mean of all dates; 0 without. */
  readonly meanDepth: number;
}

/**
 * Bytes of the row window: this part of the memory grows with the width of the scene, and none of it with
 * its height.
 */
function windowBytes({ scene, plan, dilate, samples, meanDepth }: MemoryOptions): number {
  const { tileSize, columns, rows, all } = plan;
  const width = Math.min(
    plan.scene.width,
    columns[all.columns[1] - 1]! + tileSize - columns[all.columns[0]]!,
  );
  const [first] = all.rows;
  const ahead = rowAhead(plan, first);
  // Height of the rows of tiles that run at once.
  const tall = rows[ahead]! + tileSize - rows[first]!;
  const masked = dilate !== undefined;
  const context = masked ? MASK_ROWS + 2 * (DETECTOR_MARGIN + dilate) : 0;
  const frames = [...scene.frames, ...scene.auxiliary ?? []].map(({ file, bands }) => {
    const block = Math.min(Math.max(file.blockHeight, 64), 1024);
    const sample = pixelArray(file.header.dtype, 1).byteLength;
    // A block is held until its last row is finished; one more is being decoded.
    return (tall + context + 3 * block) * width * bands.length * sample;
  });
  const depth = scene.frames[0]!.bands.length;
  // Channels per tile that joint diffusion holds while the neighbours run: x̃, μ and the condition of each
  // date, D, and the blend.
  const joint = (3 * scene.frames.length + 2) * depth;
  const blend = samples * tileSize * width * (2 * depth + 1) * 4;
  // Shares, clear on another date, and the classes of all dates.
  const masks = masked ? (tall + 2 * MASK_ROWS) * width * (2 + scene.frames.length) : 0;
  // Cells that touch the rows of tiles, whole.
  const mean = meanDepth === 0 ? 0 : (tall + 2 * MEAN_CELL.rows) * width * meanDepth * 4;
  const rowsAhead = ahead - first + 1;
  const tiles = plan.shared === 0
    ? 0
    : rowsAhead * (all.columns[1] - all.columns[0]) * tileSize ** 2 * joint * samples * 4;
  return frames.reduce((sum, bytes) => sum + bytes, 0) + blend + masks + mean + tiles;
}

/** Bytes of a restoration, without those of the process, the engine, the model and one batch of tiles. */
export function restorationMemory(options: MemoryOptions): number {
  const { scene: { grid, output }, plan: { area }, dilate, samples } = options;
  const writing = { width: area.width, dtype: grid.dtype, bands: output.length };
  return GARBAGE * windowBytes(options) + cogMemory(writing) +
    (samples > 1 ? cogMemory({ ...writing, dtype: "float32" }) : 0) +
    (dilate === undefined ? 0 : cogMemory({ ...writing, bands: 1, dtype: "uint8" }));
}
