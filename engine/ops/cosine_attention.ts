/** Cosine-similarity attention on a grid of tokens in one piece, for engines that have it. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** Name of the kernel: qkv, scale, cos, sin → attended, prepared queries and keys, their statistics. */
export const COSINE_ATTENTION = "CosineAttention";
/** Name of its gradient's kernel: the inputs, the outputs and dy → gradients by qkv and scale. */
export const COSINE_ATTENTION_GRADIENT = "CosineAttentionGradient";

/** The grid, and what a query sees of it. */
export interface CosineAttentionAttrs {
  readonly height: number;
  readonly width: number;
  /** Side of the neighborhood; 0 for all tokens. */
  readonly kernel: number;
  /** Added to the squared length of queries and keys. */
  readonly epsilon: number;
}

/** What attention is computed from. */
export interface CosineAttentionTensors {
  /** Queries, keys and values [N, height·width, 3, heads, size]. */
  readonly qkv: Tensor;
  /** Of the logits [heads]. */
  readonly scale: Tensor;
  /** Rotation of queries and keys [1, height·width, heads, half]; they have no gradient. */
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** An engine that does not have it for every size. */
interface Limited {
  attends?(size: number): boolean;
}

/** Whether the engine in use has it for heads of `size` channels. */
export function hasCosineAttention(size: number): boolean {
  return tf.getKernel(COSINE_ATTENTION, tf.getBackend()) !== undefined &&
    ((tf.backend() as Limited).attends?.(size) ?? true);
}

/**
 * softmax(scale_h·cos(q, k))·v over all tokens or a neighborhood, q and k rotated, where
 * {@linkcode hasCosineAttention} says so; logits are never in memory, also not for the gradient.
 *
 * @returns [N, height·width, heads, size].
 */
export function cosineAttention(
  { qkv, scale, cos, sin }: CosineAttentionTensors,
  attrs: CosineAttentionAttrs,
): Tensor {
  const run = (name: string, inputs: Readonly<Record<string, Tensor>>) =>
    tf.engine().runKernel(name, inputs as never, { ...attrs } as never) as unknown as Tensor[];
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
