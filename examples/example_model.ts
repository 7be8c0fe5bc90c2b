/**
 * The model of the examples: a file, or a tiny one with random weights that runs in a moment.
 *
 * @module
 */

import { createModel, loadModel, type Model, type ModelConfig } from "../mod.ts";
import { SENTINEL2_NAMES } from "../core/mod.ts";

/** 13 bands of Sentinel-2, up to three dates, tiles of 32 pixels. */
export const TINY: ModelConfig = {
  name: "tiny-random",
  description: "Random weights: it shows the calls and restores nothing.",
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

/** The model at a path or URL; without one the tiny model, which says so. */
export async function exampleModel(place?: string): Promise<Model> {
  if (place !== undefined) return await loadModel(place);
  console.log("no model file was given: a tiny network with random weights stands in for one");
  return createModel(TINY);
}
