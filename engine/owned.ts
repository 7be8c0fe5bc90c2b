/** Tensors whose values are not shared. @module */

import { type Tensor, tf } from "./tfjs.ts";

const owned = new WeakSet<object>();

/**
 * Makes a tensor that owns its array. An engine that keeps large weights elsewhere moves such an array;
 * it copies those of other tensors and holds them twice.
 *
 * @param values Not to be used by the caller afterwards.
 */
export function ownedTensor(values: Float32Array, shape: readonly number[]): Tensor {
  const tensor = tf.tensor(values, [...shape], "float32");
  owned.add(tensor.dataId);
  return tensor;
}

/** True if a tensor was made by {@linkcode ownedTensor}. */
export function isOwned({ dataId }: Pick<Tensor, "dataId">): boolean {
  return owned.has(dataId);
}
