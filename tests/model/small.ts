/** Small models for tests of behavior. */

import type { Weights } from "../../engine/mod.ts";
import {
  createModel,
  type CreateModelOptions,
  type Model,
  type ModelConfig,
} from "../../model/mod.ts";
import { disposeWeights, livelyWeights } from "../networks/published.ts";
import { SMALL } from "../networks/small.ts";

const { patchSize, levels, mapping } = SMALL;

/** Three bands, one date, 16² pixels. */
export const MONO: ModelConfig = {
  name: "small",
  description: "for tests",
  licence: "Apache-2.0",
  bands: [{ name: "B04", unit: "DN" }, { name: "B03", unit: "DN" }, { name: "B02", unit: "DN" }],
  scaling: { low: 0, high: 10000, clip: false },
  tileSize: 16,
  network: { type: "hdit", patchSize, levels, mapping },
  schedule: { type: "rational", alpha: 3 },
  steps: 3,
};

/** Three dates. */
export const TEMPORAL: ModelConfig = {
  ...MONO,
  length: 3,
  network: {
    type: "temporalHdit",
    patchSize,
    levels,
    mapping,
    temporal: { heads: 4, dK: 6, dFf: 24 },
  },
};

/** A model whose weights are all at work. */
export function livelyModel(config: ModelConfig, options?: CreateModelOptions): Model {
  const model = createModel(config, options);
  disposeWeights(model.weights);
  return { ...model, weights: livelyWeights(model.modules.network, 5, 0.2) };
}

/** Disposes a model's weights. */
export function disposeModel({ weights }: { readonly weights: Weights }): void {
  disposeWeights(weights);
}
