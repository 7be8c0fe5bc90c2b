/**
 * Gradients of the training objective by every parameter of the network.
 *
 * @module
 */

import {
  type Params,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";
import { type ObjectiveInput, sampleLosses } from "./objective.ts";

/** Loss of a batch with its gradients. */
export interface LossAndGradients {
  /** Mean over the batch. */
  readonly loss: Scalar;
  /** Loss of each sample [B]. */
  readonly losses: Tensor1D;
  /** Gradient of `loss` by the name of each parameter. */
  readonly grads: Params;
}

/** Returns the mean loss of a batch and its gradients; the caller owns the tensors. */
export function lossAndGradients(
  network: Network,
  { params, buffers }: Weights,
  input: ObjectiveInput,
): LossAndGradients {
  const names = Object.keys(params);
  let losses: Tensor1D | undefined;
  const objective = (...values: Tensor[]) => {
    const current = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    // Kept, because a differentiated function can return only its scalar.
    losses = tf.keep(sampleLosses(network, { params: current, buffers }, input));
    return tf.mean(losses) as Scalar;
  };
  const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => params[name]!));
  return {
    loss: value as Scalar,
    losses: losses!,
    grads: Object.fromEntries(names.map((name, i) => [name, grads[i]!])),
  };
}
