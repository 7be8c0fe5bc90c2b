/**
 * Model cards of the published configurations (docs/networks.md), for checkpoints that have none:
 * every setting with which the authors trained and sampled.
 *
 * @module
 */

import type { CardBand, ModelCard } from "../model/mod.ts";
import type { LevelOptions } from "../networks/mod.ts";

const bands = (names: string, unit: string): readonly CardBand[] =>
  names.split(" ").map((name) => ({ name, unit }));

const RGB = bands("B04 B03 B02", "DN");
const SENTINEL_2 = bands("B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B10 B11 B12", "DN");
const CUHK = bands("R G B NIR", "uint8");

const level = (
  [width, depth, dFf]: readonly [number, number, number],
  attention: LevelOptions["attention"],
  dropout = 0,
): LevelOptions => ({ width, depth, dFf, attention, kernelSize: 7, dHead: 64, dropout });

const MAPPING = { depth: 2, width: 768, dFf: 1536, dropout: 0.1 } as const;

/** The topology of sentinel and cuhk. */
const HDIT = {
  type: "hdit",
  patchSize: [1, 1],
  levels: [
    level([128, 2, 256], "neighborhood"),
    level([256, 2, 512], "neighborhood"),
    level([384, 2, 768], "global"),
    level([768, 2, 1536], "global", 0.1),
  ],
  mapping: MAPPING,
} as const;

/** The topology of sen2_mtc_new. */
const TEMPORAL_HDIT = {
  type: "temporalHdit",
  patchSize: [4, 4],
  levels: [
    level([256, 2, 512], "neighborhood"),
    level([512, 2, 1024], "neighborhood"),
    level([768, 16, 1536], "global"),
  ],
  mapping: MAPPING,
  temporal: { heads: 16, dK: 48, dFf: 1536, dropout: 0 },
} as const;

/** The axes that differ between the published configurations. */
interface Setting {
  readonly alpha: number;
  readonly pMean: number;
  readonly pStd: number;
  readonly sChurn?: number;
  readonly sNoise?: number;
  readonly network: ModelCard["modules"]["network"];
}

function modules(setting: Setting): ModelCard["modules"] {
  const { alpha, pMean, pStd, sChurn = 0, sNoise = 1, network } = setting;
  return {
    schedule: { type: "rational", alpha },
    precond: { type: "meanReverting", sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 },
    network,
    noise: { type: "logNormal", pMean, pStd },
    weighting: { type: "inverseOutput" },
    timesteps: { type: "karras", sigmaMin: 0.001, sigmaMax: 100, rho: 7 },
    sampler: { type: "euler", sChurn, sTmin: 0, sTmax: 1e8, sNoise },
    fusion: { type: "mean" },
  };
}

/** Only the authors can state the licence of their weights. */
const LICENCE = "LicenseRef-EMRDM-authors";
const TRAINING = { source: "imported from a checkpoint of the EMRDM authors" } as const;

/** Names of the published configurations. */
export type PublishedName = "sen2_mtc_new" | "sentinel" | "cuhk" | "cuhkv2";

/** Cards by the names of the authors' configurations. */
export const published: Readonly<Record<PublishedName, ModelCard>> = {
  "sen2_mtc_new": {
    name: "EMRDM sen2_mtc_new",
    description: "Sen2_MTC_New: three dates, RGB restored with the help of NIR",
    licence: LICENCE,
    bands: RGB,
    scaling: { low: 0, high: 10000, clip: false },
    condition: { order: ["cloudy", "auxiliary"], auxiliary: bands("B08", "DN") },
    tileSize: 256,
    length: 3,
    modules: modules({
      alpha: 1,
      pMean: -1.4,
      pStd: 1.4,
      network: { ...TEMPORAL_HDIT, inChannels: 7, outChannels: 3 },
    }),
    steps: 5,
    training: TRAINING,
  },
  sentinel: {
    name: "EMRDM sentinel",
    description: "SEN12MS-CR: one date, 13 Sentinel-2 bands with the help of Sentinel-1",
    licence: LICENCE,
    bands: SENTINEL_2,
    scaling: { low: 0, high: 10000, clip: true },
    condition: {
      order: ["auxiliary", "cloudy"],
      auxiliary: bands("VV VH", "dB"),
      auxiliaryScaling: { low: -25, high: 0, clip: true },
    },
    tileSize: 256,
    length: 1,
    modules: modules({
      alpha: 3,
      pMean: -1.2,
      pStd: 1.2,
      sChurn: 5,
      sNoise: 1.023,
      network: { ...HDIT, inChannels: 28, outChannels: 13 },
    }),
    steps: 5,
    training: TRAINING,
  },
  cuhk: cuhk("EMRDM cuhk", { pMean: -1.4, pStd: 1.4 }),
  cuhkv2: cuhk("EMRDM cuhkv2", { pMean: -1.2, pStd: 1.2, sChurn: 2.5 }),
};

function cuhk(name: string, setting: Omit<Setting, "alpha" | "network">): ModelCard {
  return {
    name,
    description: "CUHK-CR: one date, RGB and NIR in 8 bits, thin and thick clouds",
    licence: LICENCE,
    bands: CUHK,
    scaling: { low: 0, high: 255, clip: false },
    condition: { order: ["cloudy"], auxiliary: [] },
    tileSize: 256,
    length: 1,
    modules: modules({
      ...setting,
      alpha: 3,
      network: { ...HDIT, inChannels: 8, outChannels: 4 },
    }),
    steps: 4,
    training: TRAINING,
  };
}
