/**
 * Options of the moving averages of the weights. A run can keep several, one per decay.
 *
 * @module
 */

import { type Check, list, number, object, OptionsError } from "../core/mod.ts";
import { EMA_DECAY } from "./ema.ts";

/** Moving averages as JSON: one decay, or several. */
export interface AverageOptions {
  /** Decay of a single average. Default 0.9999. */
  readonly decay?: number;
  /** Decays of several averages, instead of `decay`. */
  readonly decays?: readonly number[];
  /** Decay of the average that is validated and saved as the model. Default the first. */
  readonly use?: number;
}

/** Checked moving averages. */
export interface Averages {
  /** At least one; all different. */
  readonly decays: readonly number[];
  /** One of `decays`. */
  readonly use: number;
}

/** A single average with the decay of the paper's runs. */
export const EMA_DEFAULTS: Averages = { decays: [EMA_DECAY], use: EMA_DECAY };

const decay = number({ min: 0, max: 1 });

const options = object<AverageOptions>(
  { decay, decays: list(decay, { min: 1 }), use: decay },
  { decay: undefined, decays: undefined, use: undefined },
);

/** Checks averages and fills in the defaults. */
export const averagesCheck: Check<Averages> = (value, path) => {
  const { decay, decays = [decay ?? EMA_DECAY], use = decays[0]! } = options(value, path);
  if (decay !== undefined && decays.join() !== `${decay}`) {
    throw new OptionsError(
      `${path}.decays`,
      `must not be combined with "decay", got decay ${decay}`,
    );
  }
  if (new Set(decays).size < decays.length) {
    throw new OptionsError(`${path}.decays`, `must differ from each other, got ${decays.join()}`);
  }
  if (!decays.includes(use)) {
    throw new OptionsError(`${path}.use`, `must be one of ${decays.join(", ")}, got ${use}`);
  }
  return { decays, use };
};
