/** Axial rotary position embedding (docs/networks.md, "RoPE"). @module */

import { remembered, type Rotation, type Tensor, tf } from "../../engine/mod.ts";

/** A grid of tokens. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/**
 * Cell centres (y, x) of a grid whose longer side spans [−1, 1] and whose shorter side spans
 * ±short/long. Halving both sides gives the means of 2×2 cells, the positions of the coarser level.
 *
 * @returns [height·width, 2], row-major.
 */
export function axialPositions({ height, width }: Grid): Float32Array {
  const longest = Math.max(height, width);
  const positions = new Float32Array(height * width * 2);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const at = (i * width + j) * 2;
      positions[at] = (2 * i + 1 - height) / longest;
      positions[at + 1] = (2 * j + 1 - width) / longest;
    }
  }
  return positions;
}

/** Frequencies π·10^((j·heads + h)/(heads·m)), m = dHead/8: [heads, m], a fixed buffer. */
export function ropeFrequencies(heads: number, dHead: number): Float32Array {
  const m = dHead / 8;
  return Float32Array.from({ length: heads * m }, (_, index) => {
    const [h, j] = [Math.floor(index / m), index % m];
    return Math.PI * 10 ** ((j * heads + h) / (heads * m));
  });
}

/** θ = [y·freqs, x·freqs] for every token and head; `freqs` is [heads, m]. */
export function ropeAngles(grid: Grid, freqs: Tensor): Tensor {
  const tokens = grid.height * grid.width;
  const positions = tf.tensor(axialPositions(grid), [tokens, 2]);
  const [y, x] = tf.split(positions, 2, 1) as [Tensor, Tensor];
  const [heads, m] = freqs.shape as [number, number];
  const table = freqs.reshape([1, heads, m]);
  return tf.concat([
    tf.mul(y.reshape([tokens, 1, 1]), table),
    tf.mul(x.reshape([tokens, 1, 1]), table),
  ], -1);
}

/** The rotation of a grid: cos θ and sin θ, each [1, height·width, heads, dHead/4]. */
export function ropeTable(grid: Grid, freqs: Tensor): Rotation {
  const [cos, sin] = remembered(freqs, `rope ${grid.height}×${grid.width}`, () => {
    const theta = tf.expandDims(ropeAngles(grid, freqs), 0);
    return [tf.cos(theta), tf.sin(theta)];
  });
  return { cos: cos!, sin: sin! };
}
