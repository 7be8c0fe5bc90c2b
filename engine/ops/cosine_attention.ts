/** Cosine-similarity attention on a grid of tokens, with rotary position embedding. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { runKernel, runsKernel } from "./fused.ts";
import { globalAttention } from "./global_attention.ts";
import { neighborhoodAttention } from "./neighborhood_attention.ts";
import { rmsNormalize } from "./rms_normalize.ts";
import { rotatePairs } from "./rotate_pairs.ts";

/**
 * Name of the kernel: qkv, scale, cos, sin → attended values, prepared queries and keys, and the
 * logarithms of the softmax sums.
 */
export const COSINE_ATTENTION = "CosineAttention";
/** Name of its gradient's kernel: the inputs, the outputs and dy → gradients by qkv and scale. */
export const COSINE_ATTENTION_GRADIENT = "CosineAttentionGradient";

/** The grid, and the part of it that a query sees. */
export interface CosineAttentionAttrs {
  /** Rows of the grid, in tokens. */
  readonly height: number;
  /** Columns of the grid, in tokens. */
  readonly width: number;
  /** Side of the neighborhood; 0 for all tokens. */
  readonly kernel: number;
  /** Added to the squared length of queries and keys. */
  readonly epsilon: number;
}

/** Inputs of {@linkcode cosineAttention}. */
export interface CosineAttentionTensors {
  /** Queries, keys and values [N, height·width, 3, heads, size]. */
  readonly qkv: Tensor;
  /** Of the logits [heads]. */
  readonly scale: Tensor;
  /**
   * Cosines of the angles that rotate queries and keys [1, height·width, heads, half]; without a
   * gradient.
   */
  readonly cos: Tensor;
  /** Sines of the same angles, shaped as `cos`. */
  readonly sin: Tensor;
}

/**
 * softmax(scale_h·cos(q, k))·v over all tokens or a neighborhood, q and k rotated.
 *
 * As one kernel, logits are never in memory, for the gradient neither.
 *
 * @returns [N, height·width, heads, size].
 * @throws {RangeError} If a side of the grid is shorter than the neighborhood.
 */
export function cosineAttention(
  tensors: CosineAttentionTensors,
  attrs: CosineAttentionAttrs,
): Tensor {
  const { qkv, scale, cos, sin } = tensors;
  return runsKernel(COSINE_ATTENTION, { qkv, scale, cos, sin }, { ...attrs })
    ? asKernel(tensors, attrs)
    : composed(tensors, attrs);
}

function asKernel(
  { qkv, scale, cos, sin }: CosineAttentionTensors,
  attrs: CosineAttentionAttrs,
): Tensor {
  const run = (name: string, inputs: Readonly<Record<string, Tensor>>) =>
    runKernel(name, inputs, { ...attrs }) as Tensor[];
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [qkv, scale] = args as Tensor[] as [Tensor, Tensor];
    const [o, units, sums] = run(COSINE_ATTENTION, { qkv, scale, cos, sin });
    save([qkv, scale, cos, sin, units!, sums!, o!]);
    return {
      value: o!,
      gradFunc: (dy, saved) => {
        const [qkv, scale, cos, sin, units, sums, o] = saved as Tensor[];
        const inputs = { qkv, scale, cos, sin, units, sums, o, dy: dy as Tensor };
        return run(COSINE_ATTENTION_GRADIENT, inputs as Readonly<Record<string, Tensor>>);
      },
    };
  });
  return op(qkv, scale) as Tensor;
}

function composed(
  { qkv, scale, cos, sin }: CosineAttentionTensors,
  { height, width, kernel, epsilon }: CosineAttentionAttrs,
): Tensor {
  const [images, tokens, , heads, size] = qkv.shape as [number, number, number, number, number];
  const onGrid = qkv.reshape([images, height, width, 3 * heads * size]);
  const [q, k, v] = tf.split(onGrid, 3, -1)
    .map((part) => part.reshape([images, tokens, heads, size])) as [Tensor, Tensor, Tensor];
  const prepare = (x: Tensor) => rotatePairs(cosineScale(x, scale, epsilon), { cos, sin });
  const prepared = { q: prepare(q), k: prepare(k), v };
  const attended = kernel === 0
    ? globalAttention(prepared)
    : neighborhoodAttention(prepared, { height, width, kernel });
  return attended.reshape([images, tokens, heads, size]);
}

/**
 * √scale_h·x/√(Σ x² + epsilon) per head, so that q·k = scale_h·cos(q, k).
 *
 * @param x [N, tokens, heads, size].
 * @param scale [heads].
 */
export function cosineScale(x: Tensor, scale: Tensor, epsilon: number): Tensor {
  return tf.tidy(() => {
    const size = x.shape.at(-1)!;
    // Σ x² = size·mean x²
    const unit = rmsNormalize(x, epsilon / size);
    const length = tf.sqrt(tf.mul(scale, tf.scalar(1 / size)));
    return tf.mul(unit, length.reshape([1, 1, -1, 1]));
  });
}
