/**
 * How samples are drawn whose spread tells how sure a model is: which seeds, which steps.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import type { Deviations } from "./rows/spread.ts";
import type { CardModule, Model, RestoreOptions } from "../model/mod.ts";

/** Options of {@linkcode samplingOf}. */
export interface SamplingOptions
  extends Pick<RestoreOptions, "seed" | "steps" | "sampler" | "timesteps"> {
  /** Restorations n whose mean and deviation are wanted, ≥ 2. */
  readonly samples: number;
  /** Their seeds. Default those of {@linkcode sampleSeeds}. */
  readonly seeds?: readonly number[];
}

/** How samples are drawn. */
export interface Sampling
  extends Required<Pick<RestoreOptions, "steps" | "sampler" | "timesteps">> {
  /** One for each sample. */
  readonly seeds: readonly number[];
  /** What spreads are multiplied by: the card's calibration where it is of this sampling, else 1. */
  readonly factor: number;
  /** The deviation where samples agree, of each band of the model, where that calibration has one. */
  readonly floor?: readonly number[];
  /** In words: how samples are drawn, and what the factor is from. */
  readonly text: { readonly sampling: string; readonly calibration: string };
}

/** The samples of a seed: itself, and after it numbers of 31 bits that it decides. */
export function sampleSeeds(seed: number, count: number): readonly number[] {
  const stream = createRng(seed).fork("samples");
  return Array.from({ length: count }, (_, i) => i === 0 ? seed : draw31(stream, i));
}

/** `uniform` has 24 bits, so two of them make a number. */
function draw31(stream: ReturnType<typeof createRng>, index: number): number {
  const own = stream.fork(index);
  return own.integer(2 ** 15) * 2 ** 16 + own.integer(2 ** 16, 1);
}

/**
 * How samples are drawn: as the call says, else as the card's `sampling`, else by
 * `defaultSampling`; each of steps, sampler and time steps by itself.
 *
 * @throws {RangeError} If there are fewer than two samples.
 */
export function samplingOf(
  { card, modules }: Pick<Model, "card" | "modules">,
  options: SamplingOptions,
): Sampling {
  const { samples, seed = 0 } = options;
  if (!(Number.isSafeInteger(samples) && samples >= 2)) {
    throw new RangeError(
      `Cannot tell an uncertainty: it takes at least 2 samples, got ${samples}; give more (--samples)`,
    );
  }
  const seeds = options.seeds ?? sampleSeeds(seed, samples);
  if (seeds.length !== samples) {
    throw new RangeError(
      `Cannot draw ${samples} samples: there must be a seed for each, got ${seeds.length}`,
    );
  }
  const { ensemble } = modules;
  const own = ensemble.sampling;
  const { steps = own.steps, sampler = ensemble.sampler, timesteps = ensemble.timesteps } = options;
  const { calibration } = card;
  const given = options.sampler !== undefined || options.timesteps !== undefined;
  const fits = calibration !== undefined && !given && ensemble.isCalibrated &&
    calibration.sampling.steps === steps;
  return {
    steps,
    sampler,
    timesteps,
    seeds,
    factor: fits ? calibration.factor : 1,
    ...(fits && calibration.floor && { floor: calibration.floor }),
    text: {
      sampling: `${steps} steps, ` +
        (options.sampler === undefined ? written(own.sampler) : "a sampler of the call") +
        ", " +
        (options.timesteps === undefined ? written(own.timesteps) : "time steps of the call"),
      calibration: fits
        ? `factor ${calibration.factor}` +
          (calibration.floor === undefined ? "" : `, floor ${calibration.floor.join(",")}`) +
          `, of ${calibration.data}`
        : calibration === undefined
        ? "none: deviations are what samples spread"
        : "none: the card's is of another sampling",
    },
  };
}

/** As JSON, without infinity, which is a default there. */
function written(module: CardModule): string {
  return JSON.stringify(module, (_, value) => value === Infinity ? undefined : value);
}

/** Options with what their samples need for rows, if there are samples; else as they are. */
export function withSampling<O extends Omit<SamplingOptions, "samples" | "seeds">>(
  model: Pick<Model, "card" | "modules">,
  options: O & { readonly samples?: number },
): { readonly options: O & SampledRows; readonly text?: Sampling["text"] } {
  const { samples } = options;
  if (samples === undefined) return { options };
  const { factor, floor, text, ...sampling } = samplingOf(model, { ...options, samples });
  const deviations = { factor, ...(floor && { floor }) };
  return { options: { ...options, ...sampling, deviations }, text };
}

/** What rows are told of samples. */
export interface SampledRows {
  readonly seeds?: readonly number[];
  readonly deviations?: Deviations;
}
