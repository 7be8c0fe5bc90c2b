/**
 * Ops of more than one TensorFlow.js call, written so that they run and differentiate on every
 * engine and can be traced: no broadcast batches in products, no gather gradient, rank ≤ 4 for
 * pad and slice.
 *
 * @module
 */

export { BLOCK_ELEMENTS, blockSizes, inBlocks } from "./in_blocks.ts";
export { linear } from "./linear.ts";
export { resizeBilinear } from "./resize.ts";
export { takeAxis } from "./take_axis.ts";
