/**
 * Converts samples, in the units of their files, to the tensors of a training step.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import { type Dataset, joinArrays, pickFrames, type Sample } from "../datasets/mod.ts";
import { type Images, type Sequence, tf } from "../engine/mod.ts";
import {
  conditionArray,
  type MeanArrays,
  meanArrays,
  meanTensors,
  type ModelCard,
  type Modules,
  type RestoreInput,
  toUnit,
} from "../model/mod.ts";
import type { TrainingTensors } from "./objective.ts";

/**
 * Checks that a dataset has the bands of a model in the same order.
 *
 * @throws {TypeError} If it does not; the message has both lists.
 */
export function checkBands({ bands }: Pick<Dataset, "bands">, card: ModelCard): void {
  const wanted = card.bands.map(({ name }) => name);
  if (bands.join() !== wanted.join()) {
    throw new TypeError(
      `Cannot train: the dataset must have the model's bands ${wanted.join(", ")} in this order, ` +
        `got ${bands.join(", ")}`,
    );
  }
}

/** Milliseconds of a day. */
const DAY = 86_400_000;

function fail(sample: Sample, what: string): never {
  throw new TypeError(`Cannot use the sample ${sample.name}: ${what}`);
}

/** Days of a sample's frames on one scale; undefined where the dataset has no dates. */
function daysOf({ dates }: Sample): readonly number[] | undefined {
  return dates?.map((day) => Date.parse(`${day}T00:00:00Z`) / DAY);
}

function checkSample(sample: Sample, card: ModelCard, length: number): void {
  const { height, width, cloudy, target, auxiliary, reference } = sample;
  const pixels = height * width;
  if (height !== card.tileSize || width !== card.tileSize) {
    fail(sample, `it must be ${card.tileSize}×${card.tileSize} pixels, got ${height}×${width}`);
  }
  if (sample.length < length) fail(sample, `it must have ${length} frames, got ${sample.length}`);
  if (!(reference >= 0 && reference < sample.length)) {
    fail(sample, `its reference must be one of ${sample.length} frames, got ${reference}`);
  }
  const wanted = card.condition.auxiliary.length;
  const arrays = [
    ["cloudy", cloudy, sample.length * card.bands.length],
    ["target", target, card.bands.length],
    // A dataset may have more than the model uses: ablations leave auxiliary bands out.
    ["auxiliary", wanted === 0 ? undefined : auxiliary, sample.length * wanted],
  ] as const;
  for (const [name, array, channels] of arrays) {
    if ((array?.length ?? 0) !== pixels * channels) {
      fail(sample, `${name} must have ${pixels * channels} values, got ${array?.length ?? 0}`);
    }
    const bad = array?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (bad >= 0) fail(sample, `${name} must be finite, got ${array![bad]} at element ${bad}`);
  }
  const { mean } = card.modules;
  if (mean !== undefined && sample.mask?.length !== sample.length * pixels) {
    fail(
      sample,
      `the mean ${mean.type} needs the masks of its ${sample.length} frames, ` +
        `${sample.length * pixels} values, got ${sample.mask?.length ?? 0}`,
    );
  }
}

/** Returns L of the sample's frames in order of time: the reference and others drawn at random. */
export function chooseFrames(sample: Sample, length: number, rng: Rng): readonly number[] {
  const others = Array.from({ length: sample.length }, (_, l) => l)
    .filter((l) => l !== sample.reference)
    .map((l, i) => ({ l, key: rng.uniform(i) }))
    .sort((a, b) => a.key - b.key)
    .slice(0, length - 1)
    .map(({ l }) => l);
  return [sample.reference, ...others].sort((a, b) => a - b);
}

/**
 * Makes the mean of all chosen dates of each sample, in the units of the bands, with its evidence.
 *
 * @returns Undefined if the mean is the cloudy image.
 */
export function meanOf(
  { card, modules }: MeanModel,
  samples: readonly Sample[],
  chosen: readonly (readonly number[])[],
): MeanArrays | undefined {
  if (card.modules.mean === undefined) return undefined;
  const { bands: { length: channels } } = card;
  const parts = samples.map((sample, b) => {
    if (sample.mean !== undefined) return { ...sample.mean, notes: [] };
    const { height, width, cloudy, reference } = sample;
    const [frames, pixels] = [chosen[b]!, height * width];
    const { masks, days } = meanInputOf([sample], [frames]);
    return meanArrays(modules.mean, card, {
      size: { batch: 1, length: frames.length, height, width },
      cloudy: pickFrames(cloudy, frames, pixels * channels),
      ...{ masks: masks!, ...(days && { days }) },
      reference: [frames.indexOf(reference)],
    });
  });
  return joinMeans(parts);
}

/** Means of single samples as one of a batch. */
function joinMeans(parts: readonly MeanArrays[]): MeanArrays {
  const join = (key: "image" | "evidence" | "dates" | "errors") =>
    joinArrays(parts.map((part) => part[key]));
  return {
    image: join("image"),
    evidence: join("evidence"),
    dates: join("dates"),
    errors: join("errors"),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

/**
 * Masks and days of samples, or the means that they bring, as input of a restoration whose mean is
 * made of all dates.
 *
 * @param chosen Frames of each sample. Default all.
 */
export function meanInputOf(
  samples: readonly Sample[],
  chosen: readonly (readonly number[])[] = samples.map(({ length }) => [...Array(length).keys()]),
): Pick<RestoreInput, "masks" | "days" | "mean"> {
  if (samples.every(({ mean }) => mean !== undefined)) {
    return { mean: joinMeans(samples.map(({ mean }) => ({ ...mean!, notes: [] }))) };
  }
  if (samples.some(({ mask }) => mask === undefined)) return {};
  const days = samples.map((sample, b) => {
    const all = daysOf(sample);
    return all && chosen[b]!.map((l) => all[l]!);
  });
  const masks = samples.flatMap(({ mask, height, width }, b) => {
    const pixels = height * width;
    return chosen[b]!.map((l) => mask!.subarray(l * pixels, (l + 1) * pixels));
  });
  const out = new Uint8Array(masks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const mask of masks) {
    out.set(mask, at);
    at += mask.length;
  }
  return { masks: out, ...(days.every((one) => one !== undefined) && { days }) };
}

/** The residual (x0 − μ)/e; 0 on clear ground of the reference, which every restoration keeps. */
function residualOf(
  clean: Float32Array,
  { mean, evidence, units, channels }: {
    readonly mean?: Float32Array;
    readonly evidence?: Float32Array;
    readonly units: Float32Array;
    readonly channels: number;
  },
): Float32Array {
  const depth = evidence!.length / (clean.length / channels);
  return clean.map((value, i) => {
    const isClear = evidence![Math.floor(i / channels) * depth] === 1;
    return isClear ? 0 : (value - mean![i]!) / units[i]!;
  });
}

/** Card of a model and its mean. */
export interface MeanModel {
  /** Scalings, bands and condition of the model. */
  readonly card: ModelCard;
  /** The module that the card's mean names. */
  readonly modules: Pick<Modules, "mean">;
}

/**
 * Returns the tensors of a batch; the caller owns them. Where the mean is made of all dates, they have
 * one frame: the reference date with that mean; where the process runs on the residual, clean is the residual and mu is 0.
 *
 * @param model Card and mean of the model.
 * @param samples In the units of their files. Of a sample with more frames than `length`, the
 *   reference and others drawn at random are used.
 * @param options `length` is L; `frames` draws the frames, `noise` draws n; `first` is the index of
 *   the first sample in its step, default 0, so that a step in parts draws the numbers of the whole.
 * @throws {TypeError} If a sample does not fit the model; the message has its name.
 */
export function trainingTensors(
  model: MeanModel,
  samples: readonly Sample[],
  { length, frames, noise, first = 0 }: {
    readonly length: number;
    readonly frames: Rng;
    readonly noise: Rng;
    readonly first?: number;
  },
): TrainingTensors {
  const { card } = model;
  for (const sample of samples) checkSample(sample, card, length);
  const { tileSize, bands, condition: { auxiliary: auxiliaryBands, auxiliaryScaling } } = card;
  const [batch, channels, pixels] = [samples.length, bands.length, tileSize * tileSize];
  const chosen = samples.map((sample, b) => chooseFrames(sample, length, frames.fork(first + b)));
  const made = meanOf(model, samples, chosen);
  // Frames that the network sees.
  const seen = made === undefined ? chosen : samples.map(({ reference }) => [reference]);
  const frameCount = made === undefined ? length : 1;
  const pick = (key: "cloudy" | "auxiliary", count: number) =>
    joinArrays(samples.map((sample, b) => pickFrames(sample[key]!, seen[b]!, pixels * count)));
  const clean = toUnit(joinArrays(samples.map(({ target }) => target)), card.scaling, channels);
  const cloudy = toUnit(pick("cloudy", channels), card.scaling, channels);
  const auxiliary = auxiliaryBands.length === 0 ? undefined : toUnit(
    pick("auxiliary", auxiliaryBands.length),
    auxiliaryScaling ?? card.scaling,
    auxiliaryBands.length,
  );
  const { mu, units, ...groups } = meanTensors(card, { cloudy, mean: made });
  const condition = conditionArray(card, {
    cloudy,
    auxiliary,
    ...groups,
    reference: samples.map(({ reference }, b) => seen[b]!.indexOf(reference)),
    size: { batch, length: frameCount, height: tileSize, width: tileSize },
  });
  const perSample = frameCount * pixels * channels;
  const sequence = (data: Float32Array, depth: number): Sequence =>
    tf.tensor5d(data, [batch, frameCount, tileSize, tileSize, depth]);
  const target = units === undefined ? clean : residualOf(clean, { ...groups, units, channels });
  const image: Images = tf.tensor4d(target, [batch, tileSize, tileSize, channels]);
  return {
    clean: image,
    mu: sequence(mu, channels),
    noise: sequence(noise.normals(batch * perSample, first * perSample), channels),
    ...(condition && { condition: sequence(condition.data, condition.channels) }),
  };
}
