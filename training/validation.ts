/**
 * Validation: the loss of the averaged weights and the scores of their restorations, on fixed samples.
 *
 * @module
 */

import { InputError, type Rng } from "../core/mod.ts";
import { type Dataset, pickFrames, type Sample } from "../datasets/mod.ts";
import { compile, execute, readTensor, tf, type Weights } from "../engine/mod.ts";
import {
  type Model,
  networkLength,
  releaseDenoiser,
  restoreImages,
  scalingRanges,
} from "../model/mod.ts";
import { meanOf, trainingTensors } from "./batch.ts";
import { type ObjectiveInput, objectiveVectors, sampleLosses } from "./objective.ts";
import { meanScores, type SampleScores, sampleScores, type Validation } from "./scores.ts";
import { drawSigmas } from "./step.ts";

export type { PixelScores, Validation } from "./scores.ts";

/** Returns the cloudy reference frame of a sample [H, W, C]. */
function inputOf({ cloudy, reference, target: { length } }: Sample): Float32Array {
  return cloudy.subarray(reference * length, (reference + 1) * length);
}

/** Returns the reference frame's mask of cloud and shadow [H, W]; undefined if empty or unknown. */
function cloudOf({ mask, reference, height, width }: Sample): Uint8Array | undefined {
  const pixels = height * width;
  const cloud = mask?.subarray(reference * pixels, (reference + 1) * pixels);
  return cloud?.some((value) => value !== 0) ? cloud : undefined;
}

/** Options of {@linkcode validate}. */
export interface ValidateOptions {
  /** Maximum number of samples, from the start of the dataset. */
  readonly count: number;
  /** Random stream of the validation. */
  readonly rng: Rng;
  /** Skip samples whose files are bad. Default false: they are an error. */
  readonly skipBad?: boolean;
}

/** Returns sample i of a validation, always with the same crop, or its error if it is skipped. */
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

/** @throws {InputError} Always, with the first of the skipped samples' errors. */
function failWithoutSamples(skipped: readonly string[]): never {
  throw new InputError(
    `Cannot validate: one of the first ${skipped.length} samples must be usable, got none; the ` +
      `first error: ${skipped[0]}`,
  );
}

/**
 * Returns true if the first usable sample has a cloud mask.
 *
 * @throws {InputError} If a sample's files are bad and `skipBad` is false, or no sample is usable.
 */
export async function hasMasks(dataset: Dataset, options: ValidateOptions): Promise<boolean> {
  const skipped: string[] = [];
  for (let i = 0; i < Math.min(options.count, dataset.size); i++) {
    const sample = await sampleOf(dataset, i, options);
    if (!(sample instanceof InputError)) return sample.mask !== undefined;
    skipped.push(sample.message);
  }
  return failWithoutSamples(skipped);
}

/**
 * Validates a model on the first samples of a dataset, always with the same crops and noise.
 *
 * @throws {InputError} If a sample's files are bad and `skipBad` is false, or no sample is usable.
 */
export async function validate(
  model: Model,
  dataset: Dataset,
  options: ValidateOptions,
): Promise<Validation> {
  const { count, rng } = options;
  const { card, modules, weights } = model;
  const ranges = scalingRanges(card.scaling, card.bands.length);
  // The largest range, if each band has its own.
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
          ...trainingTensors({ card, modules }, [sample], {
            length: frames,
            frames: stream.fork("frames"),
            noise: stream.fork("noise"),
          }),
        },
        vectors: {
          ...objectiveVectors(
            modules,
            drawSigmas(modules, 1, stream),
            networkLength(card, frames),
          ),
        },
      }));
      const { losses } = await measure({ weights, ...given });
      loss += (await readTensor(losses))[0]!;
      tf.dispose([given, losses]);
      const size = { batch: 1, length, height, width };
      // A dataset may have auxiliary bands that the model does not use.
      const usesAuxiliary = auxiliary !== undefined && card.condition.auxiliary.length > 0;
      const mean = meanOf({ card, modules }, [sample], [[...Array(length).keys()]]);
      // With a mean of all dates, the network sees the reference alone.
      const shown = mean === undefined
        ? { ...size, cloudy: sample.cloudy, reference, ...(usesAuxiliary && { auxiliary }) }
        : {
          ...{ ...size, length: 1, cloudy: inputOf(sample), reference: 0, mean },
          ...(usesAuxiliary && {
            auxiliary: pickFrames(
              auxiliary,
              [reference],
              height * width * card.condition.auxiliary.length,
            ),
          }),
        };
      const { image: restored } = await restoreImages(model, shown, { seed: i });
      const images = { restored, input: inputOf(sample), mean: mean?.image, target };
      const scoring = { height, width, channels: card.bands.length, dataRange };
      all.push(sampleScores(images, scoring));
      const mask = cloudOf(sample);
      if (mask !== undefined) cloudy.push(sampleScores(images, { ...scoring, mask }));
    }
  } finally {
    await measure.dispose();
    await releaseDenoiser(model);
  }
  if (all.length === 0) failWithoutSamples(skipped);
  return {
    loss: loss / all.length,
    ...meanScores(all),
    samples: all.length,
    ...(skipped.length > 0 && { skipped }),
    ...(cloudy.length > 0 && { cloudy: { ...meanScores(cloudy), samples: cloudy.length } }),
  };
}
