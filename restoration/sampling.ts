/**
 * Sampling of an ensemble: seeds, steps, sampler, and the calibration of the spread.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import type { CardModule, Model, RestoreOptions } from "../model/mod.ts";
import type { SpreadCalibration } from "./rows/ensemble.ts";
import type { EnsembleRows } from "./rows/options.ts";
import type { EnsembleOptions } from "./scene_options.ts";

/** Options of {@linkcode samplingOf}. */
export interface SamplingOptions
  extends Pick<RestoreOptions, "seed" | "steps" | "sampler" | "timesteps"> {
  /** Members of the ensemble. */
  readonly ensemble: EnsembleOptions;
}

/** Sampling of an ensemble. */
export interface Sampling
  extends Required<Pick<RestoreOptions, "steps" | "sampler" | "timesteps">> {
  /** Seeds, and the card's calibration if it is for this sampling. */
  readonly ensemble: EnsembleRows & { readonly factor: number };
  /** Description of the sampling, and of the calibration, for the tags of a file. */
  readonly text: { readonly sampling: string; readonly calibration: string };
}

/** Seeds of an ensemble: the given seed, then 31-bit integers derived from it. */
export function sampleSeeds(seed: number, count: number): readonly number[] {
  const stream = createRng(seed).fork("samples");
  return Array.from({ length: count }, (_, i) => i === 0 ? seed : draw31(stream, i));
}

/** Draws 31 bits as two integers: `uniform` has 24. */
function draw31(stream: ReturnType<typeof createRng>, index: number): number {
  const own = stream.fork(index);
  return own.integer(2 ** 15) * 2 ** 16 + own.integer(2 ** 16, 1);
}

/** Seeds of the members. @throws {RangeError} If there are fewer than two, or a seed is missing. */
function seedsOf({ ensemble: { samples, seeds }, seed = 0 }: SamplingOptions): readonly number[] {
  if (!(Number.isSafeInteger(samples) && samples >= 2)) {
    throw new RangeError(
      `Cannot estimate an uncertainty: it takes at least 2 samples, got ${samples}; raise --samples`,
    );
  }
  const own = seeds ?? sampleSeeds(seed, samples);
  if (own.length !== samples) {
    throw new RangeError(
      `Cannot draw ${samples} samples: there must be a seed for each, got ${own.length}`,
    );
  }
  return own;
}

/** Steps, sampler and time steps: each as in the options, else as in the card's `sampling`. */
function sharedSampling(
  { modules: { ensemble } }: Pick<Model, "modules">,
  options: SamplingOptions,
) {
  const {
    steps = ensemble.sampling.steps,
    sampler = ensemble.sampler,
    timesteps = ensemble.timesteps,
  } = options;
  return { steps, sampler, timesteps };
}

/** The card's calibration, if it was measured with this sampling. */
function calibrationOf(
  { card: { calibration }, modules: { ensemble } }: Pick<Model, "card" | "modules">,
  { sampler, timesteps }: SamplingOptions,
  steps: number,
) {
  const replaced = sampler !== undefined || timesteps !== undefined;
  if (calibration === undefined || replaced || !ensemble.isCalibrated) return undefined;
  return calibration.sampling.steps === steps ? calibration : undefined;
}

/** JSON of a module without infinity, which is a default there. */
function written(module: CardModule): string {
  return JSON.stringify(module, (_, value) => value === Infinity ? undefined : value);
}

function samplingText(
  { modules: { ensemble: { sampling } } }: Pick<Model, "modules">,
  { sampler, timesteps }: SamplingOptions,
  steps: number,
): string {
  return [
    `${steps} steps`,
    sampler === undefined ? written(sampling.sampler) : "a sampler of the call",
    timesteps === undefined ? written(sampling.timesteps) : "time steps of the call",
  ].join(", ");
}

function calibrationText(
  { card }: Pick<Model, "card">,
  used: Model["card"]["calibration"],
): string {
  if (used !== undefined) {
    const floor = used.floor === undefined ? "" : `, floor ${used.floor.join(",")}`;
    return `factor ${used.factor}${floor}, of ${used.data}`;
  }
  return card.calibration === undefined
    ? "none: deviations are what samples spread"
    : "none: the card's is of another sampling";
}

/**
 * Resolves the sampling of an ensemble. Steps, sampler and time steps each come from the options, else
 * from the card's `sampling`, else from `defaultSampling`.
 *
 * @throws {RangeError} If there are fewer than two members.
 */
export function samplingOf(
  model: Pick<Model, "card" | "modules">,
  options: SamplingOptions,
): Sampling {
  const seeds = seedsOf(options);
  const shared = sharedSampling(model, options);
  const calibration = calibrationOf(model, options, shared.steps);
  return {
    ...shared,
    ensemble: { seeds, factor: calibration?.factor ?? 1, floor: calibration?.floor },
    text: {
      sampling: samplingText(model, options, shared.steps),
      calibration: calibrationText(model, calibration),
    },
  };
}

/** Options with their ensemble resolved, and its description if there is an ensemble. */
export interface EnsembleRestoration<O> {
  /** Options with the resolved ensemble. */
  readonly options: Omit<O, "ensemble"> & {
    readonly ensemble?: EnsembleOptions & EnsembleRows & SpreadCalibration;
  };
  /** Description of sampling and calibration; undefined without an ensemble. */
  readonly text?: Sampling["text"];
}

/** Resolves the ensemble of options: seeds, sampling and calibration. Without one, returns them as is. */
export function withSampling<O extends Omit<SamplingOptions, "ensemble">>(
  model: Pick<Model, "card" | "modules">,
  options: O & { readonly ensemble?: EnsembleOptions },
): EnsembleRestoration<O> {
  const { ensemble, ...rest } = options;
  if (ensemble === undefined) return { options: rest };
  const { ensemble: rows, text, ...sampling } = samplingOf(model, { ...rest, ensemble });
  return { options: { ...rest, ...sampling, ensemble: { ...ensemble, ...rows } }, text };
}
