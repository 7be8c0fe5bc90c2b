/** A small model with fresh weights, and scenes for it. */

import { createRng, type Raster } from "../../core/mod.ts";
import { syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import { createModel, type Model, type ModelConfig } from "../../model/mod.ts";

/** Bands of {@linkcode TINY}. */
export const BANDS = ["B02", "B03", "B04", "B08"];

/** Tiles of 16 pixels, up to three dates, two sampler steps. */
export const TINY: ModelConfig = {
  name: "tiny",
  bands: BANDS.map((name) => ({ name, unit: "DN" })),
  scaling: { low: 0, high: 10000, clip: true },
  tileSize: 16,
  length: 3,
  steps: 2,
  network: {
    type: "temporalHdit",
    patchSize: [4, 4],
    levels: [
      { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 8 },
      { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 8 },
    ],
    mapping: { depth: 1, width: 16, dFf: 16 },
    temporal: { heads: 2, dK: 4, dFf: 16 },
  },
};

/** {@linkcode TINY} with random weights: fresh ones give zero, whatever a tile shows. */
export function tinyModel(): Model {
  const model = createModel(TINY, { seed: 1 });
  const rng = createRng(8);
  const params: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(model.weights.params)) {
    const noise = tf.tensor(rng.fork(name).normals(tensor.size), tensor.shape);
    params[name] = tf.tidy(() => tf.add(tensor, tf.mul(noise, 0.15)));
    tf.dispose([noise, tensor]);
  }
  return { ...model, weights: { ...model.weights, params } };
}

/** A scene of {@linkcode BANDS}, clouded once per date. */
export function cloudyDates(
  size: { width: number; height: number },
  count = 3,
): readonly Raster[] {
  const full = syntheticScene(createRng(2), size);
  const pick = BANDS.map((name) => full.bands.indexOf(name));
  const data = Uint16Array.from(
    { length: size.width * size.height * 4 },
    (_, i) => full.data[Math.floor(i / 4) * 13 + pick[i % 4]!]!,
  );
  const scene = { ...full, bands: BANDS, data };
  return Array.from(
    { length: count },
    (_, l) => syntheticClouds(scene, createRng(l + 5), { scale: 16, shadowDistance: 3 }).cloudy,
  );
}

/** A folder that is removed after the work. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
