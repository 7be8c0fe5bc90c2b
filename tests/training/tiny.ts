/** A network small enough to train in a test, and samples for it. */

import { createRng } from "../../core/mod.ts";
import type { Dataset } from "../../datasets/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import type { ModelConfig } from "../../model/mod.ts";
import type { Experiment } from "../../training/mod.ts";

/** Side of the tiles. */
export const SIZE = 8;

/** Two bands, up to two frames, all kinds of layers, dropout on. */
export const TINY_MODEL: ModelConfig = {
  bands: [{ name: "B04", unit: "DN" }, { name: "B08", unit: "DN" }],
  scaling: { low: 0, high: 10000, clip: true },
  tileSize: SIZE,
  length: 2,
  steps: 2,
  network: {
    type: "temporalHdit",
    levels: [
      { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 8 },
      { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 8, dropout: 0.2 },
    ],
    mapping: { depth: 1, width: 16, dFf: 16, dropout: 0.1 },
    temporal: { heads: 2, dK: 4, dFf: 16 },
  },
};

/** Smooth fields with a bright square for a cloud: easy to learn. */
export function tinyDataset(size = 5, length = 2): Dataset {
  return {
    size,
    bands: ["B04", "B08"],
    sample(index, rng) {
      const fixed = createRng(99).fork(index).uniforms(4);
      const target = new Float32Array(SIZE * SIZE * 2);
      for (let i = 0; i < target.length; i++) {
        const [row, column, band] = [(i >> 4) / SIZE, ((i >> 1) % SIZE) / SIZE, i & 1];
        target[i] = 1500 + 3000 * (fixed[0]! * row + fixed[1]! * column) + 1000 * band;
      }
      const cloudy = new Float32Array(length * target.length);
      for (let l = 0; l < length; l++) {
        cloudy.set(target, l * target.length);
        const from = rng.fork(index).fork(l).integer(SIZE / 2) * SIZE * 2;
        cloudy.fill(8000, l * target.length + from, l * target.length + from + 3 * SIZE * 2);
      }
      return Promise.resolve({
        name: `tiny ${index}`,
        length,
        height: SIZE,
        width: SIZE,
        cloudy,
        target,
        reference: length - 1,
      });
    },
  };
}

/** An experiment whose data come from {@linkcode tinyDataset}. */
export function tinyExperiment(changes: Partial<Experiment> = {}): Experiment {
  return {
    model: TINY_MODEL,
    data: { train: { type: "folder", root: "given as a dataset" } },
    batchSize: 2,
    steps: 4,
    minLength: 1,
    optimizer: { learningRate: 3e-3 },
    clip: 1,
    seed: 5,
    checkpointEvery: 2,
    ...changes,
  };
}

/** Five samples of two frames in files, a little larger than the tiles that are cut from them. */
export async function writeTinySamples(root: string): Promise<void> {
  const side = SIZE + 4;
  const raster = (base: number) => ({
    ...{ width: side, height: side, bands: ["B04", "B08"], dtype: "float32" as const },
    data: Float32Array.from({ length: side * side * 2 }, (_, i) => base + (i * 37) % 101),
  });
  for (const kind of ["clear", "cloudy"]) await Deno.mkdir(`${root}/${kind}`, { recursive: true });
  for (let i = 0; i < 5; i++) {
    await writeCog(`${root}/clear/${i}.tif`, raster(1000 + 200 * i));
    await writeCog(`${root}/cloudy/${i}_0.tif`, raster(3000 + 200 * i));
    await writeCog(`${root}/cloudy/${i}_1.tif`, raster(4000 + 200 * i));
  }
}
