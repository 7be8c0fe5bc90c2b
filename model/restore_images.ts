/**
 * Restores images in arrays: Alg. 2 with the model's scaling, condition and noise.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import {
  compile,
  type Images,
  readTensor,
  type Sequence,
  type Tensor5D,
  tf,
} from "../engine/mod.ts";
import type { Fusion } from "../fusion/mod.ts";
import type { Sampler, SamplingStep } from "../samplers/mod.ts";
import type { Timesteps } from "../timesteps/mod.ts";
import {
  conditionArray,
  fromUnit,
  type Origin,
  pixelNoise,
  type SequenceSize,
  toUnit,
} from "./images.ts";
import { meanArrays } from "./mean_arrays.ts";
import { meanGroups, type MeanInput } from "./mean_input.ts";
import type { Model } from "./model.ts";
import { meanTensors } from "./residual.ts";
import { samplingLevels } from "./check_sampling.ts";
import { sample } from "./sample.ts";

/** A batch of cloudy images. */
export interface RestoreInput extends SequenceSize {
  /** [B, L, H, W, C] in the units of the card's bands. */
  readonly cloudy: ArrayLike<number>;
  /** [B, L, H, W, Ca] in the units of the card's auxiliary bands. */
  readonly auxiliary?: ArrayLike<number>;
  /**
   * Masks of the dates [B, L, H, W]: 0 clear, others hidden. Needed where the model's mean is made of
   * all dates; others do not read them.
   */
  readonly masks?: ArrayLike<number>;
  /** Day of each date of each sample, for a mean of all dates. Default: all the same day. */
  readonly days?: readonly (readonly number[])[];
  /**
   * The mean of each sample, made before, for example of a whole scene. The dates are then only the
   * reference, L = 1. Default: made of the sample's own dates.
   */
  readonly mean?: MeanInput;
  /** The frame that the result depicts, for all samples or for each. Default the last. */
  readonly reference?: number | readonly number[];
  /** Corner of each sample in its scene, which keys the noise. Default (0, 0). */
  readonly origins?: readonly Origin[];
}

/** Options of {@linkcode restoreImages}. */
export interface RestoreOptions {
  /** Sampler steps N. Default the card's. */
  readonly steps?: number;
  /** Default the card's. */
  readonly sampler?: Sampler;
  /** Default the card's. */
  readonly timesteps?: Timesteps;
  /**
   * One D for all frames, or a restoration of each frame, fused afterwards. Default: joint for a
   * temporal network, independent for a mono-temporal one.
   */
  readonly frames?: "joint" | "independent";
  /** Combines independent frames. Default the card's. */
  readonly fusion?: Fusion;
  /** Seed of the noise. Default 0. */
  readonly seed?: number;
  /** Called after each step of the sampler. */
  readonly onStep?: (step: SamplingStep) => void | Promise<void>;
  /** Receives TFSA's masks of every network evaluation. */
  readonly onMasks?: (masks: Tensor5D) => void | Promise<void>;
  /**
   * Replaces each D: [B, H, W, C], or [B·L, H, W, C] where frames are independent.
   * The result is the sampler's; the argument stays the caller's.
   */
  readonly shareDenoised?: (denoised: Images) => Promise<Images>;
}

/** Restored images. */
export interface Restored {
  /** [B, H, W, C] in the units of the card's bands. */
  readonly image: Float32Array;
}

/**
 * Restores cloudy images. Where the model's mean is made of all dates, the network sees one frame:
 * the reference with that mean.
 *
 * @throws {TypeError} If the length of an array does not match the size, or auxiliary bands or masks
 *   are missing.
 * @throws {RangeError} If a value is not finite, the network cannot take the height and width, or
 *   there is no sample or frame.
 * @throws {OptionsError} If the sampler cannot take its steps.
 */
export async function restoreImages(
  model: Model,
  given: RestoreInput,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { card, modules } = model;
  const checked = checkInput(model, given);
  const input = card.modules.mean === undefined ? given : withMean(model, given, checked);
  const { batch, length, height, width, mean } = input;
  const reference = mean === undefined ? checked : checked.map(() => 0);
  const {
    steps = card.steps,
    sampler = modules.sampler,
    timesteps = modules.timesteps,
    fusion = modules.fusion,
    frames = modules.network.temporal || length === 1 ? "joint" : "independent",
    seed = 0,
    onStep,
    onMasks,
    shareDenoised,
  } = options;
  if (frames === "joint" && length > 1 && !modules.network.temporal) {
    throw new RangeError(
      `Cannot restore ${length} frames jointly: the network is mono-temporal; ` +
        `restore them independently or load a temporal model`,
    );
  }
  const sigmas = samplingLevels({ ...modules, sampler, timesteps }, steps)
    .map(({ sigma }) => sigma);
  const channels = card.bands.length;
  const size: SequenceSize = { batch, length, height, width };
  const origins = input.origins ?? Array.from({ length: batch }, () => ({ x: 0, y: 0 }));
  const cloudy = toUnit(input.cloudy, card.scaling, channels);
  const auxiliary = input.auxiliary === undefined ? undefined : toUnit(
    input.auxiliary,
    card.condition.auxiliaryScaling ?? card.scaling,
    card.condition.auxiliary.length,
  );
  const { mu: start, units, ...groups } = meanTensors(card, { cloudy, mean });
  const condition = conditionArray(card, { ...groups, cloudy, auxiliary, reference, size });

  // Independent frames are samples of their own: [B, L, …] becomes [B·L, 1, …].
  const [samples, joint] = frames === "joint" ? [batch, length] : [batch * length, 1];
  const shaped = (data: Float32Array, depth: number) =>
    tf.tensor5d(data, [samples, joint, height, width, depth]) as Sequence;
  const mu = shaped(start, channels);
  const conditions = condition && shaped(condition.data, condition.channels);
  const rng = createRng(seed);
  try {
    const restored = await sample(model, {
      mu,
      condition: conditions,
      sampler,
      sigmas,
      noise: (draw) => shaped(pixelNoise(rng, { draw, origins, channels, size }), channels),
      onStep,
      onMasks,
      shareDenoised,
    });
    const image = frames === "joint" ? restored : await fuseFrames(restored, fusion, size);
    const values = await readTensor(image);
    image.dispose();
    const restoredUnit = units === undefined
      ? values
      : values.map((value, i) => groups.mean![i]! + units[i]! * value);
    return { image: fromUnit(restoredUnit, card.scaling, channels) };
  } finally {
    mu.dispose();
    conditions?.dispose();
  }
}

/** Reduces the dates of each sample to its reference, and makes the mean if there is none. */
function withMean(
  { card, modules }: Model,
  input: RestoreInput,
  reference: readonly number[],
): RestoreInput {
  const { batch, length, height, width, cloudy, auxiliary, masks, days } = input;
  const mean = input.mean ?? meanArrays(modules.mean, card, {
    ...{ size: { batch, length, height, width }, cloudy, masks: masks!, days, reference },
  });
  const own = (values: ArrayLike<number>, channels: number) => {
    const size = height * width * channels;
    return Float32Array.from({ length: batch * size }, (_, i) => {
      const b = Math.floor(i / size);
      return values[(b * length + reference[b]!) * size + i % size]!;
    });
  };
  return {
    ...input,
    mean,
    length: 1,
    cloudy: own(cloudy, card.bands.length),
    ...(auxiliary && { auxiliary: own(auxiliary, card.condition.auxiliary.length) }),
  };
}

async function fuseFrames(
  frames: Images,
  fusion: Fusion,
  { batch, length }: SequenceSize,
): Promise<Images> {
  const fuse = compile(({ images }: { images: Images }) => ({
    fused: fusion.fuse(images.reshape([batch, length, ...images.shape.slice(1)]) as Sequence),
  }));
  const { fused } = await fuse({ images: frames });
  await fuse.dispose();
  frames.dispose();
  return fused;
}

/** Checks sizes and values before any work; returns the reference frame of each sample. */
function checkInput({ card, modules: { network } }: Model, input: RestoreInput): readonly number[] {
  const { batch, length, height, width, cloudy, auxiliary } = input;
  if (![batch, length].every((count) => Number.isSafeInteger(count) && count > 0)) {
    throw new RangeError(
      `Cannot restore: there must be at least one sample and one frame, got ${batch} and ${length}`,
    );
  }
  network.checkSize({ height, width });
  checkArray("cloudy", cloudy, { input, channels: card.bands.length });
  const wanted = card.condition.auxiliary;
  if (wanted.length > 0) {
    if (auxiliary === undefined) {
      throw new TypeError(
        `Cannot restore: the model needs the auxiliary bands ` +
          `${wanted.map((band) => `${band.name} (${band.unit})`).join(", ")}, got none`,
      );
    }
    checkArray("auxiliary", auxiliary, { input, channels: wanted.length });
  } else if (auxiliary !== undefined) {
    throw new TypeError("Cannot restore: the model takes no auxiliary bands, got some");
  }
  checkMeanInput(card, input);
  if (input.origins !== undefined && input.origins.length !== batch) {
    throw new TypeError(
      `Cannot restore: there must be an origin for each of ${batch} samples, got ` +
        `${input.origins.length}`,
    );
  }
  const given = input.reference ?? length - 1;
  const reference = typeof given === "number" ? Array<number>(batch).fill(given) : given;
  if (
    reference.length !== batch ||
    reference.some((frame) => !Number.isInteger(frame) || frame < 0 || frame >= length)
  ) {
    throw new RangeError(
      `Cannot restore: the reference must be a frame 0 … ${length - 1} for each of ${batch} ` +
        `samples, got ${reference.join(", ")}`,
    );
  }
  return reference;
}

/** @throws {TypeError} If masks, days or the mean are missing or of another size. */
function checkMeanInput(card: Model["card"], input: RestoreInput): void {
  const { modules } = card;
  const { batch, length, masks, days, mean } = input;
  if (modules.mean === undefined) {
    if (mean === undefined) return;
    throw new TypeError("Cannot restore: the model's mean is the cloudy image, got a mean");
  }
  if (mean !== undefined) {
    const one = { ...input, length: 1 };
    for (const { key, depth } of meanGroups(card.bands.length)) {
      checkArray(`mean.${key}`, mean[key], { input: one, channels: depth });
    }
    if (length === 1) return;
    throw new TypeError(
      `Cannot restore: a mean goes with the reference alone, got ${length} dates`,
    );
  }
  if (masks === undefined) {
    throw new TypeError(
      `Cannot restore: the model's mean is ${modules.mean.type}, which needs the masks of all ` +
        `${length} dates, got none`,
    );
  }
  checkArray("masks", masks, { input, channels: 1 });
  if (days !== undefined && (days.length !== batch || days.some((one) => one.length !== length))) {
    throw new TypeError(
      `Cannot restore: there must be a day for each of ${length} dates of ${batch} samples, got ` +
        days.map((one) => one.length).join(", "),
    );
  }
}

function checkArray(
  name: string,
  values: ArrayLike<number>,
  { input: { batch, length, height, width }, channels }: {
    readonly input: RestoreInput;
    readonly channels: number;
  },
): void {
  const size = batch * length * height * width * channels;
  if (values.length !== size) {
    throw new TypeError(
      `Cannot restore: ${name} must have ${batch}×${length}×${height}×${width}×${channels} = ` +
        `${size} numbers (samples, frames, height, width, bands), got ${values.length}`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const pixel = Math.floor(i / channels);
      throw new RangeError(
        `Cannot restore: ${name} must be finite everywhere, got ${values[i]} at row ` +
          `${Math.floor(pixel / width) % height}, column ${pixel % width}, band ${i % channels}; ` +
          `fill pixels without data first`,
      );
    }
  }
}
