/**
 * What a training run has come to.
 *
 * @module
 */

import { type Params, tf, type Weights } from "../engine/mod.ts";
import type { AdamW, AdamWState } from "./adamw.ts";

/** Everything that the next step depends on. */
export interface TrainingState {
  /** Updates so far. */
  readonly step: number;
  readonly weights: Weights;
  /** The averaged parameters, one for each decay. */
  readonly ema: readonly Params[];
  readonly optimizer: AdamWState;
}

/** The state before the first step; it owns the weights that it is given. */
export function firstState(
  weights: Weights,
  { optimizer, averages }: {
    readonly optimizer: AdamW; /** How many. */
    readonly averages: number;
  },
): TrainingState {
  const copy = () =>
    Object.fromEntries(
      Object.entries(weights.params).map(([name, tensor]) => [name, tensor.clone()]),
    );
  const ema = Array.from({ length: averages }, copy);
  return { step: 0, weights, ema, optimizer: optimizer.init(weights.params) };
}

/** Frees the tensors of a state, but not those of `kept`. */
export function disposeState(state: TrainingState, kept: readonly Params[] = []): void {
  const { weights: { params, buffers }, ema, optimizer: { first, second } } = state;
  for (const group of [params, buffers, ...ema, first, second]) {
    if (!kept.includes(group)) tf.dispose(group);
  }
}
