/** Golden arrays as tensors and back. */

import { isTransposed } from "../../checkpoints/layout.ts";
import {
  type Images,
  type Params,
  readTensor,
  type Sequence,
  type Tensor,
  tf,
  type Weights,
} from "../../engine/mod.ts";
import type { Network } from "../../networks/mod.ts";
import { channelsFirst, channelsLast, type GoldenTensor, permute } from "./golden.ts";
import { run } from "../run.ts";

/** A tensor as it is stored. */
export function asTensor({ shape, data }: GoldenTensor): Tensor {
  return tf.tensor(Float32Array.from(data), shape as number[]);
}

/** A weight in memory layout: linear weights are [in, out]. */
export function asWeight(name: string, tensor: GoldenTensor): Tensor {
  return asTensor(isTransposed(name, tensor.shape) ? permute(tensor, [1, 0]) : tensor);
}

/** [B, C, H, W] or [B, L, C, H, W] → [B, L, H, W, C]. */
export function asSequence(tensor: GoldenTensor): Sequence {
  const { shape, data } = channelsLast(tensor);
  const five = shape.length === 5 ? shape : [shape[0]!, 1, ...shape.slice(1)];
  return tf.tensor5d(data, five as Sequence["shape"]);
}

/** [B, C, H, W] → [B, H, W, C]. */
export function asImages(tensor: GoldenTensor): Images {
  const { shape, data } = channelsLast(tensor);
  return tf.tensor4d(data, shape as Images["shape"]);
}

/** [B, H, W, C] or [B, L, H, W, C] → the reference's order. */
export async function read(tensor: Tensor): Promise<Float32Array> {
  return channelsFirst({ shape: tensor.shape, data: await readTensor(tensor) }).data;
}

/** A gradient of a weight in the order of files. */
export async function readWeight(name: string, tensor: Tensor): Promise<Float32Array> {
  const data = await readTensor(tensor);
  return isTransposed(name, tensor.shape)
    ? permute({ shape: tensor.shape, data }, [1, 0]).data
    : data;
}

/** Weights of a network from golden tensors below a prefix. */
export function asWeights(
  network: Network,
  tensors: Readonly<Record<string, GoldenTensor>>,
  prefix = "",
): Weights {
  const pick = (role: "param" | "buffer"): Params =>
    Object.fromEntries(
      network.tensors.filter((spec) => spec.role === role)
        .map(({ name }) => [name, asWeight(name, tensors[prefix + name]!)]),
    );
  return { params: pick("param"), buffers: pick("buffer") };
}

/**
 * Gradients of a scalar function with respect to named tensors.
 *
 * @param named The tensors that f is differentiated by.
 */
export async function gradients(
  named: Readonly<Record<string, Tensor>>,
  f: (named: Readonly<Record<string, Tensor>>) => Tensor,
): Promise<Readonly<Record<string, Tensor>>> {
  const names = Object.keys(named);
  const list = await run(() =>
    tf.grads((...tensors: Tensor[]) =>
      f(Object.fromEntries(names.map((name, i) => [name, tensors[i]!]))).asScalar()
    )(Object.values(named))
  );
  return Object.fromEntries(names.map((name, i) => [name, list[i]!]));
}
