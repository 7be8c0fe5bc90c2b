/** Dropout with random values as an input, so that a traced step draws new ones at every run. @module */

import { type Tensor, tf } from "../../engine/mod.ts";
import type { NetworkInput } from "../network.ts";

/** Options of {@linkcode dropout}. */
export interface Dropout {
  /** Name of the layer, which keys the random values. */
  readonly name: string;
  /** Probability in [0, 1) that an element is dropped. */
  readonly rate: number;
  /** Source of random values; undefined outside training, where nothing is dropped. */
  readonly random: NetworkInput["random"];
}

/** Zeroes a fraction `rate` of the elements of x and scales the others by 1/(1 − rate). */
export function dropout<T extends Tensor>(x: T, { name, rate, random }: Dropout): T {
  if (rate === 0 || random === undefined) return x;
  const kept = tf.cast(tf.greaterEqual(random(name, x.shape), tf.scalar(rate)), "float32");
  return tf.mul(x, tf.mul(kept, tf.scalar(1 / (1 - rate)))) as T;
}
