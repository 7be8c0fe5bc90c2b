/**
 * Numbers of a batch as vectors: one value per sample.
 *
 * @module
 */

import { type Tensor, type Tensor1D, tf } from "../engine/mod.ts";

/** Vectors [B] by name. */
export type Vectors<Name extends string> = { readonly [name in Name]: Tensor1D };

/** Returns the named numbers of B records as vectors [B]; the caller owns them. */
export function vectorsOf<const Name extends string>(
  samples: readonly { readonly [name in Name]: number }[],
  names: readonly Name[],
): Vectors<Name> {
  const vector = (name: Name) => tf.tensor1d(samples.map((sample) => sample[name]));
  return Object.fromEntries(names.map((name) => [name, vector(name)])) as Vectors<Name>;
}

/** Reshapes [B] to [B, 1, …, 1] of a rank. */
export function perSample(values: Tensor1D, rank: number): Tensor {
  return values.reshape([values.shape[0], ...Array<number>(rank - 1).fill(1)]);
}
