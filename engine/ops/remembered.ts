/** Tensors derived from a constant tensor, computed once where the engine can keep them. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** A backend that keeps tensors for as long as the tensor they derive from. */
interface Remembering {
  remember(source: Tensor, key: string, make: () => readonly Tensor[]): readonly Tensor[];
}

/**
 * The tensors that `make` returns, or returned at an earlier call with the same source and key.
 *
 * @param source The constant that they derive from; it never has a gradient.
 * @param key Everything else that they depend on.
 */
export function remembered(
  source: Tensor,
  key: string,
  make: () => readonly Tensor[],
): readonly Tensor[] {
  const backend = tf.backend() as Partial<Remembering>;
  return backend.remember?.(source, key, make) ?? make();
}
