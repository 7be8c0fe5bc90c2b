/** Depthwise convolution, each channel by a kernel of its own. @module */

import { type Tensor, type Tensor4D, tf } from "../tfjs.ts";
import { fused, runKernel, runsKernel } from "./fused.ts";

/**
 * Convolves each channel with its own square kernel of odd size; zeros lie beyond the edges.
 *
 * @param x [N, H, W, C].
 * @param kernel [k, k, C].
 * @returns [N, H, W, C].
 * @throws {TypeError} If the kernel is not square, of odd size, and of C channels.
 */
export function depthwise<T extends Tensor>(x: T, kernel: Tensor): T {
  const [size, across, channels] = kernel.shape as [number, number, number];
  if (size !== across || size % 2 !== 1 || x.shape[3] !== channels) {
    throw new TypeError(
      `Cannot convolve: the kernel must be square, of odd size and of ${x.shape[3]} channels, ` +
        `got [${kernel.shape}]`,
    );
  }
  return fused({
    name: "Depthwise",
    composed: (x, kernel) => convolve(x!, kernel!),
    gradient: (dy, [x, kernel]) => [
      depthwise(dy, turned(kernel!)),
      kernelGradient(x!, dy, size),
    ],
  }, [x, kernel]) as T;
}

function convolve(x: Tensor, kernel: Tensor): Tensor {
  const filter = kernel.reshape([...kernel.shape, 1]) as Tensor4D;
  return tf.depthwiseConv2d(x as Tensor4D, filter, 1, "same");
}

/** The kernel turned by half a circle. */
function turned(kernel: Tensor): Tensor {
  const [size, , channels] = kernel.shape as [number, number, number];
  const taps = size * size;
  const backwards = tf.tensor1d(Array.from({ length: taps }, (_, i) => taps - 1 - i), "int32");
  return tf.gather(kernel.reshape([taps, channels]), backwards).reshape(kernel.shape);
}

/** Gradient by the kernel, [size, size, C]. It is never differentiated itself, so a kernel may run. */
function kernelGradient(x: Tensor, dy: Tensor, size: number): Tensor {
  const [name, inputs, attrs] = ["DepthwiseKernelGradient", { 0: x, 1: dy }, { size }] as const;
  return runsKernel(name, inputs, attrs)
    ? runKernel(name, inputs, attrs) as Tensor
    : sumOfTaps(x, dy, size);
}

/** At each tap, the sum over pixels of the moved x times dy. */
function sumOfTaps(x: Tensor, dy: Tensor, size: number): Tensor {
  const reach = (size - 1) / 2;
  const [count, height, width, channels] = x.shape as [number, number, number, number];
  const padded = tf.pad(x, [[0, 0], [reach, reach], [reach, reach], [0, 0]]);
  const taps: Tensor[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const moved = tf.slice(padded, [0, row, column, 0], [count, height, width, channels]);
      taps.push(tf.sum(tf.mul(moved, dy).reshape([-1, channels]), 0));
    }
  }
  return tf.stack(taps).reshape([size, size, channels]);
}
