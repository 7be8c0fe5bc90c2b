/** Attention of one head, softmax(q·kᵀ)·v. @module */

import { type Tensor, type Tensor3D, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";
import { BLOCK_ELEMENTS, blockSizes } from "./in_blocks.ts";

/** Queries, keys and values, each [N, tokens, d]. */
export interface AttentionInputs {
  /** Queries [N, queries, d]. */
  readonly q: Tensor3D;
  /** Keys [N, keys, d]. */
  readonly k: Tensor3D;
  /** Values [N, keys, d]. */
  readonly v: Tensor3D;
}

const logits = (q: Tensor, k: Tensor) => tf.matMul(q as Tensor3D, k as Tensor3D, false, true);

/**
 * softmax(q·kᵀ)·v without a scale.
 *
 * Logits that would exceed a GPU binding are computed in blocks of queries. The gradient recomputes
 * them, so they are never stored.
 *
 * @param blockElements Logits computed at once at most. Default {@linkcode BLOCK_ELEMENTS}.
 * @returns [N, queries, d].
 */
export function attend(inputs: AttentionInputs, blockElements = BLOCK_ELEMENTS): Tensor3D {
  const [n, queries] = inputs.q.shape;
  const keys = inputs.k.shape[1];
  const sizes = blockSizes(queries, n * keys, blockElements);
  const blocks = (...tensors: readonly Tensor[]): Tensor[][] => {
    const lists = tensors.map((x) => sizes.length === 1 ? [x] : tf.split(x, sizes, 1));
    return sizes.map((_, i) => lists.map((list) => list[i]!));
  };
  const joined = (parts: Tensor[]) => parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
  const sum = (parts: readonly Tensor[]) => parts.reduce((total, part) => tf.add(total, part));
  return fused({
    name: "Attend",
    composed: (q, k, v) =>
      joined(
        blocks(q!).map(([block]) =>
          tf.tidy(() => tf.matMul(tf.softmax(logits(block!, k!)) as Tensor3D, v as Tensor3D))
        ),
      ),
    // With P the weights: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P ⊙ (dP − Σ dO ⊙ O), dQ = dS·K, dK = dSᵀ·Q.
    gradient: (dy, [q, k, v], out) => {
      const parts = blocks(q!, dy, out).map(([qi, di, oi]) =>
        tf.tidy(() => {
          const weights = tf.softmax(logits(qi!, k!));
          const dWeights = logits(di!, v!);
          const offset = tf.sum(tf.mul(di!, oi!), -1, true);
          const dLogits = tf.mul(weights, tf.sub(dWeights, offset));
          return [
            tf.matMul(dLogits, k!),
            tf.matMul(dLogits, qi!, true, false),
            tf.matMul(weights, di!, true, false),
          ] as Tensor[];
        })
      );
      const pick = (i: number) => parts.map((part) => part[i]!);
      return [joined(pick(0)), sum(pick(1)), sum(pick(2))];
    },
  }, [inputs.q, inputs.k, inputs.v]) as Tensor3D;
}
