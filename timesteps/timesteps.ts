/**
 * The time step axis: the σ_i of the sampler's steps, EDM Eq. 5.
 *
 * @module
 */

/** Noise levels of a sampler. */
export interface Timesteps {
  /**
   * `steps` + 1 falling values: the first exactly σ_max, the last but one σ_min, the last 0. One
   * step goes from σ_max to 0.
   */
  sigmas(steps: number): readonly number[];
}
