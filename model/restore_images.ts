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
import type { Model } from "./model.ts";
import { sample } from "./sample.ts";

/** A batch of cloudy images. */
export interface RestoreInput extends SequenceSize {
  /** [B, L, H, W, C] in the units of the card's bands. */
  readonly cloudy: ArrayLike<number>;
  /** [B, L, H, W, Ca] in the units of the card's auxiliary bands. */
  readonly auxiliary?: ArrayLike<number>;
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
 * Restores cloudy images.
 *
 * @throws {TypeError} If the length of an array does not match the size, or auxiliary bands are
 *   missing.
 * @throws {RangeError} If a value is not finite, the network cannot take the height and width, or
 *   there is no sample or frame.
 */
export async function restoreImages(
  model: Model,
  input: RestoreInput,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { card, modules } = model;
  const { batch, length, height, width } = input;
  const reference = checkInput(model, input);
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
  const channels = card.bands.length;
  const size: SequenceSize = { batch, length, height, width };
  const origins = input.origins ?? Array.from({ length: batch }, () => ({ x: 0, y: 0 }));
  const cloudy = toUnit(input.cloudy, card.scaling, channels);
  const auxiliary = input.auxiliary === undefined ? undefined : toUnit(
    input.auxiliary,
    card.condition.auxiliaryScaling ?? card.scaling,
    card.condition.auxiliary.length,
  );
  const condition = conditionArray(card, { cloudy, auxiliary, reference, size });

  // Independent frames are samples of their own: [B, L, …] becomes [B·L, 1, …].
  const [samples, joint] = frames === "joint" ? [batch, length] : [batch * length, 1];
  const shaped = (data: Float32Array, depth: number) =>
    tf.tensor5d(data, [samples, joint, height, width, depth]) as Sequence;
  const mu = shaped(cloudy, channels);
  const conditions = condition && shaped(condition.data, condition.channels);
  const rng = createRng(seed);
  try {
    const restored = await sample(model, {
      mu,
      condition: conditions,
      sampler,
      sigmas: timesteps.sigmas(steps),
      noise: (draw) => shaped(pixelNoise(rng, { draw, origins, channels, size }), channels),
      onStep,
      onMasks,
      shareDenoised,
    });
    const image = frames === "joint" ? restored : await fuseFrames(restored, fusion, size);
    const values = await readTensor(image);
    image.dispose();
    return { image: fromUnit(values, card.scaling, channels) };
  } finally {
    mu.dispose();
    conditions?.dispose();
  }
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
