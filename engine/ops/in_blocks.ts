/** Blocks of bounded size, so that no intermediate exceeds a GPU binding. @module */

import { type Tensor, tf } from "../tfjs.ts";

/**
 * Elements of an intermediate tensor at most: 32 MiB of float32. Every WebGPU device has bindings of
 * 128 MiB; smaller blocks bound the peak memory of all engines.
 */
export const BLOCK_ELEMENTS = 2 ** 23;

/**
 * Applies f to equal runs of rows (the last may be shorter) and concatenates the results.
 *
 * @param x [rows, ...].
 * @param elementsPerRow Elements of f's largest intermediate for one row.
 * @param f Maps [n, ...] to [n, ...].
 * @param blockElements Elements of that intermediate at most. Default {@linkcode BLOCK_ELEMENTS}.
 */
export function inBlocks(
  x: Tensor,
  elementsPerRow: number,
  f: (block: Tensor, first: number) => Tensor,
  blockElements = BLOCK_ELEMENTS,
): Tensor {
  const rows = x.shape[0]!;
  const sizes = blockSizes(rows, elementsPerRow, blockElements);
  if (sizes.length === 1) return tf.tidy(() => f(x, 0));
  let first = 0;
  const blocks = tf.split(x, sizes, 0).map((block) => {
    const result = tf.tidy(() => f(block, first));
    first += block.shape[0]!;
    return result;
  });
  return tf.concat(blocks, 0);
}

/** Row counts of the blocks of {@linkcode inBlocks}. */
export function blockSizes(
  rows: number,
  elementsPerRow: number,
  blockElements = BLOCK_ELEMENTS,
): number[] {
  const most = Math.max(1, Math.floor(blockElements / elementsPerRow));
  const count = Math.ceil(rows / most);
  const size = Math.ceil(rows / count);
  return Array.from({ length: count }, (_, i) => Math.min(size, rows - i * size))
    .filter((n) => n > 0);
}
