/** Averages over the ground cells of coarse bands (docs/networks.md, "Ground cells"). @module */

import { depthwise, type Tensor, tf } from "../../engine/mod.ts";

/** Weights of a cell's neighbours by distance: those of bilinear sampling, which add up to 1. */
const hat = (cell: number, distance: number): number =>
  Math.max(0, cell - Math.abs(distance)) / cell ** 2;

/** Sum of the weights that stay inside a line of `size` pixels, at each pixel, [size, C]. */
function insideWeights(cells: readonly number[], size: number): Float32Array {
  const out = new Float32Array(size * cells.length);
  for (let at = 0; at < size; at++) {
    for (const [c, cell] of cells.entries()) {
      for (let to = Math.max(0, at - cell); to < Math.min(size, at + cell + 1); to++) {
        out[at * cells.length + c]! += hat(cell, to - at);
      }
    }
  }
  return out;
}

/**
 * Averages each channel over its cells, as an image has it that was sampled bilinearly from pixels of
 * that size. Patterns that repeat within a cell vanish. At the edges the weights inside count.
 *
 * @param x [N, H, W, C].
 * @param cells Side of a cell of each channel in pixels, [C].
 */
export function averageCells(x: Tensor, cells: readonly number[]): Tensor {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const reach = Math.max(...cells) - 1;
  const side = 2 * reach + 1;
  const taps = Array.from({ length: side }, (_, i) => cells.map((cell) => hat(cell, i - reach)));
  const kernel = taps.map((row) =>
    taps.map((column) => row.map((weight, c) => weight * column[c]!))
  );
  const inside = (size: number, shape: [number, number, number, number]) =>
    tf.tensor4d(insideWeights(cells, size), shape);
  return tf.tidy(() => {
    const sums = depthwise(x, tf.tensor3d(kernel, [side, side, channels]));
    const perRow = tf.div(sums, inside(height, [1, height, 1, channels]));
    return tf.div(perRow, inside(width, [1, 1, width, channels])) as Tensor;
  });
}
