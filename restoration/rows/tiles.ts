/**
 * Overlapping tiles of the model's training size over a scene.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";

/** Width and height in pixels. */
export interface Size {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Upper left corner of a tile in the scene. */
export interface TileOrigin {
  /** Column in the scene. */
  readonly column: number;
  /** Row in the scene. */
  readonly row: number;
}

/** Options of {@linkcode tileGrid}. */
export interface TileGridOptions {
  /** Side of a tile in pixels. */
  readonly tileSize: number;
  /** Least overlap with a neighbour, relative to the tile size, in [0.25, 0.75]. */
  readonly overlap: number;
}

/** First pixels of the tiles along one axis; the last tile is shifted inwards to end with the scene. */
export function tileStarts(
  length: number,
  { tileSize, overlap }: TileGridOptions,
): readonly number[] {
  if (length <= tileSize) return [0];
  const stride = Math.max(1, Math.floor(tileSize * (1 - overlap)));
  const count = Math.ceil((length - tileSize) / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(i * stride, length - tileSize));
}

/**
 * Tiles that cover a scene, row by row. Neighbours overlap by at least `overlap`; a scene smaller than a
 * tile has one tile, which extends beyond it.
 *
 * @throws {RangeError} If the overlap is not in [0.25, 0.75] or a size is not a positive integer.
 */
export function tileGrid(scene: Size, options: TileGridOptions): readonly TileOrigin[] {
  checkTileGrid(scene, options);
  const columns = tileStarts(scene.width, options);
  return tileStarts(scene.height, options)
    .flatMap((row) => columns.map((column) => ({ column, row })));
}

/** @throws {RangeError} If the overlap is not in [0.25, 0.75] or a size is not a positive integer. */
export function checkTileGrid(scene: Size, { tileSize, overlap }: TileGridOptions): void {
  if (!(overlap >= 0.25 && overlap <= 0.75)) {
    throw new RangeError(
      `Cannot lay tiles: the overlap must be at least 0.25 and at most 0.75, got ${overlap}`,
    );
  }
  if (![scene.width, scene.height, tileSize].every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(
      `Cannot lay tiles: sizes must be positive integers, got ${scene.width}×${scene.height} ` +
        `and ${tileSize}`,
    );
  }
}

/** @throws {RangeError} If a window is not inside a scene. */
export function checkWindow({ width, height }: Size, window: RasterWindow): void {
  const { column, row } = window;
  const whole = [column, row, window.width, window.height].every(Number.isSafeInteger);
  if (
    whole && column >= 0 && row >= 0 && window.width > 0 && window.height > 0 &&
    column + window.width <= width && row + window.height <= height
  ) return;
  throw new RangeError(
    `Cannot restore the window ${column},${row},${window.width},${window.height}: it must be whole ` +
      `pixels (column, row, width, height) inside the scene, which is 0,0,${width},${height}`,
  );
}

/** Grows a window by `margin` pixels on every side, clipped to the scene. */
export function grown(
  { column, row, width, height }: RasterWindow,
  { scene, margin }: { readonly scene: Size; readonly margin: number },
): RasterWindow {
  const [x, y] = [Math.max(0, column - margin), Math.max(0, row - margin)];
  return {
    column: x,
    row: y,
    width: Math.min(scene.width, column + width + margin) - x,
    height: Math.min(scene.height, row + height + margin) - y,
  };
}

/** Crops the values [height, width] of a window to another window inside it. */
export function cropped(values: Uint8Array, from: RasterWindow, to: RasterWindow): Uint8Array {
  const out = new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    const at = (to.row - from.row + y) * from.width + to.column - from.column;
    out.set(values.subarray(at, at + to.width), y * to.width);
  }
  return out;
}

/** Mirrors a position outside [0, length) into it; the border pixel is not repeated. */
export function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const phase = ((position % period) + period) % period;
  return phase < length ? phase : period - phase;
}
