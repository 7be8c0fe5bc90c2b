/**
 * The modules of a model: the algorithm of each axis, built from the card.
 *
 * @module
 */

import type { Fusion } from "../fusion/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { NoiseDistribution } from "../noise/mod.ts";
import type { Preconditioner } from "../precond/mod.ts";
import type { Sampler } from "../samplers/mod.ts";
import type { Schedule } from "../schedules/mod.ts";
import type { Timesteps } from "../timesteps/mod.ts";
import type { LossWeighting } from "../weighting/mod.ts";
import type { EnsembleModules } from "./ensemble.ts";

/** One module for each axis, and those that draw ensemble members. */
export interface Modules {
  readonly schedule: Schedule;
  readonly precond: Preconditioner;
  readonly network: Network;
  readonly noise: NoiseDistribution;
  readonly weighting: LossWeighting;
  readonly timesteps: Timesteps;
  readonly sampler: Sampler;
  readonly fusion: Fusion;
  /** The sampler and time steps of an ensemble, which need not be those of a single image. */
  readonly ensemble: EnsembleModules;
}
