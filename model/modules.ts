/**
 * The modules of a model: the algorithm of each axis, built from the card.
 *
 * @module
 */

import type { Fusion } from "../fusion/mod.ts";
import type { Mean } from "../means/mod.ts";
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
  /** Signal scale s(t) and noise level σ(t) (Eqs. 3–7). */
  readonly schedule: Schedule;
  /** The mean μ that the process reverts to (Eqs. 3–6). */
  readonly mean: Mean;
  /** Coefficients of the denoiser (Eqs. 13–17). */
  readonly precond: Preconditioner;
  /** F_θ (Eq. 13). */
  readonly network: Network;
  /** Distribution of σ in training (Alg. 1). */
  readonly noise: NoiseDistribution;
  /** Loss weighting λ(σ) (Eq. 18). */
  readonly weighting: LossWeighting;
  /** Noise levels σ_i of a single image (EDM Eq. 5). */
  readonly timesteps: Timesteps;
  /** Integrator that restores a single image (Alg. 2). */
  readonly sampler: Sampler;
  /** Reduction of L images to one (Alg. 2 l. 13). */
  readonly fusion: Fusion;
  /** The sampler and time steps of an ensemble, which need not be those of a single image. */
  readonly ensemble: EnsembleModules;
}
