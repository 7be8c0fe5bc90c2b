/**
 * How samples are drawn whose spread tells how sure a model is: which seeds, which steps.
 *
 * @module
 */

import { type BuiltinCatalog, builtins } from "../builtins.ts";
import { createRng, type Registry } from "../core/mod.ts";
import type { Deviations } from "./rows/spread.ts";
import type { CardSampling, Model, ModelCard, RestoreOptions } from "../model/mod.ts";

/** Options of {@linkcode samplingOf}. */
export interface SamplingOptions
  extends Pick<RestoreOptions, "seed" | "steps" | "sampler" | "timesteps" | "registry"> {
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

/** Last noise level of samples: where noise still changes what a model makes up, and no detail yet. */
const LAST_SIGMA = 1;

/**
 * How a card's samples are drawn where neither the card nor the call says: in the card's steps, but at
 * least two; with churn γ = 1, which doubles the noise level before each step; and the last noise level
 * at 1 instead of near 0. Of the samplings that were tried (docs/trust.md) this one's spread told most
 * of the errors for what it costs.
 */
export function defaultSampling({ steps: own, modules }: ModelCard): CardSampling {
  const { timesteps, sampler } = modules;
  const steps = Math.max(own, 2);
  const isRange = typeof timesteps.sigmaMin === "number" && Number(timesteps.sigmaMax) > LAST_SIGMA;
  return {
    steps,
    sampler: { ...sampler, sChurn: steps },
    timesteps: { ...timesteps, ...(isRange && { sigmaMin: LAST_SIGMA }) },
  };
}

/**
 * How samples are drawn: as the call says, else as the card's `sampling`, else by
 * {@linkcode defaultSampling}; each of steps, sampler and time steps by itself.
 *
 * @throws {RangeError} If there are fewer than two samples.
 * @throws {OptionsError} If the card names modules that the registry does not know.
 */
export function samplingOf({ card }: Pick<Model, "card">, options: SamplingOptions): Sampling {
  const { samples, seed = 0, registry = builtins } = options;
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
  const own = card.sampling ?? defaultSampling(card);
  const reader = registry as Registry<BuiltinCatalog>;
  const path = "$.sampling";
  const { steps = own.steps } = options;
  const drawn = {
    steps,
    sampler: options.sampler ?? reader.create("sampler", own.sampler as never, `${path}.sampler`),
    timesteps: options.timesteps ??
      reader.create("timesteps", own.timesteps as never, `${path}.timesteps`),
  };
  const { calibration } = card;
  const given = options.sampler !== undefined || options.timesteps !== undefined;
  /** Every option, so that one that is left out is its default. */
  const whole = (sampling: CardSampling) =>
    JSON.stringify([
      sampling.steps,
      reader.read("sampler", sampling.sampler, `${path}.sampler`),
      reader.read("timesteps", sampling.timesteps, `${path}.timesteps`),
    ]);
  const fits = calibration !== undefined && !given &&
    whole(calibration.sampling) === whole({ ...own, steps });
  return {
    ...drawn,
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
function written(module: CardSampling["sampler"]): string {
  return JSON.stringify(module, (_, value) => value === Infinity ? undefined : value);
}

/** Options with what their samples need for rows, if there are samples; else as they are. */
export function withSampling<O extends Omit<SamplingOptions, "samples" | "seeds">>(
  model: Pick<Model, "card">,
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
