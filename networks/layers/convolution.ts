/** A layer of the convolutional network (docs/networks.md, "Convolutional layers"). @module */

import { convolutionBlock, type Params, type Tensor, tf } from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";
import type { LayerContext } from "./layer.ts";
import { adaScale, EPSILON } from "./norm.ts";
import { linearSpec, scope, uniformSpec } from "./specs.ts";

/** Sizes of a layer. */
export interface ConvolutionSizes {
  /** Channels. */
  readonly width: number;
  /** Side of the depthwise kernels. */
  readonly kernelSize: number;
  /** Hidden width of the feed-forward part. */
  readonly dFf: number;
}

/** Tensors of the layer named `prefix`. */
export function convolutionSpecs(
  prefix: string,
  { width, kernelSize, dFf }: ConvolutionSizes,
): TensorSpec[] {
  return [
    uniformSpec(`${prefix}.kernel`, {
      shape: [kernelSize, kernelSize, width],
      bound: 1 / kernelSize,
    }),
    linearSpec(`${prefix}.up_proj.weight`, { inputs: width, outputs: 2 * dFf }),
    linearSpec(`${prefix}.down_proj.weight`, { inputs: dFf, outputs: width, zero: true }),
  ];
}

/** Applies the layer named `prefix` to x [N, h, w, d]. */
export function convolutionLayer(
  x: Tensor,
  { prefix, params }: { readonly prefix: string; readonly params: Params },
): Tensor {
  const at = scope(params, prefix);
  return convolutionBlock(x, {
    kernel: at("kernel"),
    up: at("up_proj.weight"),
    down: at("down_proj.weight"),
  }, { epsilon: EPSILON });
}

/** Tensors of {@linkcode modulate}. */
export function modulationSpecs(
  prefix: string,
  { width, condWidth }: { readonly width: number; readonly condWidth: number },
): TensorSpec[] {
  return [
    linearSpec(`${prefix}.modulation.weight`, { inputs: condWidth, outputs: width, zero: true }),
  ];
}

/** Scales the channels of each sample by the noise level: x·(cond·W + 1), x [N, h, w, d]. */
export function modulate(
  x: Tensor,
  { prefix, context: { params, cond } }: {
    readonly prefix: string;
    readonly context: LayerContext;
  },
): Tensor {
  const [samples, height, width, channels] = x.shape as [number, number, number, number];
  const scale = adaScale(cond, scope(params, prefix)("modulation.weight"));
  return tf.tidy(() => {
    const grouped = x.reshape([samples, height * width, channels]);
    return tf.mul(grouped, scale.reshape([samples, 1, channels])).reshape(x.shape);
  });
}
