/**
 * Contract of a noise distribution, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import type { NoiseDistribution } from "../../noise/mod.ts";
import { assert, assertAlmostEquals, assertEquals } from "../assert.ts";

/** Properties of ln σ that a distribution declares. */
export interface NoiseContract {
  /** Mean of ln σ. Default: not tested. */
  readonly logMean?: number;
  /** Standard deviation of ln σ, > 0. Default: not tested. */
  readonly logStd?: number;
  /** Bounds of σ. Default 0 and ∞. */
  readonly sigmaMin?: number;
  /** Upper bound of σ. Default ∞. */
  readonly sigmaMax?: number;
}

const COUNT = 10_000;

/**
 * Registers the tests of a noise distribution.
 *
 * @param name Name of the noise distribution in the tests' names.
 * @param make Makes the distribution.
 * @param contract Properties that it declares; `logMean` needs `logStd`.
 */
export function testNoise(
  name: string,
  make: () => NoiseDistribution,
  { logMean, logStd, sigmaMin = 0, sigmaMax = Infinity }: NoiseContract = {},
): void {
  const draw = () => {
    const distribution = make();
    const root = createRng(5).fork("sigma");
    return Array.from({ length: COUNT }, (_, i) => distribution.sample(root.fork(i)));
  };

  Deno.test(`${name} draws finite σ > 0 within its bounds`, () => {
    for (const sigma of draw()) {
      assert(sigma > 0 && sigma < Infinity, `σ = ${sigma}`);
      assert(sigma >= sigmaMin && sigma <= sigmaMax, `σ = ${sigma}`);
    }
  });

  Deno.test(`${name} draws the same σ from the same stream, and others from others`, () => {
    const sigmas = draw();
    assertEquals(draw(), sigmas);
    // Draws of 24 bits may coincide by chance.
    assert(new Set(sigmas).size > 0.99 * COUNT);
  });

  if (logStd === undefined) return;

  Deno.test(`${name} has the declared mean and standard deviation of ln σ`, () => {
    const logs = draw().map(Math.log);
    const mean = logs.reduce((sum, x) => sum + x, 0) / COUNT;
    const std = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / COUNT);
    // Five standard errors; that of a standard deviation is largest for a normal distribution.
    if (logMean !== undefined) assertAlmostEquals(mean, logMean, 5 * logStd / Math.sqrt(COUNT));
    assertAlmostEquals(std, logStd, 5 * logStd / Math.sqrt(2 * COUNT));
  });
}
