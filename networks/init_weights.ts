/** Initial weights of a network. @module */

import type { Rng } from "../core/mod.ts";
import { ownedTensor, type Params, type Weights } from "../engine/mod.ts";
import type { TensorSpec } from "./network.ts";

/** Draws the initial weights of a network, each tensor from its own random stream. */
export function initWeights(tensors: readonly TensorSpec[], rng: Rng): Weights {
  const make = (role: TensorSpec["role"]): Params =>
    Object.fromEntries(
      tensors.filter((spec) => spec.role === role).map(({ name, shape, init }) => [
        name,
        ownedTensor(init(rng.fork(name)), shape),
      ]),
    );
  return { params: make("param"), buffers: make("buffer") };
}
