/**
 * Ops of more than one TensorFlow.js call, written so that they run and differentiate on every
 * engine and can be traced: no broadcast batches in products, no gather gradient, rank ≤ 4 for
 * pad and slice.
 *
 * @module
 */

export {
  cosineAttention,
  type CosineAttentionAttrs,
  type CosineAttentionTensors,
  hasCosineAttention,
} from "./cosine_attention.ts";
export { attend, type AttentionInputs } from "./attend.ts";
export { blockwise, type Elementwise } from "./blockwise.ts";
export { fused, type FusedOp } from "./fused.ts";
export { gatedHalves } from "./gated_gelu.ts";
export { BLOCK_ELEMENTS, blockSizes, inBlocks } from "./in_blocks.ts";
export { type AxisBlocks, axisBlocks, penalties } from "./neighborhood_blocks.ts";
export { addLinear, linear, linearPlus } from "./linear.ts";
export { resizeBilinear } from "./resize.ts";
export { skipAndOut, stepTowards } from "./steps.ts";
export { sumOfSquares } from "./sum_of_squares.ts";
export { remembered } from "./remembered.ts";
export { rmsNormalize } from "./rms_normalize.ts";
export { scaledNorm } from "./scaled_norm.ts";
export { rotatePairs, type Rotation } from "./rotate_pairs.ts";
export {
  hasTransformerLayer,
  type LayerSizes,
  type LayerTensors,
  transformerLayer,
} from "./transformer_layer.ts";
export { interpolate, mergeTokens, type Patch, splitTokens } from "./tokens.ts";
export { takeAxis } from "./take_axis.ts";
