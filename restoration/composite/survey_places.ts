/**
 * The places of a scene that the first pass of a composite sees: all of a small scene, and blocks spread
 * evenly over a large one. They depend on the size of the scene alone, whatever part of it is written.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import { grown, type Size } from "../rows/tiles.ts";
import { type CellSize, cellsOf } from "./date_rows.ts";

/** Part of the scene that is read at once. */
export interface SurveyPlace {
  /** Pixels that are read. */
  readonly read: RasterWindow;
  /** Pixels that are surveyed; with the context that they need, they lie inside of those that are read. */
  readonly inside: RasterWindow;
  /** The same in windows that are surveyed at once. */
  readonly cores: readonly RasterWindow[];
}

/** Side of a block in pixels: a multiple of the usual tiles of files, so that few are decoded in part. */
const SIDE = 1024;
/** Blocks that are surveyed of a larger scene. */
const BLOCKS = 16;
/** Largest windows that are surveyed at once. */
const CELL: CellSize = { rows: 256, columns: 512 };
/** Steps of an evenly spread sequence of points: inverse powers of the plastic number. */
const STEPS = [0.7548776662466927, 0.5698402909980532] as const;

/** True if a scene is surveyed in part. */
export function isLarge({ width, height }: Size): boolean {
  return width * height > BLOCKS * SIDE * SIDE;
}

/**
 * Places of a large scene.
 *
 * @param margin Pixels of context of what is surveyed.
 */
export function surveyPlaces(scene: Size, margin: number): readonly SurveyPlace[] {
  const columns = Math.ceil(scene.width / SIDE);
  const rows = Math.ceil(scene.height / SIDE);
  const places = new Map<number, SurveyPlace>();
  // Blocks of the last row or column may be too small to hold anything but context.
  for (let k = 1; places.size < BLOCKS && k < 4 * columns * rows; k++) {
    const column = Math.floor(k * STEPS[0] % 1 * columns);
    const row = Math.floor(k * STEPS[1] % 1 * rows);
    const index = row * columns + column;
    if (places.has(index)) continue;
    const place = placeAt({ column: column * SIDE, row: row * SIDE }, { scene, margin });
    if (place.cores.length > 0) places.set(index, place);
  }
  return [...places].toSorted(([a], [b]) => a - b).map(([, place]) => place);
}

/** A block, and the cells of its inside. */
function placeAt(
  origin: { readonly column: number; readonly row: number },
  { scene, margin }: { readonly scene: Size; readonly margin: number },
): SurveyPlace {
  const read = grown({ ...origin, width: SIDE, height: SIDE }, { scene, margin: 0 });
  const [left, top] = [read.column, read.row].map((first) => first === 0 ? 0 : first + margin);
  const end = (first: number, size: number, whole: number) =>
    first + size === whole ? whole : first + size - margin;
  const inside = {
    column: left!,
    row: top!,
    width: end(read.column, read.width, scene.width) - left!,
    height: end(read.row, read.height, scene.height) - top!,
  };
  if (inside.width <= 0 || inside.height <= 0) return { read, inside, cores: [] };
  const { width, height } = inside;
  const area = { column: 0, row: 0, width, height };
  const cores = cellsOf(inside, { area, size: CELL }).flat()
    .map(({ column, row, ...size }) => ({ column: left! + column, row: top! + row, ...size }));
  return { read, inside, cores };
}
