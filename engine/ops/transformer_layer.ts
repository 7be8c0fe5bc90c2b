/** A whole transformer layer, for engines that have it in one piece. @module */

import { type Tensor, type Tensor4D, tf } from "../tfjs.ts";
import { recordsGradient } from "./tape.ts";

/** What a layer computes with. */
export interface LayerTensors {
  /** [N, h, w, d]. */
  readonly x: Tensor;
  /** Scales of the norms before attention and feed-forward block [B, d]; B divides N. */
  readonly attentionNorm: Tensor;
  readonly feedForwardNorm: Tensor;
  /** [d, 3·d], columns (q, k, v; head; channel). */
  readonly qkv: Tensor;
  /** Scale of the logits [heads]. */
  readonly headScale: Tensor;
  /** Rotation of queries and keys [1, h·w, heads, half]. */
  readonly cos: Tensor;
  readonly sin: Tensor;
  /** [d, d]. */
  readonly out: Tensor;
  /** [d, 2·dFf], values before gates. */
  readonly up: Tensor;
  /** [dFf, d]. */
  readonly down: Tensor;
}

/** Name of the kernel. */
export const TRANSFORMER_LAYER = "TransformerLayer";

/** The numbers of a layer. */
export interface LayerAttrs {
  /** Side of the neighborhood; 0 for global attention. */
  readonly kernel: number;
  /** Of the norms. */
  readonly epsilon: number;
}

/** Sides of query tiles are multiples of this in the one piece. */
const TILE = 8;

/** Sizes of a layer. */
export interface LayerSizes {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly heads: number;
  /** Features of the feed-forward block. */
  readonly hidden: number;
  /** As in {@linkcode LayerAttrs}. */
  readonly kernel: number;
}

/** An engine that says itself which layers it runs in one piece. */
interface Choosing {
  runsLayer?(sizes: LayerSizes): boolean;
}

/**
 * Whether the engine in use runs layers of this size in one piece now: not where a gradient is wanted,
 * nor (but where the engine says so) where the sides are not whole tiles.
 */
export function hasTransformerLayer(sizes: LayerSizes): boolean {
  const { height, width, kernel } = sizes;
  const runs = (tf.backend() as Choosing).runsLayer?.(sizes) ?? (kernel === 0 ||
    [height, width].every((side) => side % TILE === 0 && side >= TILE + kernel - 1));
  return runs && !recordsGradient() &&
    tf.getKernel(TRANSFORMER_LAYER, tf.getBackend()) !== undefined;
}

/**
 * x + attention, then + feed-forward (spec §4.1), without dropout; where
 * {@linkcode hasTransformerLayer} says so.
 *
 * @returns [N, h, w, d].
 */
export function transformerLayer(tensors: LayerTensors, attrs: LayerAttrs): Tensor4D {
  return tf.engine().runKernel(
    TRANSFORMER_LAYER,
    { ...tensors } as never,
    attrs as never,
  ) as unknown as Tensor4D;
}
