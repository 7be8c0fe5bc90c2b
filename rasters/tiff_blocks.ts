/**
 * Assembles windows from the blocks (tiles or strips) of a TIFF.
 *
 * @module
 */

import { type DataType, type PixelArray, pixelArray } from "../core/mod.ts";
import type { ReadRequest } from "./raster_file.ts";

/** Layout of an image in blocks. */
interface BlockLayout {
  readonly width: number;
  readonly height: number;
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Number of bands in the file. */
  readonly samples: number;
  /** True if each band has blocks of its own. */
  readonly separate: boolean;
  readonly dtype: DataType;
  /** Decodes a block to little-endian values, row by row; the last strip may be shorter. */
  block(x: number, y: number, sample: number): Promise<ArrayBufferLike>;
}

/** Blocks decoded at a time, which bounds the memory besides the window. */
const PARALLEL = 8;

/** Copies the pixels of a block that are inside the window. */
function copyBlock(
  out: PixelArray,
  block: PixelArray,
  { layout, request, x, y, from, to }: {
    readonly layout: BlockLayout;
    readonly request: ReadRequest;
    readonly x: number;
    readonly y: number;
    /** Bands within the block. */
    readonly from: readonly number[];
    /** Bands within the window. */
    readonly to: readonly number[];
  },
): void {
  const { blockWidth, blockHeight, width, height, samples, separate } = layout;
  const { window, indices } = request;
  const depth = separate ? 1 : samples;
  const [left, top] = [x * blockWidth, y * blockHeight];
  const firstColumn = Math.max(window.column, left);
  const lastColumn = Math.min(window.column + window.width, left + blockWidth, width);
  const firstRow = Math.max(window.row, top);
  const lastRow = Math.min(window.row + window.height, top + blockHeight, height);
  const whole = from.length === depth && indices.length === depth &&
    from.every((band, i) => band === i && to[i] === i);
  for (let row = firstRow; row < lastRow; row++) {
    const at = ((row - top) * blockWidth + firstColumn - left) * depth;
    const out0 = ((row - window.row) * window.width + firstColumn - window.column) * indices.length;
    const columns = lastColumn - firstColumn;
    if (at + columns * depth > block.length) {
      throw new RangeError(
        `block ${x}, ${y} must hold row ${row - top}, got a block that ends before it`,
      );
    }
    if (whole) {
      out.set(block.subarray(at, at + columns * depth), out0);
      continue;
    }
    for (let i = 0; i < from.length; i++) {
      const [band, index] = [from[i]!, to[i]!];
      for (let column = 0; column < columns; column++) {
        out[out0 + column * indices.length + index] = block[at + column * depth + band]!;
      }
    }
  }
}

/** Reads a window [height, width, bands]; a few blocks are decoded at a time. */
export async function readBlocks(layout: BlockLayout, request: ReadRequest): Promise<PixelArray> {
  const { blockWidth, blockHeight, separate, dtype } = layout;
  const { window, indices } = request;
  const out = pixelArray(dtype, window.width * window.height * indices.length);
  const view = pixelArray(dtype, 0).constructor as new (buffer: ArrayBufferLike) => PixelArray;
  const jobs: (() => Promise<void>)[] = [];
  const lastY = Math.ceil((window.row + window.height) / blockHeight);
  const lastX = Math.ceil((window.column + window.width) / blockWidth);
  const bands = indices.map((band, i) => ({ band, i }));
  for (let y = Math.floor(window.row / blockHeight); y < lastY; y++) {
    for (let x = Math.floor(window.column / blockWidth); x < lastX; x++) {
      for (const group of separate ? bands.map((one) => [one]) : [bands]) {
        jobs.push(async () => {
          const block = new view(await layout.block(x, y, separate ? group[0]!.band : 0));
          const from = group.map(({ band }) => separate ? 0 : band);
          copyBlock(out, block, { layout, request, x, y, from, to: group.map(({ i }) => i) });
        });
      }
    }
  }
  for (let first = 0; first < jobs.length; first += PARALLEL) {
    await Promise.all(jobs.slice(first, first + PARALLEL).map((job) => job()));
  }
  return out;
}
