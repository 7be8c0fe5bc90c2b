/** value·GELU(gate), in one piece. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** Φ(x) = ½(1 + erf(x/√2)). */
function normalCdf(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, tf.scalar(Math.SQRT1_2))), tf.scalar(1)), tf.scalar(0.5));
}

/** φ(x) = e^(−x²/2)/√(2π). */
function normalDensity(x: Tensor): Tensor {
  const exponential = tf.exp(tf.mul(tf.square(x), tf.scalar(-0.5)));
  return tf.mul(exponential, tf.scalar(1 / Math.sqrt(2 * Math.PI)));
}

/**
 * value·GELU(gate) with the exact GELU, x·Φ(x).
 *
 * @param value Any shape.
 * @param gate Like value.
 */
export function gatedGelu<T extends Tensor>(value: T, gate: T): T {
  return fused({
    name: "GatedGelu",
    composed: (v, g) => tf.mul(v!, tf.mul(g!, normalCdf(g!))),
    // d GELU(x)/dx = Φ(x) + x·φ(x)
    gradient: (dy, [v, g]) => {
      const phi = normalCdf(g!);
      const slope = tf.add(phi, tf.mul(g!, normalDensity(g!)));
      return [tf.mul(dy, tf.mul(g!, phi)), tf.mul(tf.mul(dy, v!), slope)];
    },
  }, [value, gate]) as T;
}
