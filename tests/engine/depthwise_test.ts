/** The depthwise convolution and its gradients on every engine, against loops in float64. */

import { assertThrows } from "@std/assert";
import { depthwise } from "../../engine/ops/depthwise.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import {
  allValuesOf,
  assertClose,
  elements,
  normals,
  normalTensor,
  testOnEngines,
} from "../engines.ts";

/** Float32 sums of up to a thousand products of normal numbers, against float64. */
const ROUNDING = 1e-5;

/**
 * Sizes [N, H, W, C] and sides of kernels. Native has a form of its own for the gradient of 3×3 kernels
 * from a width of 24 on.
 */
const CASES: readonly (readonly [readonly [number, number, number, number], number])[] = [
  [[2, 5, 7, 3], 1],
  [[2, 6, 5, 3], 3],
  [[1, 4, 23, 2], 3],
  [[2, 3, 24, 3], 3],
  [[2, 7, 33, 5], 3],
  [[2, 9, 6, 3], 5],
  [[1, 6, 29, 2], 5],
  [[2, 10, 8, 2], 7],
  // A kernel that is wider than the image.
  [[1, 2, 3, 4], 7],
  [[1, 1, 30, 1], 3],
];

for (const [shape, size] of CASES) {
  testOnEngines(`depthwise() of [${shape}] by ${size}×${size}, with its gradients`, async () => {
    const [samples, height, width, channels] = shape;
    const shapes = [shape, [size, size, channels]];
    const [x, kernel] = shapes.map((one, i) => normals(elements(one), i)) as [
      Float32Array,
      Float32Array,
    ];
    const r = normals(x.length, "r");
    const [out, dx, dKernel] = await allValuesOf(() => {
      const tensors = shapes.map((one, i) => normalTensor(one, i));
      const loss = (x: Tensor, kernel: Tensor) =>
        tf.sum(tf.mul(depthwise(x, kernel), normalTensor(shape, "r")));
      const grads = tf.grads(loss as (...args: Tensor[]) => Tensor)(tensors);
      return [depthwise(tensors[0]!, tensors[1]!), ...grads];
    });
    const wanted = new Float64Array(x.length);
    const gradient = new Float64Array(x.length);
    const taps = new Float64Array(kernel.length);
    const reach = (size - 1) / 2;
    for (let n = 0; n < samples; n++) {
      for (let i = 0; i < height * width * size * size; i++) {
        const [pixel, tap] = [Math.floor(i / (size * size)), i % (size * size)];
        const row = Math.floor(pixel / width) + Math.floor(tap / size) - reach;
        const column = pixel % width + tap % size - reach;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        for (let c = 0; c < channels; c++) {
          const to = (n * height * width + pixel) * channels + c;
          const from = ((n * height + row) * width + column) * channels + c;
          wanted[to]! += x[from]! * kernel[tap * channels + c]!;
          gradient[from]! += r[to]! * kernel[tap * channels + c]!;
          taps[tap * channels + c]! += r[to]! * x[from]!;
        }
      }
    }
    assertClose(out!, wanted, ROUNDING, "outputs");
    assertClose(dx!, gradient, ROUNDING, "gradient by x");
    assertClose(dKernel!, taps, ROUNDING, "gradient by the kernel");
  });
}

testOnEngines("depthwise() refuses kernels that are even, not square or of other channels", () => {
  tf.tidy(() => {
    for (const shape of [[2, 2, 3], [3, 5, 3], [3, 3, 4]]) {
      assertThrows(
        () => depthwise(tf.ones([1, 5, 5, 3]), tf.ones(shape)),
        TypeError,
        `must be square, of odd size and of 3 channels, got [${shape}]`,
      );
    }
  });
});
