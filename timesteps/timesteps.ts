/**
 * The time step axis: the σ_i of the sampler's steps, EDM Eq. 5.
 *
 * @module
 */

/** Noise levels of a sampler. */
export interface Timesteps {
  /**
   * Returns `steps` + 1 decreasing values: exactly σ_max, …, exactly σ_min, 0. With one step, σ_max
   * and 0.
   */
  sigmas(steps: number): readonly number[];
}
