/**
 * Validation: the loss of the averaged weights, and how well they restore, on fixed samples.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Dataset } from "../data/mod.ts";
import { compile, execute, readTensor, tf, type Weights } from "../engine/mod.ts";
import { mae, psnr } from "../metrics/mod.ts";
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
import { drawSigmas } from "./step.ts";

/** Means over the validation samples. */
export interface Validation {
  /** Of Alg. 1, at one noise level a sample. */
  readonly loss: number;
  /** Mean absolute error of the restored images, relative to the range of the model's scaling. */
  readonly mae: number;
  /** In dB, with that range as the data range. */
  readonly psnr: number;
  /** The same of the reference frame as it came. */
  readonly cloudyPsnr: number;
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
  const sums = { loss: 0, mae: 0, psnr: 0, cloudyPsnr: 0 };
  for (let i = 0; i < samples; i++) {
    const stream = rng.fork(i);
    const sample = await dataset.sample(i, rng.fork("data"));
    const { length, height, width, cloudy, auxiliary, target, reference } = sample;
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
    sums.loss += (await readTensor(losses))[0]!;
    tf.dispose([given, losses]);
    const size = { batch: 1, length, height, width };
    const restored = await restoreImages(
      model,
      { ...size, cloudy, reference, ...(auxiliary && { auxiliary }) },
      { registry, seed: i },
    );
    const options = { height, width, channels: card.bands.length, dataRange };
    const pixels = height * width * card.bands.length;
    const frame = cloudy.subarray(reference * pixels, (reference + 1) * pixels);
    sums.mae += mae(restored.image, target, options) / dataRange;
    sums.psnr += psnr(restored.image, target, options);
    sums.cloudyPsnr += psnr(frame, target, options);
  }
  await measure.dispose();
  await releaseDenoiser(weights);
  return {
    loss: sums.loss / samples,
    mae: sums.mae / samples,
    psnr: sums.psnr / samples,
    cloudyPsnr: sums.cloudyPsnr / samples,
  };
}
