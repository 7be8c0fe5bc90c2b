/**
 * Contract of time steps, for built-ins and plugins alike.
 *
 * @module
 */

import type { Timesteps } from "../../timesteps/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** Range that the time steps declare. */
export interface TimestepsContract {
  /** Last σ above 0. */
  readonly sigmaMin: number;
  /** First σ. */
  readonly sigmaMax: number;
}

/**
 * Registers the tests of time steps.
 *
 * @param name Name of the time steps in the tests' names.
 * @param make Makes the time steps.
 * @param contract Properties that they declare.
 */
export function testTimesteps(
  name: string,
  make: () => Timesteps,
  { sigmaMin, sigmaMax }: TimestepsContract,
): void {
  Deno.test(`${name} decreases from exactly σ_max to exactly σ_min, then 0`, () => {
    for (let steps = 2; steps <= 50; steps++) {
      const sigmas = make().sigmas(steps);
      assertEquals(sigmas.length, steps + 1);
      assertEquals([sigmas[0], sigmas[steps - 1], sigmas[steps]], [sigmaMax, sigmaMin, 0]);
      for (let i = 0; i < steps; i++) {
        assert(sigmas[i]! > sigmas[i + 1]!, `σ must decrease: ${sigmas}`);
      }
    }
  });

  Deno.test(`${name} goes from σ_max to 0 in one step`, () => {
    assertEquals([...make().sigmas(1)], [sigmaMax, 0]);
  });

  Deno.test(`${name} refuses a number of steps that is not an integer ≥ 1`, () => {
    for (const steps of [0, -1, 1.5, NaN, Infinity]) {
      assertThrows(() => make().sigmas(steps), RangeError, "steps");
    }
  });
}
