/** Attention of every token to every token. @module */

import { type Tensor, type Tensor3D, tf } from "../tfjs.ts";
import { attend } from "./attend.ts";
import { BLOCK_ELEMENTS } from "./in_blocks.ts";

/**
 * softmax(q·kᵀ)·v over all tokens, in blocks of queries where the logits would exceed a GPU binding.
 *
 * @param q [N, tokens, heads, size]; k and v alike.
 * @param blockElements Logits computed at once at most. Default {@linkcode BLOCK_ELEMENTS}.
 * @returns [N, tokens, heads·size].
 */
export function globalAttention(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  blockElements = BLOCK_ELEMENTS,
): Tensor {
  const [n, tokens, heads, size] = q.shape as [number, number, number, number];
  const perHead = (x: Tensor) =>
    tf.transpose(x, [0, 2, 1, 3]).reshape([n * heads, tokens, size]) as Tensor3D;
  const attended = attend({ q: perHead(q), k: perHead(k), v: perHead(v) }, blockElements);
  return tf.transpose(attended.reshape([n, heads, tokens, size]), [0, 2, 1, 3])
    .reshape([n, tokens, heads * size]);
}
