/**
 * One training step (Alg. 1): draws frames, σ and noise, updates the weights, and checks that loss and
 * gradients are finite.
 *
 * @module
 */

import { product, type Rng } from "../core/mod.ts";
import type { Sample } from "../datasets/mod.ts";
import { execute, type RandomNumbers, tf } from "../engine/mod.ts";
import { type ModelCard, type Modules, networkLength } from "../model/mod.ts";
import type { AdamW } from "./adamw.ts";
import { trainingTensors } from "./batch.ts";
import { emaDecay } from "./ema.ts";
import { learningRateFactor, type LearningRateSchedule } from "./learning_rate.ts";
import { objectiveVectors } from "./objective.ts";
import type { TrainingState } from "./state.ts";
import type { UpdateRates } from "./update.ts";
import type { Batch, Updater } from "./updater.ts";

/** Parts of a run that all steps share. */
export interface StepContext {
  /** Description of the model. */
  readonly card: ModelCard;
  /** Modules of the model: noise distribution, schedule, preconditioning, network, weighting. */
  readonly modules: Modules;
  /** AdamW with the rates of the experiment. */
  readonly optimizer: AdamW;
  /** Schedule of the learning rate. */
  readonly schedule: LearningRateSchedule;
  /** Decays of the moving averages. */
  readonly decays: readonly number[];
  /** Compiled update. */
  readonly updater: Updater;
}

/** Input of a step. */
export interface StepInput {
  /** Samples of all batches of the step, in order. */
  readonly samples: readonly Sample[];
  /** Frames L. */
  readonly length: number;
  /** Random stream of the step. */
  readonly rng: Rng;
}

/** Result of a step. */
export interface StepResult {
  /** New state; the caller owns its tensors. It shares the buffers of the old state. */
  readonly state: TrainingState;
  /** Mean over the samples of λ(σ)·mean((D − x0)²) (Alg. 1). */
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** σ of each sample. */
  readonly sigmas: readonly number[];
  /** Loss of each sample. */
  readonly losses: readonly number[];
}

/** Error of a training whose loss or gradients are not finite. */
export class DivergedError extends Error {
  /** "DivergedError". */
  override readonly name = "DivergedError";
}

/** Draws of one σ beyond the end of a process after which its noise distribution is wrong. */
const MOST_DRAWS = 1000;

/**
 * Draws the σ of each sample of a step. Where a process ends, its distribution is that of draws below
 * the end.
 *
 * @throws {RangeError} If every draw is beyond the end.
 */
export function drawSigmas(
  { noise, schedule }: Pick<Modules, "noise" | "schedule">,
  count: number,
  rng: Rng,
): readonly number[] {
  const most = schedule.end === undefined ? Infinity : schedule.sigma(schedule.end);
  return Array.from({ length: count }, (_, b) => {
    const stream = rng.fork("sigma").fork(b);
    let sigma = noise.sample(stream, schedule);
    for (let i = 1; sigma > most; i++) {
      if (i === MOST_DRAWS) {
        throw new RangeError(
          `Cannot train: the noise distribution must have draws below the end of the process, ` +
            `σ = ${most}, got ${MOST_DRAWS} above it, such as ${sigma}`,
        );
      }
      sigma = noise.sample(stream.fork(i), schedule);
    }
    return sigma;
  });
}

/** Returns the rates of a step as scalars []; the caller owns them. */
function ratesOf({ optimizer, schedule, decays }: StepContext, step: number): UpdateRates {
  const { move, epsilon, keep } = optimizer.rates(step, learningRateFactor(schedule, step));
  return {
    move: tf.scalar(move),
    epsilon: tf.scalar(epsilon),
    keep: tf.scalar(keep),
    ema: decays.map((decay) => tf.scalar(1 - emaDecay(decay, step))),
  };
}

/** Makes the tensors of one batch of a step and the random numbers of its dropout. */
async function makeBatch(
  { card, modules }: StepContext,
  { samples, length, rng }: StepInput,
  { sigmas, first, count }: {
    readonly sigmas: readonly number[];
    /** Index of the batch's first sample in its step. */
    readonly first: number;
    readonly count: number;
  },
): Promise<Batch> {
  const given = await execute(() => ({
    batch: {
      ...trainingTensors({ card, modules }, samples.slice(first, first + count), {
        length,
        frames: rng.fork("frames"),
        noise: rng.fork("noise"),
        first,
      }),
    },
    vectors: {
      ...objectiveVectors(
        modules,
        sigmas.slice(first, first + count),
        networkLength(card, length),
      ),
    },
  }));
  const dropout = rng.fork("dropout");
  const random: RandomNumbers = (name, shape) => {
    const size = product(shape);
    return dropout.fork(name).uniforms(size, size / count * first);
  };
  return { given, random };
}

/**
 * Performs one training step.
 *
 * @param state Disposed by the caller. An engine may overwrite its values; native does.
 * @throws {DivergedError} If the loss or the norm of the gradients is NaN or infinite. The message
 *   has the step, the noise levels and the samples.
 */
export async function trainStep(
  context: StepContext,
  state: TrainingState,
  input: StepInput,
): Promise<StepResult> {
  const { samples, rng } = input;
  const sigmas = drawSigmas(context.modules, samples.length, rng);
  const step = state.step + 1;
  const { weights: { params, buffers }, ema, optimizer: { first, second } } = state;
  const { updater } = context;
  const count = samples.length / updater.batches;
  const rates = ratesOf(context, step);
  const { loss, losses, norm, ...next } = await updater.update({
    state: { params, buffers, ema, moments: { first, second } },
    rates,
    batch: (i) => makeBatch(context, input, { sigmas, first: i * count, count }),
  }).finally(() => tf.dispose([{ ...rates, ema: [...rates.ema] }]));
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    tf.dispose([next.params, next.moments.first, next.moments.second, ...next.ema]);
    const each = samples.map(({ name }, b) => `${name} (σ = ${sigmas[b]}, loss ${losses[b]})`);
    throw new DivergedError(
      `Cannot continue training at step ${step}: loss and gradients must be finite, got loss ` +
        `${loss} and gradient norm ${norm} from ${each.join("; ")}`,
    );
  }
  const result = {
    step,
    weights: { params: next.params, buffers },
    ema: next.ema,
    optimizer: { step, ...next.moments },
  };
  return { state: result, loss, norm, sigmas, losses };
}
