/**
 * The model of the examples: a model file, or a tiny network with random weights.
 *
 * @module
 */

import { createModel, loadModel, type Model, type ModelConfig } from "../mod.ts";
import { SENTINEL2_NAMES } from "../core/mod.ts";

/** 13 bands of Sentinel-2, up to three dates, tiles of 32 pixels. */
export const TINY: ModelConfig = {
  name: "tiny-random",
  description: "Random weights for examples of the API; it cannot restore images.",
  bands: SENTINEL2_NAMES.map((name) => ({ name, unit: "DN" })),
  scaling: { low: 0, high: 10000, clip: true },
  tileSize: 32,
  length: 3,
  network: {
    type: "temporalHdit",
    patchSize: [4, 4],
    levels: [
      { width: 32, depth: 1, dFf: 64, attention: "neighborhood", dHead: 16 },
      { width: 32, depth: 1, dFf: 64, attention: "global", dHead: 16 },
    ],
    mapping: { depth: 1, width: 32, dFf: 64 },
    temporal: { heads: 4, dK: 8, dFf: 64 },
  },
};

/** Loads the model at a path or URL; without one, creates the tiny model and prints a note. */
export async function exampleModel(source?: string): Promise<Model> {
  if (source !== undefined) return await loadModel(source);
  console.log("no model file given: using a tiny network with random weights");
  return createModel(TINY);
}
