/**
 * Several moving averages of the weights at once, by their decays.
 *
 * @module
 */

import { type Check, list, number, object, OptionsError } from "../core/mod.ts";
import { EMA_DECAY } from "./ema.ts";

/** Averages as JSON: one decay, or several. */
export interface AverageOptions {
  /** Of the only average. Default 0.9999. */
  readonly decay?: number;
  /** Of several averages, in its place. */
  readonly decays?: readonly number[];
  /** The decay of the average that is validated and written as the model. Default the first. */
  readonly use?: number;
}

/** Averages, checked. */
export interface Averages {
  /** At least one, each another. */
  readonly decays: readonly number[];
  /** One of them. */
  readonly use: number;
}

/** One average, with the decay of the paper's runs. */
export const EMA_DEFAULTS: Averages = { decays: [EMA_DECAY], use: EMA_DECAY };

const decay = number({ min: 0, max: 1 });

const options = object<AverageOptions>(
  { decay, decays: list(decay, { min: 1 }), use: decay },
  { decay: undefined, decays: undefined, use: undefined },
);

/** Checks averages and completes them. */
export const averagesCheck: Check<Averages> = (value, path) => {
  const { decay, decays = [decay ?? EMA_DECAY], use = decays[0]! } = options(value, path);
  if (decay !== undefined && decays.join() !== `${decay}`) {
    throw new OptionsError(`${path}.decays`, `must stand alone, got decay ${decay} beside it`);
  }
  if (new Set(decays).size < decays.length) {
    throw new OptionsError(`${path}.decays`, `must differ from each other, got ${decays.join()}`);
  }
  if (!decays.includes(use)) {
    throw new OptionsError(`${path}.use`, `must be one of ${decays.join(", ")}, got ${use}`);
  }
  return { decays, use };
};
