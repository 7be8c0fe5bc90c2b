/**
 * Validation: the loss of the averaged weights, and how well they restore, on fixed samples.
 *
 * @module
 */

import { InputError, type Rng } from "../core/mod.ts";
import type { Dataset, Sample } from "../datasets/mod.ts";
import { compile, execute, readTensor, tf, type Weights } from "../engine/mod.ts";
import { type Model, releaseDenoiser, restoreImages, scalingRanges } from "../model/mod.ts";
import { trainingTensors } from "./batch.ts";
import { type ObjectiveInput, objectiveVectors, sampleLosses } from "./objective.ts";
import { meanScores, type SampleScores, sampleScores, type Validation } from "./scores.ts";
import { drawSigmas } from "./step.ts";

export type { PixelScores, Validation } from "./scores.ts";

/** The reference frame of a sample as it came, [H, W, C]. */
function inputOf({ cloudy, reference, target: { length } }: Sample): Float32Array {
  return cloudy.subarray(reference * length, (reference + 1) * length);
}

/** The reference frame's cloud and shadow [H, W]; undefined where there is none, or nobody knows. */
function cloudOf({ mask, reference, height, width }: Sample): Uint8Array | undefined {
  const pixels = height * width;
  const cloud = mask?.subarray(reference * pixels, (reference + 1) * pixels);
  return cloud?.some((value) => value !== 0) ? cloud : undefined;
}

/** How weights are measured. */
export interface ValidateOptions {
  /** Most samples: the first ones of the dataset. */
  readonly count: number;
  /** The stream of validation. */
  readonly rng: Rng;
  /** Leave out samples whose files are bad. Default false: they are an error. */
  readonly skipBad?: boolean;
}

/** Sample i of a validation, always with the same crop; what is wrong with it if it is left out. */
async function sampleOf(
  dataset: Dataset,
  i: number,
  { rng, skipBad = false }: ValidateOptions,
): Promise<Sample | InputError> {
  try {
    return await dataset.sample(i, rng.fork("data"));
  } catch (error) {
    if (skipBad && error instanceof InputError) return error;
    throw error;
  }
}

/** @throws {InputError} If no sample can be used. */
function failWithout(skipped: readonly string[]): never {
  throw new InputError(
    `Cannot validate: one of the first ${skipped.length} samples must be usable, got none; the ` +
      `first: ${skipped[0]}`,
  );
}

/**
 * Whether samples have masks of cloud: the first one that can be used tells.
 *
 * @throws {InputError} If a sample's files are bad, or those of all that may be left out.
 */
export async function hasMasks(dataset: Dataset, options: ValidateOptions): Promise<boolean> {
  const skipped: string[] = [];
  for (let i = 0; i < Math.min(options.count, dataset.size); i++) {
    const sample = await sampleOf(dataset, i, options);
    if (!(sample instanceof InputError)) return sample.mask !== undefined;
    skipped.push(sample.message);
  }
  return failWithout(skipped);
}

/**
 * Measures weights on the first samples of a dataset, always with the same crops and noise.
 *
 * @throws {InputError} If a sample's files are bad, or those of all that may be left out.
 */
export async function validate(
  model: Model,
  dataset: Dataset,
  options: ValidateOptions,
): Promise<Validation> {
  const { count, rng } = options;
  const { card, modules, weights } = model;
  const ranges = scalingRanges(card.scaling, card.bands.length);
  // The range of the brightest band, where each has its own.
  const dataRange = Math.max(...ranges.map(({ low, high }) => high - low));
  const measure = compile(({ weights, ...given }: ObjectiveInput & { weights: Weights }) => ({
    losses: sampleLosses(modules.network, weights, given),
  }));
  let loss = 0;
  const all: SampleScores[] = [];
  const cloudy: SampleScores[] = [];
  const skipped: string[] = [];
  try {
    for (let i = 0; i < Math.min(count, dataset.size); i++) {
      const stream = rng.fork(i);
      const sample = await sampleOf(dataset, i, options);
      if (sample instanceof InputError) {
        skipped.push(sample.message);
        continue;
      }
      const { length, height, width, auxiliary, target, reference } = sample;
      const frames = Math.min(length, card.length);
      const given = await execute(() => ({
        batch: {
          ...trainingTensors(card, [sample], {
            length: frames,
            frames: stream.fork("frames"),
            noise: stream.fork("noise"),
          }),
        },
        vectors: { ...objectiveVectors(modules, drawSigmas(modules, 1, stream), frames) },
      }));
      const { losses } = await measure({ weights, ...given });
      loss += (await readTensor(losses))[0]!;
      tf.dispose([given, losses]);
      const size = { batch: 1, length, height, width };
      // A dataset may show more than a model looks at.
      const seesMore = auxiliary !== undefined && card.condition.auxiliary.length > 0;
      const { image: restored } = await restoreImages(
        model,
        { ...size, cloudy: sample.cloudy, reference, ...(seesMore && { auxiliary }) },
        { seed: i },
      );
      const images = { restored, input: inputOf(sample), target };
      const scoring = { height, width, channels: card.bands.length, dataRange };
      all.push(sampleScores(images, scoring));
      const mask = cloudOf(sample);
      if (mask !== undefined) cloudy.push(sampleScores(images, { ...scoring, mask }));
    }
  } finally {
    await measure.dispose();
    await releaseDenoiser(model);
  }
  if (all.length === 0) failWithout(skipped);
  return {
    loss: loss / all.length,
    ...meanScores(all),
    samples: all.length,
    ...(skipped.length > 0 && { skipped }),
    ...(cloudy.length > 0 && { cloudy: { ...meanScores(cloudy), samples: cloudy.length } }),
  };
}
