/** Linear layers, each as one 2-D matrix product. @module */

import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/**
 * x·W (+ b) over the last axis.
 *
 * The product has rank 2, because TensorFlow.js has no gradient of a product whose batch axes
 * broadcast.
 *
 * @param x [..., in].
 * @param weight [in, out].
 * @param bias [out].
 * @returns [..., out].
 * @throws {TypeError} If the inner sizes differ.
 */
export function linear<T extends Tensor>(x: T, weight: Tensor, bias?: Tensor): T {
  const [inner, outer] = weight.shape as [number, number];
  if (x.shape.at(-1) !== inner) {
    throw new TypeError(
      `Cannot apply a linear layer: the last axis must be ${inner}, got shape [${x.shape}]`,
    );
  }
  const rows = x.reshape([-1, inner]) as Tensor2D;
  const flat = bias === undefined
    ? tf.matMul(rows, weight as Tensor2D)
    : withBias(rows, weight as Tensor2D, bias);
  return flat.reshape([...x.shape.slice(0, -1), outer!]) as T;
}

/** x·W + b, [rows, out]. */
function withBias(x: Tensor2D, weight: Tensor2D, bias: Tensor): Tensor {
  return fused({
    name: "LinearBias",
    composed: (x, weight, bias) => tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D), bias!),
    gradient: (dy, [x, weight]) => [...productGradients(dy, x!, weight!), tf.sum(dy, 0)],
  }, [x, weight, bias]);
}

/** Gradients of x·W by x and W. */
function productGradients(dy: Tensor, x: Tensor, weight: Tensor): [Tensor, Tensor] {
  const [inner, outer] = weight.shape as [number, number];
  const rows = dy.reshape([-1, outer]) as Tensor2D;
  return [
    tf.matMul(rows, weight as Tensor2D, false, true).reshape(x.shape),
    tf.matMul(x.reshape([-1, inner]) as Tensor2D, rows, true, false),
  ];
}

/**
 * residual + x·W over the last axis.
 *
 * @param residual [..., out].
 * @param x [..., in].
 * @param weight [in, out].
 */
export function addLinear<T extends Tensor>(residual: T, x: Tensor, weight: Tensor): T {
  return fused({
    name: "AddLinear",
    composed: (residual, x, weight) =>
      tf.add(residual!, linear(x!, weight!).reshape(residual!.shape)),
    gradient: (dy, [, x, weight]) => [dy.clone(), ...productGradients(dy, x!, weight!)],
  }, [residual, x, weight]) as T;
}

/**
 * x·W + plus over the last axis.
 *
 * @param x [..., in].
 * @param weight [in, out].
 */
export function linearPlus<T extends Tensor>(x: T, weight: Tensor, plus: number): T {
  return fused({
    name: "LinearPlus",
    attrs: { plus },
    composed: (x, weight) => tf.add(linear(x!, weight!), tf.scalar(plus)),
    gradient: (dy, [x, weight]) => productGradients(dy, x!, weight!),
  }, [x, weight]) as T;
}
