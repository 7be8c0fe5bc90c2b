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

/**
 * Share of each sample in the objective: its loss, or log(1 + loss), in which a sample with ten times
 * the usual error weighs about as much as any other, as in a mean of PSNRs.
 */
export type LossScale = "linear" | "logarithmic";

/** Names of {@linkcode LossScale}. */
export const LOSS_SCALES: readonly LossScale[] = ["linear", "logarithmic"];

/**
 * Returns the mean loss of a batch and its gradients; the caller owns the tensors. Losses are those of
 * the objective, on whatever scale it averages them.
 */
export function lossAndGradients(
  network: Network,
  { params, buffers }: Weights,
  input: ObjectiveInput,
  scale: LossScale = "linear",
): LossAndGradients {
  const names = Object.keys(params);
  let losses: Tensor1D | undefined;
  const objective = (...values: Tensor[]) => {
    const current = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    // Kept, because a differentiated function can return only its scalar.
    losses = tf.keep(sampleLosses(network, { params: current, buffers }, input));
    return tf.mean(
      scale === "linear" ? losses : tf.log(tf.add(losses, tf.scalar(1))),
    ) as Scalar;
  };
  const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => params[name]!));
  // The mean loss is the value itself, unless the objective averages on another scale.
  const loss = scale === "linear" ? value : tf.mean(losses!);
  return {
    loss: loss as Scalar,
    losses: losses!,
    grads: Object.fromEntries(names.map((name, i) => [name, grads[i]!])),
  };
}
