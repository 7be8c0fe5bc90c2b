/**
 * Ops of more than one TensorFlow.js call. They run and differentiate on every engine and can be traced:
 * no broadcast batches in products, no gradient of a gather, rank ≤ 4 for pad and slice.
 *
 * @module
 */

export { attend, type AttentionInputs } from "./attend.ts";
export {
  attentionBlock,
  type AttentionBlockOptions,
  type AttentionBlockTensors,
} from "./attention_block.ts";
export { blockwise, type Elementwise } from "./blockwise.ts";
export {
  cosineAttention,
  type CosineAttentionAttrs,
  type CosineAttentionTensors,
} from "./cosine_attention.ts";
export {
  convolutionBlock,
  type ConvolutionBlockOptions,
  type ConvolutionTensors,
} from "./convolution_block.ts";
export { depthwise } from "./depthwise.ts";
export {
  feedForwardBlock,
  type FeedForwardOptions,
  type FeedForwardTensors,
} from "./feed_forward_block.ts";
export { fused, type FusedOp, type KernelAttrs } from "./fused.ts";
export { gatedHalves, geglu } from "./gated_gelu.ts";
export { inBlocks } from "./in_blocks.ts";
export { addLinear, linear, linearPlus } from "./linear.ts";
export { remembered } from "./remembered.ts";
export { resizeBilinear } from "./resize.ts";
export { rmsNormalize } from "./rms_normalize.ts";
export { rotatePairs, type Rotation } from "./rotate_pairs.ts";
export { scaledNorm } from "./scaled_norm.ts";
export { skipAndOut, stepTowards } from "./steps.ts";
export { sumOfSquares } from "./sum_of_squares.ts";
export { takeAxis } from "./take_axis.ts";
export { interpolate, mergeTokens, type Patch, splitTokens } from "./tokens.ts";
export {
  type LayerAttrs,
  type LayerOptions,
  type LayerTensors,
  transformerLayer,
} from "./transformer_layer.ts";
