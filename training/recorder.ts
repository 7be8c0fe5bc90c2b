/**
 * Record of a run: every step in the log, means and losses by σ every `logEvery` steps, and the same
 * values as scalars for TensorBoard.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { NoiseDistribution } from "../noise/mod.ts";
import type { Schedule } from "../schedules/mod.ts";
import { type Log, type LogLine, openLog, type StepLine } from "./log.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Validation } from "./scores.ts";
import { binLosses, sigmaBounds } from "./sigma_bins.ts";
import { type Events, openEvents } from "./tensorboard.ts";

/** Options of {@linkcode Recorder}. */
export interface RecorderOptions {
  /** Step from which the run continues. */
  readonly step: number;
  /** Steps between means. */
  readonly logEvery: number;
  /** Distribution of σ, which determines the bins of the losses. */
  readonly noise: NoiseDistribution;
  /** The process, for distributions over its time. */
  readonly schedule: Schedule;
  /** Returns the learning rate of an update. */
  readonly learningRate: (update: number) => number;
}

/** Returns the values of a validation by tag. */
function validationScalars(validation: Validation): Record<string, number> {
  const { cloudy, samples: _, skipped: _k, ...all } = validation;
  const { samples: _s, ...cloud } = cloudy ?? { samples: 0 };
  const under = (group: string, scores: object) =>
    Object.entries(scores).map(([name, value]) => [`${group}/${name}`, value as number]);
  return Object.fromEntries([...under("validation", all), ...under("validation_cloudy", cloud)]);
}

/** Rounds a bound of a bin to three digits, which distinguish the bins. */
const rounded = (sigma: number) => Number(sigma.toPrecision(3));

/** Writes the log and the events of a run. */
export class Recorder implements Disposable {
  #log!: Log;
  #events!: Events;
  readonly #options: RecorderOptions;
  readonly #bounds: readonly number[];
  /** Last step with means before the run continued. */
  readonly #begin: number;
  /** Steps since the last means. */
  #window: StepLine[] = [];
  #seconds = 0;
  #skipped = 0;
  #validation: Validation | undefined;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    this.#bounds = sigmaBounds(options.noise, { schedule: options.schedule });
    this.#begin = options.step - options.step % options.logEvery;
  }

  /** Opens the files of a run and removes the lines and events after its step. */
  static async open(
    { log, events }: Pick<RunFolder, "log" | "events">,
    options: RecorderOptions,
  ): Promise<Recorder> {
    const recorder = new Recorder(options);
    const { step } = options;
    recorder.#log = await openLog(log, { step, onLine: (line) => recorder.#note(line) });
    recorder.#events = await openEvents(events, step);
    return recorder;
  }

  /** Wall time of all steps so far in seconds, including earlier starts. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Number of samples skipped so far. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Latest validation. */
  get validation(): Validation | undefined {
    return this.#validation;
  }

  /** Writes a line to the log, and the scalars that follow from it. */
  write(line: LogLine): void {
    this.#log.write(line);
    this.#note(line);
    if ("validation" in line) this.#events.write(line.step, validationScalars(line.validation));
    const { logEvery } = this.#options;
    if ("loss" in line && line.step % logEvery === 0) this.#writeMeans(line.step);
  }

  /** Flushes both files to disk. */
  sync(): void {
    this.#log.sync();
    this.#events.sync();
  }

  [Symbol.dispose](): void {
    this.#log[Symbol.dispose]();
    this.#events[Symbol.dispose]();
  }

  #note(line: LogLine): void {
    if ("validation" in line) this.#validation = line.validation;
    if ("skipped" in line) this.#skipped += line.skipped.length;
    if ("loss" in line) {
      this.#seconds += line.seconds;
      if (line.step > this.#begin) this.#window.push(line);
    }
  }

  #writeMeans(step: number): void {
    const window = this.#window;
    this.#window = [];
    const pairs = window.flatMap(({ sigmas, losses }) =>
      sigmas.map((sigma, i) => ({ sigma, loss: losses[i]! }))
    );
    const bins = binLosses(pairs, this.#bounds);
    const means = {
      loss: mean(window.map(({ loss }) => loss)),
      norm: mean(window.map(({ norm }) => norm)),
    };
    const learningRate = this.#options.learningRate(step);
    this.#log.write({ step, learningRate, means, bins });
    const byBin = bins.map(({ from, to, loss }) =>
      [`loss_by_sigma/${rounded(from)}-${rounded(to)}`, loss] as const
    );
    this.#events.write(step, {
      "train/loss": means.loss,
      "train/gradient_norm": means.norm,
      "train/learning_rate": learningRate,
      ...Object.fromEntries(byBin),
    });
  }
}
