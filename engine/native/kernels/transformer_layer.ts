/** A transformer layer in the operators that onnxruntime runs fastest. @module */

import { TILE } from "../../ops/neighborhood_blocks.ts";
import type { LayerAttrs } from "../../ops/transformer_layer.ts";
import type { TensorInfo } from "../../tfjs.ts";
import type { TracedKernel } from "../kernel.ts";
import { globalLayer } from "./global_layer.ts";
import { neighborhoodLayer } from "./neighborhood_layer.ts";

/** Traces a layer. */
export const transformerLayerKernel: TracedKernel = (call) => {
  const { kernel } = call.attrs as LayerAttrs;
  return kernel === 0 ? globalLayer(call) : neighborhoodLayer(call, kernel);
};

/** True if a layer on a grid like that of x [N, h, w, d] can be traced: neighborhoods need whole tiles. */
export function tracesLayer({ shape }: TensorInfo, { kernel }: LayerAttrs): boolean {
  return kernel === 0 ||
    shape.slice(1, 3).every((side) => side % TILE === 0 && side >= TILE + kernel - 1);
}
