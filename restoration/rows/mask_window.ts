/**
 * Cloud masks of all dates in a part of a scene.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { FrameRows } from "./frame_rows.ts";
import type { SceneMasks } from "./scene_masks.ts";
import type { Scene } from "../scene.ts";
import { grown } from "./tiles.ts";

/** Mask classes of each date in a window, [height, width]; undefined for a date without a mask. */
export async function maskWindow(
  { frames, grid }: Scene,
  masks: SceneMasks,
  window: RasterWindow,
): Promise<readonly (Uint8Array | undefined)[]> {
  const { column, row, width, height } = grown(window, { scene: grid, margin: masks.margin });
  const rows = frames.map((frame) => new FrameRows(frame, [column, column + width]));
  for (const each of rows) await each.load(row, row + height);
  const classes: (Uint8Array | undefined)[] = [];
  for (const mask of masks.open(rows)) classes.push(await mask?.read(window));
  return classes;
}
