/**
 * `emrdm data prepare`: draws an experiment's samples and writes them with their means.
 *
 * @module
 */

import { openDataset } from "../datasets/mod.ts";
import type { Mean } from "../means/mod.ts";
import {
  type CheckedExperiment,
  experimentCard,
  prepareSamples,
  readExperiment,
} from "../training/mod.ts";
import type { Context, Result } from "./command.ts";
import { inConfigFile } from "./config_file.ts";
import { UsageError } from "./flags.ts";

/** Options of {@linkcode prepare}. */
export interface PrepareOptions {
  /** Folder to write to. */
  readonly out: string;
  /** Samples in all. Default 256. */
  readonly samples?: number | undefined;
  /** Side of the samples in pixels. Default 256, or the model's tile size where that is more. */
  readonly side?: number | undefined;
  /** Data of the experiment: "train" or "validation". Default "train". */
  readonly part?: "train" | "validation" | undefined;
}

const SIDE = 256;

/** Writes the samples of an experiment's dataset with their means. */
export async function prepare(
  path: string,
  { out, samples = 256, side, part = "train" }: PrepareOptions,
  { registry, progress }: Context,
): Promise<Result> {
  const { experiment, card } = await inConfigFile(path, async () => {
    const experiment: CheckedExperiment = await readExperiment(path, { registry });
    return { experiment, card: experimentCard(experiment, { registry }) };
  });
  const config = experiment.data[part];
  const { mean: own } = card.modules;
  if (own === undefined || config === undefined) {
    throw new UsageError(
      `${path} must have a mean of all dates and ${part} data, got ${own?.type ?? "cloudy"} and ` +
        `${config?.type ?? "none"}`,
    );
  }
  const mean = registry.create("mean", own as never, "$.model.mean") as Mean;
  const tileSize = side ?? Math.max(SIDE, card.tileSize);
  const bands = card.bands.map(({ name }) => name);
  const data = await openDataset(config, { tileSize, length: card.length, bands }, { registry });
  const bar = progress(`samples of ${config.type}`);
  await prepareSamples({ card: { ...card, tileSize }, modules: { mean } }, data, {
    folder: out,
    samples,
    ...(experiment.minLength !== undefined && { minLength: experiment.minLength }),
    seed: experiment.seed,
    onProgress: (done, total) => bar.update(done, total, "samples"),
  }).finally(() => bar.end());
  return { text: `wrote ${samples} samples to ${out}`, json: { folder: out, samples } };
}
