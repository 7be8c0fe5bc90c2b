/** ONNX form of every kernel of TensorFlow.js that can be traced. @module */

import type { TracedKernel } from "../kernel.ts";
import { CONVOLUTION_KERNELS } from "./convolutions.ts";
import { ELEMENTWISE_KERNELS } from "./elementwise.ts";
import { PRODUCT_KERNELS } from "./products.ts";
import { REDUCTION_KERNELS } from "./reductions.ts";
import { SHAPE_KERNELS } from "./shapes.ts";

/** By the names of TensorFlow.js. */
export const TFJS_KERNELS: Readonly<Record<string, TracedKernel>> = {
  ...ELEMENTWISE_KERNELS,
  ...REDUCTION_KERNELS,
  ...PRODUCT_KERNELS,
  ...CONVOLUTION_KERNELS,
  ...SHAPE_KERNELS,
};
