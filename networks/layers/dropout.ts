/** Dropout with its random numbers as an input, so that a traced step does not freeze them. @module */

import { type Tensor, tf } from "../../engine/mod.ts";
import type { NetworkInput } from "../network.ts";

/** Where and how much is dropped. */
export interface Dropout {
  /** Name of the layer, which keys the random numbers. */
  readonly name: string;
  /** Probability in [0, 1) that an element is dropped. */
  readonly rate: number;
  /** Absent outside training: nothing is dropped. */
  readonly random: NetworkInput["random"];
}

/** x with a fraction `rate` of its elements zeroed and the others scaled by 1/(1 − rate). */
export function dropout<T extends Tensor>(x: T, { name, rate, random }: Dropout): T {
  if (rate === 0 || random === undefined) return x;
  const kept = tf.cast(tf.greaterEqual(random(name, x.shape), tf.scalar(rate)), "float32");
  return tf.mul(x, tf.mul(kept, tf.scalar(1 / (1 - rate)))) as T;
}
