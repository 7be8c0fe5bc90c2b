/**
 * Samples written with their means, so that each step of a training reads what took seconds to make.
 *
 * @module
 */

import { createRng, InputError, type Rng } from "../core/mod.ts";
import {
  type Dataset,
  pickFrames,
  type PreparedGroup,
  type PreparedIndex,
  readPreparedIndex,
  type Sample,
  writePrepared,
  writePreparedIndex,
} from "../datasets/mod.ts";
import { makeFolder } from "../files/mod.ts";
import { meanGroups } from "../model/mod.ts";
import { checkBands, chooseFrames, type MeanModel, meanOf } from "./batch.ts";

/** Options of {@linkcode prepareSamples}. */
export interface PrepareSamplesOptions {
  /** Folder of the samples; a folder begun before is completed. */
  readonly folder: string;
  /** Samples in all. */
  readonly samples: number;
  /** Fewest frames of a mean; each sample draws its number up to the card's length. Default 1. */
  readonly minLength?: number;
  /** Seed of crops, clouds and frames. Default 0. */
  readonly seed?: number;
  /** Called after each sample. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Samples of a file: at 256² pixels of 13 bands about 290 MB. */
const PER_FILE = 32;

/**
 * Draws samples from a dataset, makes their means and writes them.
 *
 * @param model The model's card, with the side of the samples as its tile size, and its mean.
 * @throws {InputError} If a sample cannot be made, or the folder was begun with other settings.
 */
export async function prepareSamples(
  model: MeanModel,
  dataset: Dataset,
  { folder, samples, minLength = 1, seed = 0, onProgress }: PrepareSamplesOptions,
): Promise<void> {
  const { card } = model;
  checkBands(dataset, card);
  const channels = card.bands.length;
  const groups: readonly PreparedGroup[] = [
    { key: "cloudy", depth: channels },
    { key: "target", depth: channels },
    { key: "mask", depth: 1 },
    ...meanGroups(channels),
  ];
  const index: PreparedIndex = {
    bands: dataset.bands,
    side: card.tileSize,
    groups,
    perFile: PER_FILE,
    names: [],
    digest: `${dataset.digest} ${JSON.stringify(card.modules.mean)} ${card.length} ${seed}` +
      (minLength === 1 ? "" : ` ${minLength}`),
  };
  await makeFolder(folder);
  const names = await begunNames(folder, index);
  names.length -= names.length % PER_FILE;
  const rng = createRng(seed).fork("prepare");
  while (names.length < samples) {
    const file = names.length / PER_FILE;
    const records: Float32Array[][] = [];
    while (records.length < PER_FILE && names.length < samples) {
      const i = names.length;
      const own = rng.fork(i);
      const sample = await dataset.sample(i % dataset.size, own.fork("sample"));
      records.push(recordOf(model, sample, { minLength, rng: own }));
      names.push(sample.name);
      onProgress?.(names.length, samples);
    }
    await writePrepared(folder, file, records);
    await writePreparedIndex(folder, { ...index, names });
  }
}

/**
 * Names of the samples that a folder has.
 *
 * @throws {InputError} If its description is damaged, or of other data or settings.
 */
async function begunNames(folder: string, wanted: PreparedIndex): Promise<string[]> {
  const begun = await readPreparedIndex(folder).catch((error) => {
    if (error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (begun === undefined) return [];
  const { digest, side, bands } = wanted;
  if (begun.digest !== digest || begun.side !== side || begun.bands.join() !== bands.join()) {
    throw new InputError(
      `Cannot write samples to ${folder}: it must be empty or begun with the same data and settings, ` +
        `got ${begun.names.length} other samples of ${begun.side}×${begun.side} pixels`,
    );
  }
  return [...begun.names];
}

/** Arrays of a sample in the order of the groups. */
function recordOf(
  model: MeanModel,
  sample: Sample,
  { minLength, rng }: { readonly minLength: number; readonly rng: Rng },
): Float32Array[] {
  const { card: { bands, length: longest } } = model;
  const pixels = sample.height * sample.width;
  const most = Math.min(longest, sample.length);
  const least = Math.min(minLength, most);
  const length = least + rng.fork("length").integer(most - least + 1);
  const chosen = chooseFrames(sample, length, rng.fork("frames"));
  const made = meanOf(model, [sample], [chosen])!;
  const at = sample.reference * pixels;
  return [
    pickFrames(sample.cloudy, [sample.reference], pixels * bands.length),
    sample.target,
    Float32Array.from(sample.mask!.subarray(at, at + pixels)),
    ...meanGroups(bands.length).map(({ key }) => made[key]),
  ];
}
