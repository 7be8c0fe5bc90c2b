/** Chains of elementwise ops on large tensors, block by block where the engine can. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** A function of tensors of one shape that gives tensors of that shape, element by element. */
export type Elementwise = (tensors: readonly Tensor[]) => readonly Tensor[];

/** A backend that runs a chain for every block, so that what is between stays in the cache. */
interface Blocking {
  inBlocks(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] | undefined;
}

/**
 * f of the tensors.
 *
 * A long chain of elementwise ops reads and writes memory once per op; in blocks it does so once.
 *
 * @param f Must treat every element alike; scalars from outside may be used.
 * @param tensors Of one shape.
 */
export function blockwise(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] {
  const backend = tf.backend() as Partial<Blocking>;
  return backend.inBlocks?.(f, tensors) ?? f(tensors);
}
