/**
 * A transformer layer in six dispatches. The product that reads a norm computes it; the product that
 * writes a result applies its gate and adds its residual.
 *
 * @module
 */

import { type LayerAttrs, TRANSFORMER_LAYER } from "../../ops/transformer_layer.ts";
import type { TensorInfo } from "../../tfjs.ts";
import type { Call, Kernels } from "./call.ts";
import { attend } from "./cosine_attention.ts";
import { scaledNorm } from "./norms.ts";
import { product } from "./products.ts";

function transformerLayer({ inputs, attrs, runner }: Call): TensorInfo {
  const { kernel, epsilon } = attrs as unknown as LayerAttrs;
  const { x, attentionNorm, feedForwardNorm, qkv, headScale, cos, sin, out, up, down } =
    inputs as Record<string, TensorInfo> as Required<Record<string, TensorInfo>>;
  const [images, height, width, channels] = x!.shape as [number, number, number, number];
  const rows = images * height * width;
  const heads = headScale!.shape[0]!;
  const size = channels / heads;
  const hidden = down!.shape[0]!;
  const made: TensorInfo[] = [];
  const keep = (tensor: TensorInfo) => {
    made.push(tensor);
    return tensor;
  };
  const normedProduct = (
    tensor: TensorInfo,
    { scale, weight, n, gated = false }: {
      readonly scale: TensorInfo;
      readonly weight: TensorInfo;
      readonly n: number;
      readonly gated?: boolean;
    },
  ) => {
    const spec = { batch: 1, m: rows, n, k: channels, gated };
    // In float16 the norm is a dispatch of its own: values on the residual path exceed its range.
    if (runner.float16) {
      const a = keep(scaledNorm(runner, { x: tensor, scale }, epsilon));
      return keep(product(runner, { ...spec, bounded: true }, { a, b: weight }, [rows, n]));
    }
    const norm = { columnScale: { groups: scale.shape[0]! }, normalise: epsilon };
    const tensors = { a: tensor, b: weight, columnScale: scale };
    return keep(product(runner, { ...spec, ...norm }, tensors, [rows, n]));
  };

  const projected = normedProduct(x!, { scale: attentionNorm!, weight: qkv!, n: 3 * channels });
  const [attended] = attend(
    runner,
    { qkv: projected, scale: headScale!, cos: cos!, sin: sin! },
    { images, height, width, heads, size, kernel, epsilon },
  ).map(keep);
  const middle = keep(product(
    runner,
    // Attended values are means of values, so they are bounded.
    { batch: 1, bounded: true, m: rows, n: channels, k: channels, residual: true },
    { a: attended!, b: out!, residual: x! },
    [rows, channels],
  ));
  const activated = normedProduct(middle, {
    scale: feedForwardNorm!,
    weight: up!,
    n: hidden,
    gated: true,
  });
  const y = product(
    runner,
    { batch: 1, m: rows, n: channels, k: hidden, residual: true },
    { a: activated, b: down!, residual: middle },
    x!.shape,
  );
  for (const tensor of made) runner.disposeData(tensor.dataId);
  return y;
}

/** The layer; inputs as `LayerTensors` names them. */
export const LAYER_KERNELS: Kernels = { [TRANSFORMER_LAYER]: transformerLayer };
