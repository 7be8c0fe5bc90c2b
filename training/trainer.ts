/**
 * Training: Alg. 1 over a dataset, with a log, checkpoints and resume.
 *
 * Longer than other files because a run, and all that it owns and frees, is one class.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import { saveModel } from "../checkpoints/mod.ts";
import { createRng, OptionsError, type Rng } from "../core/mod.ts";
import type { Dataset, Sample } from "../data/mod.ts";
import { type AnyRegistry, buildModules, createModel, type Model } from "../model/mod.ts";
import { adamw } from "./adamw.ts";
import { checkBands } from "./batch.ts";
import { type DataConfig, openDataset } from "./datasets.ts";
import { type CheckedExperiment, type Experiment, parseExperiment } from "./experiment.ts";
import { openLog } from "./log.ts";
import { sampleOrder } from "./order.ts";
import { disposeState, firstState, loadState, saveState, type TrainingState } from "./state.ts";
import { compileUpdate, type StepContext, trainStep } from "./step.ts";
import { validate, type Validation } from "./validation.ts";

/** Where a run stands after a step. */
export interface TrainingProgress {
  /** Updates so far. */
  readonly step: number;
  /** Updates in all. */
  readonly steps: number;
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** Of one step, averaged over the last ones. */
  readonly secondsPerStep: number;
  readonly secondsLeft: number;
  /** After a step that was followed by a validation. */
  readonly validation?: Validation;
}

/** How a run is carried out; nothing here changes a number. */
export interface TrainOptions {
  /** Folder of `checkpoint.safetensors`, `model.safetensors` and `log.jsonl`; made if missing. */
  readonly out: string;
  /** Where modules are looked up. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /** Go on from the folder's checkpoint, if it has one. Default false: one is then an error. */
  readonly resume?: boolean;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Ends the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Open datasets in place of those that the experiment names. */
  readonly datasets?: { readonly train: Dataset; readonly validation?: Dataset };
}

/** A finished run. */
export interface Trained {
  /** With the averaged weights, which the caller owns. */
  readonly model: Model;
  /** Of the last step; undefined if there was nothing left to do. */
  readonly loss?: number;
  /** The file that holds the model. */
  readonly path: string;
}

const CHECKPOINT = "checkpoint.safetensors";
const MODEL = "model.safetensors";
const LOG = "log.jsonl";

/** Weight of the latest step in the average of step times. */
const TIME_WEIGHT = 0.1;

/**
 * Trains a model.
 *
 * Every random number is keyed by the seed, its purpose and the step: a run that was interrupted and
 * resumed gives the numbers, bit for bit, of one that was not (on the same engine).
 *
 * @param experiment What is trained, on what and how.
 * @throws {OptionsError} If the experiment is wrong anywhere.
 * @throws {TypeError} If the data do not fit the model.
 * @throws {CheckpointError} If the folder's checkpoint is of another experiment.
 * @throws {DivergedError} If loss or gradients are no longer finite; the last checkpoint stays.
 * @throws The signal's reason, if it ends the run; the checkpoint is then up to date.
 */
export async function train(experiment: Experiment, options: TrainOptions): Promise<Trained> {
  const checked = parseExperiment(experiment);
  const { out, registry = builtins, resume = false } = options;
  const created = create(checked, registry);
  const { card } = created;
  const modules = buildModules(card, { registry, path: "$.modules" });
  const optimizer = adamw(checked.optimizer);
  const update = compileUpdate({ network: modules.network, optimizer, clip: checked.clip });
  const run = new Run(checked, {
    ...options,
    registry,
    card,
    context: {
      card,
      modules,
      optimizer,
      schedule: checked.learningRateSchedule,
      decay: checked.ema.decay,
      update,
    },
  });
  await Deno.mkdir(out, { recursive: true });
  let state = firstState(created.weights, run.context.optimizer);
  try {
    checkLengths(checked, card.length);
    const datasets = await openDatasets(checked, created, options.datasets);
    if (await exists(run.checkpoint)) {
      if (!resume) {
        throw new TypeError(
          `Cannot train into ${out}: it holds a checkpoint; resume it or choose another folder`,
        );
      }
      const { network } = run.context.modules;
      const loaded = await loadState(run.checkpoint, { network, experiment: checked });
      disposeState(state);
      state = loaded;
    }
    return await run.train(state, datasets);
  } catch (error) {
    disposeState(run.state ?? state);
    throw error;
  } finally {
    await update.dispose();
  }
}

/** The model of an experiment; errors of its config have their place in the experiment. */
function create({ model, seed }: CheckedExperiment, registry: AnyRegistry): Model {
  try {
    return createModel(model, { registry, seed });
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const what = error.message.slice(`${error.path}: `.length);
    throw new OptionsError(error.path.replace("$", "$.model"), what);
  }
}

type Datasets = NonNullable<TrainOptions["datasets"]>;

async function openDatasets(
  { data }: CheckedExperiment,
  { card }: Model,
  given: Datasets | undefined,
): Promise<Datasets> {
  const { tileSize, length } = card;
  const bands = card.bands.map(({ name }) => name);
  const open = (config: DataConfig) => openDataset(config, { tileSize, length, bands });
  const train = given?.train ?? await open(data.train);
  checkBands(train, card);
  const validation = given === undefined
    ? data.validation && await open(data.validation)
    : given.validation;
  if (validation === undefined) return { train };
  checkBands(validation, card);
  return { train, validation };
}

function checkLengths({ minLength = 1 }: CheckedExperiment, length: number): void {
  if (minLength > length) {
    throw new OptionsError(
      "$.minLength",
      `must not exceed the model's length ${length}, got ${minLength}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

type RunOptions = TrainOptions & {
  readonly registry: AnyRegistry;
  readonly card: Model["card"];
  readonly context: StepContext;
};

/** One run: it owns the state and replaces it with every step. */
class Run {
  readonly context: StepContext;
  readonly checkpoint: string;
  state: TrainingState | undefined;
  readonly #experiment: CheckedExperiment;
  readonly #options: RunOptions;
  readonly #rng: Rng;
  #seconds: number | undefined;

  constructor(experiment: CheckedExperiment, options: RunOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.#rng = createRng(experiment.seed).fork("training");
    this.context = options.context;
    this.checkpoint = `${options.out}/${CHECKPOINT}`;
  }

  async train(first: TrainingState, { train, validation }: Datasets): Promise<Trained> {
    const { steps, batchSize, checkpointEvery, validateEvery } = this.#experiment;
    const { out, signal, onProgress } = this.#options;
    let state = first;
    this.state = state;
    let loss: number | undefined;
    const order = sampleOrder({ size: train.size, batchSize, rng: this.#rng.fork("order") });
    using log = await openLog(`${out}/${LOG}`, state.step);
    while (state.step < steps) {
      if (signal?.aborted) await this.#save(state);
      signal?.throwIfAborted();
      const started = performance.now();
      const samples = await Promise.all(
        order(state.step).map(({ epoch, index }) =>
          train.sample(index, this.#rng.fork("data").fork(epoch))
        ),
      );
      const rng = this.#rng.fork("step").fork(state.step);
      const length = this.#length(samples, rng);
      const result = await trainStep(this.context, state, { samples, length, rng });
      disposeState(state, [state.weights.buffers]);
      this.state = state = result.state;
      loss = result.loss;
      const { norm, sigmas } = result;
      const seconds = (performance.now() - started) / 1000;
      log.write({ step: state.step, loss, norm, length, sigmas, seconds });
      const due = state.step % validateEvery === 0 || state.step === steps;
      const measured = validation !== undefined && due
        ? await this.#validate(state, validation)
        : undefined;
      if (measured !== undefined) log.write({ step: state.step, validation: measured });
      if (state.step % checkpointEvery === 0 || state.step === steps) await this.#save(state);
      onProgress?.({
        ...this.#timing(state.step, seconds),
        step: state.step,
        steps,
        loss,
        norm,
        ...(measured && { validation: measured }),
      });
    }
    return await this.#finish(state, loss);
  }

  /** L of a step: drawn between the bounds, no more than its samples have. */
  #length(samples: readonly Sample[], rng: Rng): number {
    const most = Math.min(this.#options.card.length, ...samples.map(({ length }) => length));
    const least = Math.min(most, this.#experiment.minLength ?? most);
    return least + rng.fork("length").integer(most - least + 1);
  }

  #timing(
    step: number,
    seconds: number,
  ): Pick<TrainingProgress, "secondsPerStep" | "secondsLeft"> {
    const before = this.#seconds ?? seconds;
    this.#seconds = before + TIME_WEIGHT * (seconds - before);
    const secondsLeft = this.#seconds * (this.#experiment.steps - step);
    return { secondsPerStep: this.#seconds, secondsLeft };
  }

  async #validate(state: TrainingState, dataset: Dataset): Promise<Validation> {
    const weights = { params: state.ema, buffers: state.weights.buffers };
    const { card, registry } = this.#options;
    const model = { card, modules: this.context.modules, weights, registry };
    const count = this.#experiment.validationSamples;
    return await validate(model, dataset, { count, rng: this.#rng.fork("validation") });
  }

  async #save(state: TrainingState): Promise<void> {
    const { card, registry, out } = this.#options;
    await saveState(this.checkpoint, state, { experiment: this.#experiment, card });
    await saveModel(this.#model(state), `${out}/${MODEL}`, { registry, overwrite: true });
  }

  /** The model with the averaged weights and a card that says how it was trained. */
  #model({ step, weights, ema }: TrainingState): Model {
    const { card, context: { modules: { schedule, precond, network } } } = this.#options;
    const { batchSize, seed, optimizer, ema: { decay }, data } = this.#experiment;
    const training = {
      ...card.training,
      steps: step,
      batchSize,
      seed,
      learningRate: optimizer.learningRate,
      weightDecay: optimizer.weightDecay,
      emaDecay: decay,
      data: data.train.type,
    };
    const averaged = { params: ema, buffers: weights.buffers };
    return { schedule, precond, network, weights: averaged, card: { ...card, training } };
  }

  async #finish(state: TrainingState, loss: number | undefined): Promise<Trained> {
    const path = `${this.#options.out}/${MODEL}`;
    // A run that was already complete when it was resumed may lack the model of its checkpoint.
    if (loss === undefined) await this.#save(state);
    const model = this.#model(state);
    disposeState(state, [state.ema, state.weights.buffers]);
    return { model, path, ...(loss !== undefined && { loss }) };
  }
}
