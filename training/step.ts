/**
 * One update: Alg. 1, then clipping, AdamW and the average.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Sample } from "../data/mod.ts";
import { execute, readTensor, tf } from "../engine/mod.ts";
import type { DenoiserInput, ModelCard, Modules } from "../model/mod.ts";
import type { AdamW } from "./adamw.ts";
import { trainingTensors } from "./batch.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { emaDecay, updateEma } from "./ema.ts";
import { lossAndGradients, objectiveVectors } from "./objective.ts";
import type { TrainingState } from "./state.ts";

/** What stays the same from step to step. */
export interface StepContext {
  readonly card: ModelCard;
  readonly modules: Modules;
  readonly optimizer: AdamW;
  /** Decay of the average. */
  readonly decay: number;
  /** Largest norm of the gradients. */
  readonly clip: number;
}

/** What a step is given. */
export interface StepInput {
  readonly samples: readonly Sample[];
  /** Frames L. */
  readonly length: number;
  /** The stream of this step. */
  readonly rng: Rng;
}

/** What a step gives. */
export interface StepResult {
  /** The new state; the caller owns its tensors. The buffers are those of the old one. */
  readonly state: TrainingState;
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** One per sample. */
  readonly sigmas: readonly number[];
}

/** Loss or gradients that are no numbers any more. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** The σ of each sample of a step. */
export function drawSigmas({ noise }: Modules, count: number, rng: Rng): readonly number[] {
  return Array.from({ length: count }, (_, b) => noise.sample(rng.fork("sigma").fork(b)));
}

/** Uniform numbers for dropout by the name of the layer. */
function dropoutNumbers(rng: Rng): NonNullable<DenoiserInput["random"]> {
  return (name, shape) =>
    tf.tensor(rng.fork(name).uniforms(shape.reduce((a, b) => a * b, 1)), shape, "float32");
}

/**
 * One training step.
 *
 * @param state Stays the caller's.
 * @throws {DivergedError} If the loss or the norm of the gradients is NaN or infinite, with the
 *   step, the noise levels and the samples; nothing is changed then.
 */
export async function trainStep(
  { card, modules, optimizer, decay, clip }: StepContext,
  state: TrainingState,
  { samples, length, rng }: StepInput,
): Promise<StepResult> {
  const sigmas = drawSigmas(modules, samples.length, rng);
  const next = await execute(() => {
    const batch = trainingTensors(card, samples, {
      length,
      frames: rng.fork("frames"),
      noise: rng.fork("noise"),
    });
    const vectors = objectiveVectors(modules, sigmas, length);
    const random = dropoutNumbers(rng.fork("dropout"));
    const input = { batch, vectors, random };
    const { loss, losses, grads } = lossAndGradients(modules.network, state.weights, input);
    const { grads: clipped, norm } = clipByGlobalNorm(grads, clip);
    const { params, state: { first, second } } = optimizer.update(
      state.weights.params,
      clipped,
      state.optimizer,
    );
    const ema = updateEma(state.ema, params, emaDecay(decay, state.step + 1));
    return { loss, losses, norm, params, first, second, ema };
  });
  const { params, first, second, ema } = next;
  const [[loss], losses, [norm]] = [
    await readTensor(next.loss),
    await readTensor(next.losses),
    await readTensor(next.norm),
  ];
  tf.dispose([next.loss, next.losses, next.norm]);
  const step = state.step + 1;
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    tf.dispose([params, first, second, ema]);
    const each = samples.map(({ name }, b) => `${name} (σ = ${sigmas[b]}, loss ${losses[b]})`);
    throw new DivergedError(
      `Cannot go on training at step ${step}: loss and gradients must be finite, got a loss of ` +
        `${loss} and gradients of norm ${norm} from ${each.join("; ")}`,
    );
  }
  const weights = { params, buffers: state.weights.buffers };
  const result = { step, weights, ema, optimizer: { step, first, second } };
  return { state: result, loss: loss!, norm: norm!, sigmas };
}
