/**
 * Scores of a model on an evaluation set, with the same noise for every model.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { joinArrays, pickFrames, type Sample } from "../datasets/mod.ts";
import { score } from "../metrics/mod.ts";
import { type Model, restoreImages } from "../model/mod.ts";
import { meanInputOf } from "../training/mod.ts";
import { framesFor } from "../evaluation/mod.ts";
import type { EvaluationSet } from "./evaluation_set.ts";
import type { StudyMetric } from "./study.ts";

/** Metrics of a sample. LPIPS is missing, since its weights are not part of this project. */
export type Scores = Readonly<Record<Exclude<StudyMetric, "lpips">, number>>;

/** Pixels restored at once: 8 tiles of 64². */
const PIXELS_AT_ONCE = 8 * 64 * 64;

/** A batch of samples as input of {@linkcode restoreImages}. */
function inputOf(samples: readonly Sample[], first: number, { card }: Pick<Model, "card">) {
  const { height, width } = samples[0]!;
  const { length, modules } = card;
  const auxiliary = card.condition.auxiliary.length;
  const chosen = samples.map((sample) => framesFor(sample, length));
  const frames = (data: (sample: Sample) => Float32Array, channels: number) =>
    joinArrays(
      samples.map((sample, b) => pickFrames(data(sample), chosen[b]!, height * width * channels)),
    );
  return {
    batch: samples.length,
    length,
    height,
    width,
    cloudy: frames(({ cloudy }) => cloudy, card.bands.length),
    ...(auxiliary > 0 && { auxiliary: frames((sample) => sample.auxiliary!, auxiliary) }),
    reference: samples.map(({ reference }, b) => chosen[b]!.indexOf(reference)),
    ...(modules.mean !== undefined && meanInputOf(samples, chosen)),
    // Distinct origins, so that no two samples share their noise.
    origins: samples.map((_, b) => ({ x: 0, y: (first + b) * height })),
  };
}

/** Scores an image of a sample, both divided by the data range. */
export function scoreImage(
  image: Float32Array,
  { target, height, width }: Sample,
  dataRange: number,
): Scores {
  const options = { height, width, channels: target.length / (height * width), dataRange: 1 };
  const scaled = (data: Float32Array) => data.map((value) => value / dataRange);
  const { psnr, ssim, mae, sam } = score(scaled(image), scaled(target), options);
  return { psnr, ssim, mae, sam };
}

/**
 * Scores each sample; the signal aborts between batches.
 *
 * @throws {TypeError} If a sample has too few frames for the model.
 */
export async function scoreModel(
  model: Model,
  set: EvaluationSet,
  { signal, from = [], onScores }: {
    readonly signal?: AbortSignal | undefined;
    /** Known scores of the first samples. */
    readonly from?: readonly Scores[];
    /** Called with the scores of each batch. */
    readonly onScores?: (some: readonly Scores[], done: number) => Promise<void>;
  } = {},
): Promise<readonly Scores[]> {
  const scores = [...from];
  const { card: { tileSize, length, name } } = model;
  const batch = Math.max(1, Math.floor(PIXELS_AT_ONCE / tileSize ** 2));
  for (let first = from.length; first < set.size; first += batch) {
    signal?.throwIfAborted();
    const indices = Array.from({ length: Math.min(batch, set.size - first) }, (_, b) => first + b);
    const some = await Promise.all(indices.map((index) => set.sample(index)));
    const short = some.find((sample) => sample.length < length);
    if (short !== undefined) {
      throw new TypeError(
        `Cannot score ${name}: the sample ${short.name} must have ${length} frames, got ` +
          `${short.length}`,
      );
    }
    const { image } = await restoreImages(model, inputOf(some, first, model), {
      seed: set.seed,
    });
    const size = image.length / some.length;
    const scored = some.map((sample, b) =>
      scoreImage(image.slice(b * size, (b + 1) * size), sample, set.dataRange)
    );
    scores.push(...scored);
    await onScores?.(scored, scores.length);
  }
  return scores;
}

/** The mean over samples, metric by metric. */
export function meanScores(scores: readonly Scores[]): Scores {
  const meanOf = (metric: keyof Scores) => mean(scores.map((each) => each[metric]));
  return { psnr: meanOf("psnr"), ssim: meanOf("ssim"), mae: meanOf("mae"), sam: meanOf("sam") };
}
