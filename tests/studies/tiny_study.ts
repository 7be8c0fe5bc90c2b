/** A study that runs in seconds: two experiments on made-up places, and one sweep. */

import { createRng } from "../../core/mod.ts";
import { syntheticScene } from "../../synthetic/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { parseStudy, type Study } from "../../studies/mod.ts";

/** Side of the tiles. */
export const TILE = 16;

/** Writes places of two clear dates as `folder/places/NAME/DATE/BAND.tif`. */
export async function writePlaces(folder: string, names: readonly string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    for (const [j, date] of ["20200101", "20200601"].entries()) {
      const scene = syntheticScene(createRng(10 * i + j), { width: 24, height: 24 });
      const path = `${folder}/places/${name}/${date}`;
      await Deno.mkdir(path, { recursive: true });
      for (const band of ["B04", "B08"]) {
        const at = scene.bands.indexOf(band);
        const data = Uint16Array.from(
          { length: 24 * 24 },
          (_, pixel) => scene.data[pixel * scene.bands.length + at]!,
        );
        await writeCog(`${path}/${band}.tif`, { ...scene, bands: [band], data });
      }
    }
  }
}

/** An experiment with a network of a few thousand numbers. */
export function tinyExperiment(folder: string): Record<string, unknown> {
  const level = { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 16 };
  const data = (name: string) => ({
    type: "synthetic",
    root: `${folder}/places`,
    places: [name],
    auxiliaryBands: ["B08"],
    size: 8,
  });
  return {
    model: {
      name: "tiny",
      bands: [{ name: "B04" }],
      scaling: { low: 0, high: 10000, clip: false },
      condition: { order: ["cloudy", "auxiliary"], auxiliary: [{ name: "B08" }] },
      tileSize: TILE,
      length: 2,
      steps: 2,
      schedule: { type: "rational", alpha: 1 },
      timesteps: { type: "karras", sigmaMin: 0.001, sigmaMax: 100, rho: 7 },
      sampler: { type: "euler", sChurn: 0 },
      network: {
        type: "temporalHdit",
        patchSize: [4, 4],
        levels: [level, level],
        mapping: { depth: 1, width: 16, dFf: 16 },
        temporal: { heads: 2, dK: 4, dFf: 16 },
      },
    },
    data: { train: data("here"), test: data("there") },
    batchSize: 2,
    steps: 3,
    optimizer: { learningRate: 0.01 },
    checkpointEvery: 1,
    seed: 5,
  };
}

/** The network of one date. */
const MONO = {
  type: "hdit",
  patchSize: [4, 4],
  levels: [
    { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 16 },
    { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 16 },
  ],
  mapping: { depth: 1, width: 16, dFf: 16 },
};

/** Writes the experiments and the study beside them. */
export async function writeTinyStudy(folder: string): Promise<string> {
  const write = (name: string, json: unknown) =>
    Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(json));
  await writePlaces(folder, ["here", "there"]);
  await write("joint", tinyExperiment(folder));
  await write("mono", {
    extends: "joint.json",
    model: {
      name: "mono",
      length: 1,
      network: MONO,
      condition: { order: ["cloudy"], auxiliary: [] },
    },
  });
  await write("study", STUDY);
  return `${folder}/study.json`;
}

const STUDY = {
  title: "A tiny study",
  metrics: ["psnr", "mae", "lpips"],
  rows: [
    { name: "mono", label: "one date", experiment: "mono.json" },
    {
      name: "joint",
      experiment: "joint.json",
      paper: { psnr: 20, source: "Table 0" },
    },
  ],
  sweeps: [
    {
      name: "steps",
      title: "Steps",
      experiment: "joint.json",
      over: [{ path: "model.steps", symbol: "N", values: [1, 2] }],
    },
    {
      name: "churn",
      title: "Churn",
      experiment: "joint.json",
      over: [
        { path: "model.sampler.sChurn", symbol: "S_churn", values: [0, 1] },
        { path: "model.sampler.sNoise", symbol: "S_noise", values: [1, 1.1] },
      ],
    },
  ],
  claims: [{ metric: "psnr", from: "mono", to: "joint", change: "rises", source: "Table 0" }],
  evaluation: { limit: 3, reflectanceScale: 10000 },
};

/** The study with experiments of a folder. */
export function tinyStudy(folder: string): Study {
  return parseStudy(STUDY, `file://${folder}/`);
}
