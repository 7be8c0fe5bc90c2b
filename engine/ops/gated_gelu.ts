/** Gated GELU, value·GELU(gate). @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";
import { linear } from "./linear.ts";

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
function gatedGelu(value: Tensor, gate: Tensor): Tensor {
  return fused({
    name: "GatedGelu",
    composed: (v, g) => tf.mul(v!, tf.mul(g!, normalCdf(g!))),
    gradient: (dy, [v, g]) => gradients(dy, v!, g!),
  }, [value, gate]);
}

/** By value and gate; d GELU(x)/dx = Φ(x) + x·φ(x). */
function gradients(dy: Tensor, value: Tensor, gate: Tensor): [Tensor, Tensor] {
  const phi = normalCdf(gate);
  const slope = tf.add(phi, tf.mul(gate, normalDensity(gate)));
  return [tf.mul(dy, tf.mul(gate, phi)), tf.mul(tf.mul(dy, value), slope)];
}

const halves = (x: Tensor) => tf.split(x, 2, -1) as [Tensor, Tensor];

/**
 * value·GELU(gate) with the exact GELU, x·Φ(x); the first half of the last axis is the value, the
 * second the gate.
 *
 * @param x [..., 2·d].
 * @returns [..., d].
 */
export function gatedHalves(x: Tensor): Tensor {
  return fused({
    name: "GatedHalves",
    composed: (x) => gatedGelu(...halves(x!)),
    gradient: (dy, [x]) => [tf.concat(gradients(dy, ...halves(x!)), -1)],
  }, [x]);
}

/**
 * value·GELU(gate) of x·W; the first half of the product is the value, the second the gate.
 *
 * @param x [..., in].
 * @param weight [in, 2·out].
 * @returns [..., out].
 */
export function geglu(x: Tensor, weight: Tensor): Tensor {
  return gatedHalves(linear(x, weight));
}
