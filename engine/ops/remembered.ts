/** What depends on a constant tensor alone, computed once where the engine can keep it. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** A backend that keeps what was made of a tensor for as long as that tensor lives. */
interface Remembering {
  remember(source: Tensor, key: string, make: () => readonly Tensor[]): readonly Tensor[];
}

/**
 * The tensors that `make` makes, perhaps those of an earlier call with the same source and key.
 *
 * @param source What they depend on: a constant, by which no gradient is ever wanted.
 * @param key Whatever else they depend on.
 */
export function remembered(
  source: Tensor,
  key: string,
  make: () => readonly Tensor[],
): readonly Tensor[] {
  const backend = tf.backend() as Partial<Remembering>;
  return backend.remember?.(source, key, make) ?? make();
}
