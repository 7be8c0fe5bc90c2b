/** Chains of elementwise ops on large tensors. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** An elementwise function: tensors of one shape in, tensors of that shape out. */
export type Elementwise = (tensors: readonly Tensor[]) => readonly Tensor[];

/** A backend that runs a chain block by block, so that intermediates stay in the cache. */
interface Blocking {
  inBlocks(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] | undefined;
}

/**
 * Applies f, block by block where the engine can: a chain of elementwise ops then reads and writes
 * memory once instead of once per op.
 *
 * @param f Must treat all elements alike; it may use scalars from outside.
 * @param tensors Of one shape.
 */
export function blockwise(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] {
  const backend = tf.backend() as Partial<Blocking>;
  return backend.inBlocks?.(f, tensors) ?? f(tensors);
}
