/** Export of a model to ONNX, for programs without this library. @module */

import { makeFolderOf, writeFileAtomically } from "../files/mod.ts";
import { onnxFile, type Sequence, type Tensor1D } from "../engine/mod.ts";
import {
  applyDenoiser,
  conditionChannels,
  type Model,
  networkLength,
  stringifyCard,
} from "../model/mod.ts";
import { noiseLevelAtSigma } from "../schedules/mod.ts";

/** Options of {@linkcode exportOnnx}. */
export interface ExportOnnxOptions {
  /** Batch size B. Default 1. */
  readonly batch?: number;
  /** Frames L. Default the card's. */
  readonly length?: number;
  /** Side of the square images in pixels. Default the card's tile size. */
  readonly size?: number;
  /** Number of sampler steps described in the metadata. Default the card's. */
  readonly steps?: number;
  /** Replaces an existing file. Default false. */
  readonly overwrite?: boolean;
}

/** Result of {@linkcode exportOnnx}. */
export interface ExportedOnnx {
  /** Shapes of the inputs by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Names of the outputs: `denoised` and, of a temporal network, `masks`. */
  readonly outputs: readonly string[];
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** The values of one noise level, with which sampling from the file is a loop of a few lines. */
export interface ExportedLevel {
  /** Noise level σ, > 0. */
  readonly sigma: number;
  /** Time of the level, σ(t) = σ. */
  readonly t: number;
  /** Weight of μ, k = (1 − s)/s. */
  readonly k: number;
  /** Scale of the noised images at the network's input (Eq. 13). */
  readonly cIn: number;
  /** Weight of the noised images in D. */
  readonly cSkip: number;
  /** Weight of the network's output in D. */
  readonly cOut: number;
  /** Noise level as the network receives it. */
  readonly cNoise: number;
}

/**
 * Writes the denoiser D (Eq. 13) with its weights.
 *
 * Inputs: `noised` x̃ = y + k·μ [B, L, H, W, C], `condition` [B, L, H, W, Cc] (if the model has one)
 * and `c_in`, `c_skip`, `c_out`, `c_noise` [B]; outputs: `denoised` [B, H, W, C] and, of a temporal
 * network, `masks`. Metadata: `emrdm.card`, and `emrdm.levels` with k and the coefficients of every
 * level of the model's time steps, so that y ← y + (σ_next − σ)/σ·(y − D) from y = σ_0·n restores an
 * image (Alg. 2, for the built-in schedules).
 *
 * @throws {TypeError} If the file exists and `overwrite` is not set.
 * @throws {RangeError} If the network cannot take images of that size.
 */
export async function exportOnnx(
  model: Model,
  path: string,
  options: ExportOnnxOptions = {},
): Promise<ExportedOnnx> {
  const { card, weights, modules: { network } } = model;
  const {
    batch = 1,
    length = networkLength(card, card.length),
    size = card.tileSize,
    steps = card.steps,
  } = options;
  network.checkSize({ height: size, width: size });
  const channels = conditionChannels(card);
  const image = [batch, length, size, size];
  const inputs: Record<string, readonly number[]> = {
    noised: [...image, card.bands.length],
    ...(channels > 0 && { condition: [...image, channels] }),
    ["c_in"]: [batch],
    ["c_skip"]: [batch],
    ["c_out"]: [batch],
    ["c_noise"]: [batch],
  };
  const outputs = network.temporal ? ["denoised", "masks"] : ["denoised"];
  const parts = await onnxFile((constants, given) => {
    const { image, masks } = applyDenoiser(network, constants.weights, {
      noised: given.noised as Sequence,
      ...(channels > 0 && { condition: given.condition as Sequence }),
      cIn: given.c_in as Tensor1D,
      cSkip: given.c_skip as Tensor1D,
      cOut: given.c_out as Tensor1D,
      cNoise: given.c_noise as Tensor1D,
    });
    return { denoised: image, ...(masks && { masks }) };
  }, {
    constants: { weights: { params: weights.params, buffers: weights.buffers } },
    inputs,
    metadata: {
      ["emrdm.card"]: stringifyCard(card),
      ["emrdm.levels"]: JSON.stringify(levelsOf(model, { steps, length })),
    },
  });
  await makeFolderOf(path);
  await writeFileAtomically(path, parts, { overwrite: options.overwrite ?? false });
  return { inputs, outputs, bytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** Returns the values of every noise level of the model's time steps. */
function levelsOf(
  { modules: { schedule, precond, timesteps } }: Model,
  { steps, length }: { readonly steps: number; readonly length: number },
): ExportedLevel[] {
  return timesteps.sigmas(steps, schedule).slice(0, -1).map((sigma) => {
    const level = noiseLevelAtSigma(schedule, sigma);
    const { cIn, cSkip, cOut, cNoise } = precond.coefficients(level, length);
    return { sigma, t: level.t, k: level.k, cIn, cSkip, cOut, cNoise };
  });
}
