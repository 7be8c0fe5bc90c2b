/** Tensors whose numbers nobody else uses. @module */

import { type Tensor, tf } from "./tfjs.ts";

const owned = new WeakSet<object>();

/**
 * A tensor that may give its array away: an engine that keeps large weights elsewhere moves them, where
 * it would copy those of other tensors and hold them twice.
 *
 * @param values Must not be used any more by the caller.
 */
export function ownedTensor(values: Float32Array, shape: readonly number[]): Tensor {
  const tensor = tf.tensor(values, [...shape], "float32");
  owned.add(tensor.dataId);
  return tensor;
}

/** Whether a tensor was made by {@linkcode ownedTensor}. */
export function isOwned({ dataId }: Pick<Tensor, "dataId">): boolean {
  return owned.has(dataId);
}
