/**
 * A training run: steps, validations and checkpoints, from a state to the last step.
 *
 * @module
 */

import { saveModel } from "../checkpoints/mod.ts";
import { createRng, redacted, type Rng } from "../core/mod.ts";
import type { Dataset, Sample } from "../datasets/mod.ts";
import { writeFileAtomically } from "../files/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import { type Best, betterOf, metricOf } from "./best.ts";
import { cardText } from "./card_text.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import type { CheckpointOwner } from "./checkpoint_owner.ts";
import type { Environment } from "./environment.ts";
import { learningRateFactor } from "./learning_rate.ts";
import type { Loader } from "./loader.ts";
import { Recorder } from "./recorder.ts";
import type { RunData } from "./run_data.ts";
import type { RunFolder } from "./run_folder.ts";
import { disposeState, type TrainingState } from "./state.ts";
import { type StepContext, type StepResult, trainStep } from "./step.ts";
import type { Trained, TrainOptions } from "./train_options.ts";
import { validate, type Validation } from "./validation.ts";

/** Options of {@linkcode Run}. */
export interface RunOptions extends CheckpointOwner, Pick<TrainOptions, "signal" | "onProgress"> {
  /** Card of the model before training. */
  readonly card: ModelCard;
  readonly context: StepContext;
  readonly folder: RunFolder;
  readonly environment: Environment;
}

/** Weight of the latest step in the average of step times. */
const TIME_WEIGHT = 0.1;

/** A run, which owns the state and replaces it at every step. */
export class Run {
  /** Current state; the caller disposes it when the run ends. */
  state: TrainingState;
  readonly #options: RunOptions;
  readonly #rng: Rng;
  /** Index of the average that is saved as the model. */
  readonly #used: number;
  #best: Best | undefined;
  #secondsPerStep: number | undefined;

  constructor(state: TrainingState, best: Best | undefined, options: RunOptions) {
    this.state = state;
    this.#best = best;
    this.#options = options;
    const { seed, ema: { decays, use } } = options.experiment;
    this.#used = decays.indexOf(use);
    this.#rng = createRng(seed).fork("training");
  }

  /** Trains until the last step. */
  async train(data: RunData): Promise<Trained> {
    const { experiment, context, folder, signal } = this.#options;
    const { steps, logEvery, optimizer, learningRateSchedule } = experiment;
    const learningRate = (update: number) =>
      optimizer.learningRate * learningRateFactor(learningRateSchedule, update);
    using recorder = await Recorder.open(folder, {
      step: this.state.step,
      logEvery,
      noise: context.modules.noise,
      schedule: context.modules.schedule,
      learningRate,
    });
    let loss: number | undefined;
    while (this.state.step < steps) {
      if (signal?.aborted) await this.#save(recorder);
      signal?.throwIfAborted();
      loss = await this.#advance(data, recorder, learningRate);
    }
    // A run that was complete when it resumed may lack the model file of its checkpoint.
    if (loss === undefined) await this.#save(recorder);
    return this.#finish(loss, recorder);
  }

  /** Performs one step, and the validation and checkpoints that are due after it. */
  async #advance(
    { loader, validation }: RunData,
    recorder: Recorder,
    learningRate: (update: number) => number,
  ): Promise<number> {
    const { experiment: { steps, validateEvery, checkpointEvery, keepEvery }, folder } =
      this.#options;
    const started = performance.now();
    const { loss, norm, sigmas, losses, length } = await this.#step(loader);
    const { step } = this.state;
    const isLast = step === steps;
    const due = (every: number) => step % every === 0 || isLast;
    const seconds = (performance.now() - started) / 1000;
    // Only the samples skipped in this step.
    const before = loader.skipped.findLastIndex((one) => one.step !== step - 1);
    const skipped = loader.skipped.slice(before + 1);
    if (skipped.length > 0) {
      recorder.write({ step, skipped: skipped.map(({ message }) => message) });
    }
    recorder.write({ step, loss, norm, length, sigmas, losses, seconds });
    const measured = validation !== undefined && due(validateEvery)
      ? await this.#validate(validation, recorder)
      : undefined;
    if (keepEvery !== undefined && step % keepEvery === 0) {
      await this.#saveState(folder.kept(step), recorder);
    }
    if (due(checkpointEvery)) await this.#save(recorder);
    this.#secondsPerStep ??= seconds;
    this.#secondsPerStep += TIME_WEIGHT * (seconds - this.#secondsPerStep);
    this.#options.onProgress?.({
      ...{ step, steps, loss, norm, learningRate: learningRate(step) },
      secondsPerStep: this.#secondsPerStep,
      secondsLeft: this.#secondsPerStep * (steps - step),
      skipped: recorder.skipped,
      incomplete: this.#options.data.incomplete ?? 0,
      validation: measured,
    });
    return loss;
  }

  async #step(loader: Loader): Promise<StepResult & { readonly length: number }> {
    const { state } = this;
    const { context } = this.#options;
    const samples = await loader.batch(state.step);
    const rng = this.#rng.fork("step").fork(state.step);
    const length = this.#length(samples, rng);
    const result = await trainStep(context, state, { samples, length, rng });
    disposeState(state, [state.weights.buffers]);
    this.state = result.state;
    return { ...result, length };
  }

  /** Draws L of a step between `minLength` and the card's length, at most what its samples have. */
  #length(samples: readonly Sample[], rng: Rng): number {
    const { card, experiment: { minLength } } = this.#options;
    const most = Math.min(card.length, ...samples.map(({ length }) => length));
    const least = Math.min(most, minLength ?? most);
    return least + rng.fork("length").integer(most - least + 1);
  }

  /** Validates the average and saves a checkpoint if it is the best so far. */
  async #validate(dataset: Dataset, recorder: Recorder): Promise<Validation> {
    const { experiment: { validationSamples: count, keepBest: metric, skipBad }, folder } =
      this.#options;
    const { card, context: { modules } } = this.#options;
    const weights = this.#averaged();
    const measured = await validate({ card, modules, weights }, dataset, {
      ...{ count, skipBad },
      rng: this.#rng.fork("validation"),
    });
    const { step } = this.state;
    recorder.write({ step, validation: measured });
    const value = metricOf(measured, metric);
    // The metric is undefined if no sample has a pixel under cloud.
    if (value === undefined) return measured;
    const best = betterOf(this.#best, { metric, value, step });
    if (best !== this.#best) {
      this.#best = best;
      await this.#saveState(folder.best, recorder);
    }
    return measured;
  }

  /** Saves the checkpoint to resume from, the model file and the model card. */
  async #save(recorder: Recorder): Promise<void> {
    const { folder, context: { modules }, experiment, environment, data } = this.#options;
    await this.#saveState(folder.last, recorder);
    const card = this.#card();
    const weights = this.#averaged();
    await saveModel({ card, weights, modules }, folder.model, { overwrite: true });
    const text = redacted(cardText({
      ...{ card, experiment, environment, data, step: this.state.step, best: this.#best },
      parameters: Object.values(weights.params).reduce((sum, { size }) => sum + size, 0),
      seconds: recorder.seconds,
      skipped: recorder.skipped,
      validation: recorder.validation,
    }));
    await writeFileAtomically(folder.card, [new TextEncoder().encode(text)], { overwrite: true });
  }

  async #saveState(path: string, recorder: Recorder): Promise<void> {
    const { experiment, data, validation, initialWeights } = this.#options;
    // A checkpoint must never be ahead of the log.
    recorder.sync();
    await saveCheckpoint(path, this.state, {
      ...{ experiment, data, validation, initialWeights },
      card: this.#card(),
      best: this.#best,
    });
  }

  #averaged() {
    return { params: this.state.ema[this.#used]!, buffers: this.state.weights.buffers };
  }

  /** Returns the card with the facts of the training. */
  #card(): ModelCard {
    const { card, experiment, initialWeights } = this.#options;
    const { batchSize, accumulate, seed, optimizer, ema: { use }, data } = experiment;
    const training = {
      ...card.training,
      steps: this.state.step,
      batchSize: batchSize * accumulate,
      seed,
      learningRate: optimizer.learningRate,
      weightDecay: optimizer.weightDecay,
      emaDecay: use,
      data: data.train.type,
      ...(initialWeights !== undefined && { initialWeights }),
    };
    return { ...card, training };
  }

  #finish(loss: number | undefined, { validation, seconds }: Recorder): Trained {
    const { context: { modules }, folder } = this.#options;
    const weights = this.#averaged();
    disposeState(this.state, [weights.params, weights.buffers]);
    return {
      model: { card: this.#card(), weights, modules },
      path: folder.model,
      ...{ seconds, loss, validation },
      best: this.#best,
    };
  }
}
