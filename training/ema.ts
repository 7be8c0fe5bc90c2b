/**
 * The exponential moving average of the parameters, which sampling uses.
 *
 * @module
 */

import { blockwise, type Params, type Tensor, tf } from "../engine/mod.ts";

/** The decay of the paper's runs. */
export const EMA_DECAY = 0.9999;

/**
 * The decay of one update: min(decay, (1 + n)/(10 + n)), so that the random start is soon forgotten.
 *
 * @param decay In [0, 1].
 * @param update n, the number of the update, from 1.
 */
export function emaDecay(decay: number, update: number): number {
  return Math.min(decay, (1 + update) / (10 + update));
}

/**
 * ema ← ema − (1 − decay)(ema − params).
 *
 * @param ema The average so far; stays the caller's.
 * @param params The parameters; stay the caller's.
 * @param decay Of this update, see {@linkcode emaDecay}.
 * @returns The new average; the caller owns it.
 */
export function updateEma(ema: Params, params: Params, decay: number): Params {
  const updated = Object.entries(ema).map(([name, average]) => [
    name,
    tf.tidy(() => {
      const move = ([a, p]: readonly Tensor[]) => [moved(a!, p!, 1 - decay)];
      return blockwise(move, [average, params[name]!])[0]!;
    }),
  ]);
  return Object.fromEntries(updated);
}

/** average − share·(average − param); a share that is a scalar [] is a graph input when traced. */
export function moved(average: Tensor, param: Tensor, share: number | Tensor): Tensor {
  return tf.sub(average, tf.mul(tf.sub(average, param), share));
}
