/**
 * Validation: the loss of the averaged weights, and how well they restore, on fixed samples.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Dataset, Sample } from "../data/mod.ts";
import { compile, execute, readTensor, tf, type Weights } from "../engine/mod.ts";
import {
  type AnyRegistry,
  type ModelCard,
  type Modules,
  releaseDenoiser,
  restoreImages,
  scalingRanges,
} from "../model/mod.ts";
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

/**
 * Measures weights on the first samples of a dataset, always with the same crops and noise.
 *
 * @param rng The stream of validation.
 */
export async function validate(
  { card, modules, weights, registry }: {
    readonly card: ModelCard;
    readonly modules: Modules;
    readonly weights: Weights;
    readonly registry: AnyRegistry;
  },
  dataset: Dataset,
  { count, rng }: { readonly count: number; readonly rng: Rng },
): Promise<Validation> {
  const ranges = scalingRanges(card.scaling, card.bands.length);
  // The range of the brightest band, where each has its own.
  const dataRange = Math.max(...ranges.map(({ low, high }) => high - low));
  const samples = Math.min(count, dataset.size);
  const model = { ...modules, weights, card };
  const measure = compile(({ weights, ...given }: ObjectiveInput & { weights: Weights }) => ({
    losses: sampleLosses(modules.network, weights, given),
  }));
  let loss = 0;
  const all: SampleScores[] = [];
  const cloudy: SampleScores[] = [];
  for (let i = 0; i < samples; i++) {
    const stream = rng.fork(i);
    const sample = await dataset.sample(i, rng.fork("data"));
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
      { registry, seed: i },
    );
    const images = { restored, input: inputOf(sample), target };
    const options = { height, width, channels: card.bands.length, dataRange };
    all.push(sampleScores(images, options));
    const mask = cloudOf(sample);
    if (mask !== undefined) cloudy.push(sampleScores(images, { ...options, mask }));
  }
  await measure.dispose();
  await releaseDenoiser(weights);
  return {
    loss: loss / samples,
    ...meanScores(all),
    samples,
    ...(cloudy.length > 0 && { cloudy: { ...meanScores(cloudy), samples: cloudy.length } }),
  };
}
