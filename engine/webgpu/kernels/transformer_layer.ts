/**
 * A transformer layer in eight dispatches: the norms are scales of a product's columns and rows, and
 * gates and residuals are added where products are written.
 *
 * @module
 */

import type { KernelBackend, TensorInfo } from "../../tfjs.ts";
import type { LayerAttrs } from "../../ops/transformer_layer.ts";
import type { ShaderRunner } from "../shader.ts";
import { attentionShader, type AttentionSpec } from "./attention.ts";
import { product } from "./products.ts";
import { inverseRmsShader, unitRotateShader, type UnitRotateSpec } from "./rows.ts";
import { shaderOf } from "./run.ts";

/** A call of the kernel; the inputs are those of `LayerTensors`. */
interface LayerCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly runner: ShaderRunner & KernelBackend;
}

/** The kernel. */
export function transformerLayerKernel({ inputs, attrs, runner }: LayerCall): TensorInfo {
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
  const inverse = (tensor: TensorInfo) => {
    const sizes = { rows, size: channels };
    const shader = shaderOf(
      `inverseRms ${JSON.stringify([sizes, epsilon])}`,
      () => inverseRmsShader(sizes, epsilon),
    );
    return keep(runner.runShader(shader, [tensor], [[rows]])[0]!);
  };
  const normedProduct = (
    tensor: TensorInfo,
    { scale, weight, n, gated = false }: {
      readonly scale: TensorInfo;
      readonly weight: TensorInfo;
      readonly n: number;
      readonly gated?: boolean;
    },
  ) =>
    keep(product(
      runner,
      {
        batch: 1,
        m: rows,
        n,
        k: channels,
        columnScale: { groups: scale.shape[0]! },
        rowScale: true,
        gated,
      },
      { a: tensor, b: weight, columnScale: scale, rowScale: inverse(tensor) },
      [rows, n],
    ));

  const projected = normedProduct(x!, { scale: attentionNorm!, weight: qkv!, n: 3 * channels });
  const turns: UnitRotateSpec = {
    images,
    tokens: height * width,
    heads,
    size,
    half: cos!.shape.at(-1)!,
    epsilon,
  };
  const turn = shaderOf(`unitRotate ${JSON.stringify(turns)}`, () => unitRotateShader(turns));
  const [units] = runner.runShader(
    turn,
    [projected, headScale!, cos!, sin!],
    [[rows, 2 * channels]],
  );
  keep(units!);
  const spec: AttentionSpec = { images, height, width, heads, size, kernel };
  const attention = shaderOf(
    `layer attention ${JSON.stringify(spec)}`,
    () =>
      attentionShader(spec, {
        q: { input: "q", stride: 2 * channels, offset: 0 },
        k: { input: "q", stride: 2 * channels, offset: channels },
        v: { input: "v", stride: 3 * channels, offset: 2 * channels },
      }, runner.capabilities),
  );
  const [attended, sums] = runner.runShader(
    attention,
    [units!, projected],
    [[rows, channels], [images, heads, height * width]],
  );
  keep(attended!);
  keep(sums!);
  const middle = keep(product(
    runner,
    { batch: 1, m: rows, n: channels, k: channels, residual: true },
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
