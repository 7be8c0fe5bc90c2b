/** Samples prepared from the look-alike of clear places, with a composite for a mean. */

import { openDataset } from "../../datasets/mod.ts";
import { type ModelConfig, resolveConfig } from "../../model/mod.ts";
import { prepareSamples, type PrepareSamplesOptions } from "../../training/mod.ts";
import { makePlaces } from "./look_alikes.ts";

/** Bands of the samples. */
export const PREPARED_BANDS = ["B04", "B08"];

/** Side of the samples in pixels. */
export const PREPARED_SIDE = 12;

/** A model whose mean is a composite of three dates. */
const MODEL: ModelConfig = {
  bands: PREPARED_BANDS.map((name) => ({ name, unit: "DN" })),
  scaling: { low: 0, high: 10000, clip: false },
  tileSize: PREPARED_SIDE,
  length: 3,
  // Samples of 12² pixels have no ground left once masks grow.
  mean: { type: "composite", grow: 0 },
  residual: {},
  precond: { type: "meanReverting", sigmaData: 1, sigmaMu: 0, sigmaCov: 0 },
  network: { type: "convolutional", levels: [{ width: 8, depth: 1 }] },
};

/** What {@linkcode makePrepared} writes. */
export interface PreparedLookAlike extends Omit<PrepareSamplesOptions, "folder" | "samples"> {
  /** Samples in all. Default 3. */
  readonly samples?: number;
  /** Folder of the samples. Default `root/samples`. */
  readonly folder?: string;
}

/** Writes places to `root/places`, and samples of them; returns the folder of the samples. */
export async function makePrepared(
  root: string,
  { samples = 3, folder = `${root}/samples`, ...options }: PreparedLookAlike = {},
): Promise<string> {
  const places = `${root}/places`;
  const isThere = await Deno.stat(places).then(() => true, () => false);
  if (!isThere) await makePlaces(places);
  const model = resolveConfig(MODEL);
  const dataset = await openDataset(
    { type: "synthetic", root: places, otherDates: true, jitter: 0, season: 0, cover: [0.3, 0.6] },
    { tileSize: PREPARED_SIDE, length: 3, bands: PREPARED_BANDS },
  );
  await prepareSamples(model, dataset, { ...options, folder, samples });
  return folder;
}
