/**
 * One update: Alg. 1, then clipping, AdamW and the average.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Sample } from "../data/mod.ts";
import {
  compile,
  type CompileContext,
  type Compiled,
  execute,
  type Params,
  readTensor,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tf,
} from "../engine/mod.ts";
import type { ModelCard, Modules } from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { AdamW, AdamWMoments, AdamWRates } from "./adamw.ts";
import { trainingTensors } from "./batch.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { emaDecay, moveEma } from "./ema.ts";
import { learningRateFactor, type LearningRateSchedule } from "./learning_rate.ts";
import {
  lossAndGradients,
  type ObjectiveVectors,
  objectiveVectors,
  type TrainingTensors,
} from "./objective.ts";
import type { TrainingState } from "./state.ts";

/** What stays the same from step to step. */
export interface StepContext {
  readonly card: ModelCard;
  readonly modules: Modules;
  readonly optimizer: AdamW;
  /** Factor of the learning rate by update. */
  readonly schedule: LearningRateSchedule;
  /** Decay of the average. */
  readonly decay: number;
  /** The computation, made once for all steps. */
  readonly update: CompiledUpdate;
}

/** Tensors of an update. */
export interface UpdateInput {
  readonly params: Params;
  readonly buffers: Params;
  readonly ema: Params;
  readonly moments: AdamWMoments;
  readonly batch: TrainingTensors;
  readonly vectors: ObjectiveVectors;
  /** Scalars [] that change from step to step. */
  readonly rates: AdamWRates & { /** 1 − decay. */ readonly ema: Tensor };
}

/** What an update gives. */
export interface UpdateOutput {
  readonly loss: Scalar;
  /** [B]. */
  readonly losses: Tensor1D;
  /** Norm of the gradients before clipping. */
  readonly norm: Scalar;
  readonly params: Params;
  readonly moments: AdamWMoments;
  readonly ema: Params;
}

/** A compiled update. */
export type CompiledUpdate = Compiled<UpdateInput, UpdateOutput>;

/**
 * Loss, gradients, clipping, AdamW and the average as one computation. The new state stays where it
 * was computed: the next update is given it as it is.
 */
export function compileUpdate(
  { network, optimizer, clip }: {
    readonly network: Network;
    readonly optimizer: AdamW;
    /** Largest norm of the gradients. */
    readonly clip: number;
  },
): CompiledUpdate {
  const update = (
    { params, buffers, ema, moments, batch, vectors, rates }: UpdateInput,
    { random }: CompileContext,
  ): UpdateOutput => {
    const { loss, losses, grads } = lossAndGradients(network, { params, buffers }, {
      batch,
      vectors,
      random,
    });
    const clipped = clipByGlobalNorm(grads, clip);
    // Nothing is updated before every gradient is known: the new state may then replace the old one.
    const move = tf.mul(rates.move, tf.add(tf.mul(clipped.norm, 0), 1));
    const next = optimizer.apply(params, clipped.grads, {
      ...moments,
      rates: { ...rates, move },
    });
    return {
      loss,
      losses,
      norm: clipped.norm,
      params: next.params,
      moments: { first: next.first, second: next.second },
      ema: moveEma(ema, next.params, rates.ema),
    };
  };
  const state = ["params", "moments", "ema"];
  return compile(update, { constants: ["buffers"], resident: state, donated: state });
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

/**
 * One training step.
 *
 * @param state Stays the caller's to dispose; its numbers may be overwritten (on native they are).
 * @throws {DivergedError} If the loss or the norm of the gradients is NaN or infinite, with the
 *   step, the noise levels and the samples.
 */
export async function trainStep(
  { card, modules, optimizer, schedule, decay, update }: StepContext,
  state: TrainingState,
  { samples, length, rng }: StepInput,
): Promise<StepResult> {
  const sigmas = drawSigmas(modules, samples.length, rng);
  const step = state.step + 1;
  const { move, epsilon, keep } = optimizer.rates(step, learningRateFactor(schedule, step));
  const given = await execute(() => ({
    batch: {
      ...trainingTensors(card, samples, {
        length,
        frames: rng.fork("frames"),
        noise: rng.fork("noise"),
      }),
    },
    vectors: { ...objectiveVectors(modules, sigmas, length) },
    rates: {
      move: tf.scalar(move),
      epsilon: tf.scalar(epsilon),
      keep: tf.scalar(keep),
      ema: tf.scalar(1 - emaDecay(decay, step)),
    },
  }));
  const dropout = rng.fork("dropout");
  const { weights: { params, buffers }, ema, optimizer: { first, second } } = state;
  let next: UpdateOutput;
  try {
    next = await update(
      { params, buffers, ema, moments: { first, second }, ...given },
      (name, shape) => dropout.fork(name).uniforms(shape.reduce((a, b) => a * b, 1)),
    );
  } finally {
    tf.dispose(given);
  }
  const [[loss], losses, [norm]] = [
    await readTensor(next.loss),
    await readTensor(next.losses),
    await readTensor(next.norm),
  ];
  tf.dispose([next.loss, next.losses, next.norm]);
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    tf.dispose([next.params, next.moments.first, next.moments.second, next.ema]);
    const each = samples.map(({ name }, b) => `${name} (σ = ${sigmas[b]}, loss ${losses[b]})`);
    throw new DivergedError(
      `Cannot go on training at step ${step}: loss and gradients must be finite, got a loss of ` +
        `${loss} and gradients of norm ${norm} from ${each.join("; ")}`,
    );
  }
  const result = {
    step,
    weights: { params: next.params, buffers },
    ema: next.ema,
    optimizer: { step, ...next.moments },
  };
  return { state: result, loss: loss!, norm: norm!, sigmas };
}
