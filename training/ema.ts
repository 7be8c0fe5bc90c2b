/**
 * Exponential moving average of the parameters; sampling uses the average.
 *
 * @module
 */

import { blockwise, type Params, type Tensor, tf } from "../engine/mod.ts";

/** Decay in the paper's runs. */
export const EMA_DECAY = 0.9999;

/**
 * Returns the decay of one update, min(decay, (1 + n)/(10 + n)), which soon forgets the random start.
 *
 * @param decay In [0, 1].
 * @param update n, from 1.
 */
export function emaDecay(decay: number, update: number): number {
  return Math.min(decay, (1 + update) / (10 + update));
}

/**
 * Updates an average: ema ← ema − (1 − decay)(ema − params).
 *
 * @param ema The average so far, owned by the caller.
 * @param params The parameters, owned by the caller.
 * @param decay Decay of this update, see {@linkcode emaDecay}.
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

/** Returns average − share·(average − param). A `share` that is a scalar [] is an input of a trace. */
export function moved(average: Tensor, param: Tensor, share: number | Tensor): Tensor {
  return tf.sub(average, tf.mul(tf.sub(average, param), share));
}
