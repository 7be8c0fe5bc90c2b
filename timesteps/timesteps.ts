/**
 * The time step axis: the σ_i of the sampler's steps, EDM Eq. 5.
 *
 * @module
 */

/** The part of a process that time steps may be placed by; a `Schedule` is one. */
export interface ProcessTime {
  /** Noise level σ(t). */
  sigma(t: number): number;
  /** Time at which the process ends. Default: it has no end. */
  readonly end?: number;
}

/** Noise levels of a sampler. */
export interface Timesteps {
  /**
   * Returns `steps` + 1 decreasing values: exactly σ_max, …, exactly σ_min, 0. With one step, σ_max
   * and 0.
   *
   * @param schedule The process that is sampled, for steps that are placed in its time.
   */
  sigmas(steps: number, schedule?: ProcessTime): readonly number[];
}
