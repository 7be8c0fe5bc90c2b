/**
 * The clouds of a part of a scene, all dates.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { SceneSky } from "./flight.ts";
import { FrameRows } from "./frame_rows.ts";
import type { Scene } from "../scene.ts";
import { grown } from "./tiles.ts";

/** Classes of the dates in a window, each [height, width]; undefined where a date has no mask. */
export async function skyWindow(
  { frames, grid }: Scene,
  sky: SceneSky,
  window: RasterWindow,
): Promise<readonly (Uint8Array | undefined)[]> {
  const { column, row, width, height } = grown(window, { scene: grid, margin: sky.margin });
  const rows = frames.map((frame) => new FrameRows(frame, [column, column + width]));
  for (const each of rows) await each.load(row, row + height);
  const classes: (Uint8Array | undefined)[] = [];
  for (const mask of sky.open(rows)) classes.push(await mask?.read(window));
  return classes;
}
