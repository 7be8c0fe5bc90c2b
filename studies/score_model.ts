/**
 * Scores of a model on samples of a dataset: for every model the same crops, the same clouds and the
 * same noise.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import { joinArrays, pickFrames, type Sample } from "../datasets/mod.ts";
import { score } from "../metrics/mod.ts";
import { type Model, type ModelCard, restoreImages } from "../model/mod.ts";
import { type DataConfig, openDataset } from "../training/mod.ts";
import { framesFor } from "../evaluation/mod.ts";
import type { StudyMetric } from "./study.ts";

/** What is scored; LPIPS needs weights that are not part of this project. */
export type Scores = Readonly<Record<Exclude<StudyMetric, "lpips">, number>>;

/** Samples that stay the same for every row. */
export interface EvaluationSet {
  /** Number of samples. */
  readonly size: number;
  /** Of the dataset, where it knows one: another after files were added or left out. */
  readonly digest?: string;
  /** A sample by its place in [0, size): the same one whenever it is asked for. */
  sample(index: number): Promise<Sample>;
  /** What images are divided by before they are scored. */
  readonly dataRange: number;
  readonly seed: number;
}

/** What an evaluation set is drawn from. */
export interface EvaluationSetOptions {
  readonly config: DataConfig;
  readonly card: Pick<ModelCard, "tileSize" | "bands">;
  /** Most frames that any row takes. */
  readonly length: number;
  /** Most images: the first ones. Default all of the data. */
  readonly limit?: number | undefined;
  readonly seed: number;
  readonly dataRange: number;
}

/** Bytes up to which samples are kept in memory; more are drawn anew for every row. */
const KEPT = 2 ** 28;

function bytesOf({ cloudy, auxiliary, target }: Sample): number {
  return cloudy.byteLength + (auxiliary?.byteLength ?? 0) + target.byteLength;
}

/**
 * Opens an evaluation set.
 *
 * @throws {InputError} If the dataset's files are missing or do not fit together.
 */
export async function evaluationSet(
  { config, card: { tileSize, bands }, length, limit = Infinity, seed, dataRange }:
    EvaluationSetOptions,
): Promise<EvaluationSet> {
  const names = bands.map(({ name }) => name);
  const dataset = await openDataset(config, { tileSize, length, bands: names });
  const rng = createRng(seed).fork("evaluation");
  const size = Math.min(limit, dataset.size);
  const kept = new Map<number, Sample>();
  return {
    size,
    ...(dataset.digest !== undefined && { digest: dataset.digest }),
    dataRange,
    seed,
    async sample(index) {
      const found = kept.get(index);
      if (found !== undefined) return found;
      const drawn = await dataset.sample(index, rng);
      if (bytesOf(drawn) * size <= KEPT) kept.set(index, drawn);
      return drawn;
    },
  };
}

/** Pixels of the frames that are restored at once: 8 tiles of 64². */
const PIXELS_AT_ONCE = 8 * 64 * 64;

/** A batch of samples as {@linkcode restoreImages} takes them. */
function inputOf(samples: readonly Sample[], first: number, { card }: Pick<Model, "card">) {
  const { height, width } = samples[0]!;
  const { length } = card;
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
    // Places of their own, so that no two samples have the same noise.
    origins: samples.map((_, b) => ({ x: 0, y: (first + b) * height })),
  };
}

/** Scores of an image of a sample, both divided by the data range. */
function scoreImage(
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
 * Scores of each sample; the signal ends the work between batches.
 *
 * @throws {TypeError} If a sample has too few frames for the model.
 */
export async function scoreModel(
  model: Model,
  set: EvaluationSet,
  { signal, from = [], onScores }: {
    readonly signal?: AbortSignal | undefined;
    /** Scores of the first samples that are there already. */
    readonly from?: readonly Scores[];
    /** Called with the scores of a few samples at a time, before the next ones. */
    readonly onScores?: (some: readonly Scores[], done: number) => Promise<void>;
  } = {},
): Promise<readonly Scores[]> {
  const scores = [...from];
  const { card: { tileSize, length, name } } = model;
  const batch = Math.max(1, Math.floor(PIXELS_AT_ONCE / tileSize ** 2));
  for (let first = from.length; first < set.size; first += batch) {
    signal?.throwIfAborted();
    const places = Array.from({ length: Math.min(batch, set.size - first) }, (_, b) => first + b);
    const some = await Promise.all(places.map((index) => set.sample(index)));
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

/** The mean of all frames of a sample. */
function meanFrame({ cloudy, target, length }: Sample): Float32Array {
  const sum = new Float64Array(target.length);
  cloudy.forEach((value, i) => sum[i % sum.length]! += value);
  return Float32Array.from(sum, (value) => value / length);
}

/** What costs no training. */
export const STUDY_BASELINES = ["the cloudy image", "mean of the frames"] as const;

/**
 * Scores of the reference frame as it came, and of the mean of all frames, by sample.
 *
 * @throws The signal's reason, if it ends the work.
 */
export async function scoreBaselines(
  { size, sample, dataRange }: EvaluationSet,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Readonly<Record<typeof STUDY_BASELINES[number], readonly Scores[]>>> {
  const [copies, means]: [Scores[], Scores[]] = [[], []];
  for (let i = 0; i < size; i++) {
    // Samples in memory give nobody else a turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    const each = await sample(i);
    const { cloudy, target: { length }, reference } = each;
    copies.push(
      scoreImage(cloudy.subarray(reference * length, (reference + 1) * length), each, dataRange),
    );
    means.push(scoreImage(meanFrame(each), each, dataRange));
  }
  return { "the cloudy image": copies, "mean of the frames": means };
}

/** The mean over samples, metric by metric. */
export function meanScores(scores: readonly Scores[]): Scores {
  const mean = (metric: keyof Scores) =>
    scores.reduce((sum, each) => sum + each[metric], 0) / scores.length;
  return { psnr: mean("psnr"), ssim: mean("ssim"), mae: mean("mae"), sam: mean("sam") };
}
