/**
 * Assembles windows from the blocks (tiles or strips) of a TIFF.
 *
 * @module
 */

import { type PixelArray, pixelArray } from "../core/mod.ts";
import type { ReadRequest } from "./raster_file.ts";
import type { TiffImage } from "./tiff_image.ts";

/** Blocks decoded at a time, which bounds the memory besides the window. */
const PARALLEL = 8;
/** Bytes of the blocks decoded at a time; a larger block is decoded alone. */
const PARALLEL_BYTES = 2 ** 27;

/** Pixels of a window. */
export interface WindowPixels {
  /** Values [height, width, bands]. */
  readonly data: PixelArray;
  /** 0 where the compression marks all bands as missing, [height, width]; undefined: nowhere. */
  readonly valid?: Uint8Array;
}

/** Columns and rows that a block shares with a window. */
interface Overlap {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly columns: number;
}

function overlapOf(
  { layout: { width, height, blockWidth, blockHeight } }: TiffImage,
  { window }: ReadRequest,
  { x, y }: { readonly x: number; readonly y: number },
): Overlap {
  const [left, top] = [x * blockWidth, y * blockHeight];
  const firstColumn = Math.max(window.column, left);
  const lastColumn = Math.min(window.column + window.width, left + blockWidth, width);
  return {
    firstRow: Math.max(window.row, top),
    lastRow: Math.min(window.row + window.height, top + blockHeight, height),
    firstColumn,
    columns: lastColumn - firstColumn,
  };
}

/** Bands of a block: their indices within the block and within the window. */
interface BlockBands {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A block and its bands that a window needs. */
interface Place {
  readonly image: TiffImage;
  readonly request: ReadRequest;
  readonly x: number;
  readonly y: number;
  readonly bands: BlockBands;
}

/** Copies the pixels of a block that are inside the window. */
function copyBlock(
  out: PixelArray,
  block: PixelArray,
  { image, request, x, y, bands: { from, to } }: Place,
): void {
  const { blockWidth, blockHeight, samples, separate } = image.layout;
  const { window, indices } = request;
  const depth = separate ? 1 : samples;
  const { firstRow, lastRow, firstColumn, columns } = overlapOf(image, request, { x, y });
  const [left, top] = [x * blockWidth, y * blockHeight];
  const whole = from.length === depth && indices.length === depth &&
    from.every((band, i) => band === i && to[i] === i);
  for (let row = firstRow; row < lastRow; row++) {
    const at = ((row - top) * blockWidth + firstColumn - left) * depth;
    const out0 = ((row - window.row) * window.width + firstColumn - window.column) * indices.length;
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

/**
 * Fills the bands of a block in the window: everywhere, or where `valid` is 0.
 *
 * @param missing Number of bands that are missing in each pixel, to which those of the block are
 *   added.
 */
function fillBlock(
  out: PixelArray,
  { fill, valid, missing }: {
    readonly fill: number;
    readonly valid?: Uint8Array;
    readonly missing?: Uint16Array;
  },
  { image, request, x, y, bands: { to } }: Place,
): void {
  const { blockWidth, blockHeight } = image.layout;
  const { window, indices } = request;
  const { firstRow, lastRow, firstColumn, columns } = overlapOf(image, request, { x, y });
  for (let row = firstRow; row < lastRow; row++) {
    const at = (row - y * blockHeight) * blockWidth + firstColumn - x * blockWidth;
    const pixel = (row - window.row) * window.width + firstColumn - window.column;
    for (let column = 0; column < columns; column++) {
      if (valid?.[at + column]) continue;
      for (const index of to) out[(pixel + column) * indices.length + index] = fill;
      if (missing !== undefined) missing[pixel + column]! += to.length;
    }
  }
}

/**
 * Reads a window; a few blocks are decoded at a time.
 *
 * @param fill Value of pixels in blocks that are not stored, and of those that the compression
 *   marks as missing.
 */
export async function readBlocks(
  image: TiffImage,
  request: ReadRequest,
  fill: number,
): Promise<WindowPixels> {
  const { blockWidth, blockHeight, separate, coding: { dtype } } = image.layout;
  const { window, indices } = request;
  const data = pixelArray(dtype, window.width * window.height * indices.length);
  let missing: Uint16Array | undefined;
  const jobs: (() => Promise<void>)[] = [];
  const lastY = Math.ceil((window.row + window.height) / blockHeight);
  const lastX = Math.ceil((window.column + window.width) / blockWidth);
  const all = indices.map((band, i) => ({ band, i }));
  for (let y = Math.floor(window.row / blockHeight); y < lastY; y++) {
    for (let x = Math.floor(window.column / blockWidth); x < lastX; x++) {
      for (const group of separate ? all.map((one) => [one]) : [all]) {
        const bands = {
          from: group.map(({ band }) => separate ? 0 : band),
          to: group.map(({ i }) => i),
        };
        const place = { image, request, x, y, bands };
        jobs.push(async () => {
          const block = await image.block(x, y, separate ? group[0]!.band : 0);
          if (block === undefined) {
            if (fill !== 0) fillBlock(data, { fill }, place);
            return;
          }
          copyBlock(data, block.values, place);
          if (block.valid === undefined) return;
          missing ??= new Uint16Array(window.width * window.height);
          fillBlock(data, { fill, valid: block.valid, missing }, place);
        });
      }
    }
  }
  const blockBytes = blockWidth * blockHeight * (separate ? 1 : image.layout.samples) *
    data.BYTES_PER_ELEMENT;
  const parallel = Math.min(PARALLEL, Math.max(1, Math.floor(PARALLEL_BYTES / blockBytes)));
  for (let first = 0; first < jobs.length; first += parallel) {
    await Promise.all(jobs.slice(first, first + parallel).map((job) => job()));
  }
  if (missing === undefined) return { data };
  return { data, valid: Uint8Array.from(missing, (count) => count < indices.length ? 1 : 0) };
}
