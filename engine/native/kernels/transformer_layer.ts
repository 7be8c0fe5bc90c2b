/** A transformer layer in the operators that onnxruntime runs fastest. @module */

import type { LayerAttrs } from "../../ops/transformer_layer.ts";
import type { TracedKernel } from "../kernel.ts";
import { globalLayer } from "./global_layer.ts";
import { neighborhoodLayer } from "./neighborhood_layer.ts";

/** The kernel. */
export const transformerLayerKernel: TracedKernel = (call) => {
  const { kernel } = call.attrs as LayerAttrs;
  return kernel === 0 ? globalLayer(call) : neighborhoodLayer(call, kernel);
};
