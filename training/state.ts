/**
 * State of a training run.
 *
 * @module
 */

import { type Params, tf, type Weights } from "../engine/mod.ts";
import type { AdamW, AdamWState } from "./adamw.ts";

/** Training state: everything that the next step depends on. */
export interface TrainingState {
  /** Updates so far. */
  readonly step: number;
  /** Trained parameters and fixed buffers, without averaging. */
  readonly weights: Weights;
  /** Averaged parameters, one set per decay. */
  readonly ema: readonly Params[];
  /** Running means of AdamW. */
  readonly optimizer: AdamWState;
}

/** Returns the state before the first step, which owns the given weights. */
export function firstState(
  weights: Weights,
  { optimizer, averages }: {
    readonly optimizer: AdamW;
    /** Number of moving averages. */
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

/** Disposes the tensors of a state except those of `kept`. */
export function disposeState(state: TrainingState, kept: readonly Params[] = []): void {
  const { weights: { params, buffers }, ema, optimizer: { first, second } } = state;
  for (const group of [params, buffers, ...ema, first, second]) {
    if (!kept.includes(group)) tf.dispose(group);
  }
}
