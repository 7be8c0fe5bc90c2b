/**
 * What every loss weighting must do, for built-ins and plugins alike.
 *
 * @module
 */

import { meanReverting } from "../../precond/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import type { LossWeighting } from "../../weighting/mod.ts";
import { assert, assertAlmostEquals } from "../std_assert.ts";

/** What a weighting declares. */
export interface WeightingContract {
  /** λ·c_out² = 1: the network's own error counts the same at every σ. Default false. */
  readonly declaresEqualOutput?: boolean;
  /** The bound of λ, where there is one. */
  readonly bound?: number;
}

/**
 * Registers the tests of a loss weighting.
 *
 * @param name How it is called in the tests' names.
 * @param make Makes the weighting.
 * @param contract What it declares.
 */
export function testWeighting(
  name: string,
  make: () => LossWeighting,
  { declaresEqualOutput = false, bound = Infinity }: WeightingContract = {},
): void {
  const cases = [1, 3].flatMap((alpha) =>
    [1, 3].flatMap((length) =>
      [0.001, 0.03, 1, 30, 100].map((sigma) => {
        const level = noiseLevelAtSigma(rational({ alpha }), sigma);
        return { level, coefficients: meanReverting().coefficients(level, length) };
      })
    )
  );

  Deno.test(`${name} gives finite λ > 0${bound < Infinity ? ` up to ${bound}` : ""}`, () => {
    for (const { level, coefficients } of cases) {
      const weight = make().weight(level, coefficients);
      assert(weight > 0 && weight < Infinity && weight <= bound, `λ(${level.sigma}) = ${weight}`);
    }
  });

  if (!declaresEqualOutput) return;

  Deno.test(`${name} lets the network's error count the same at every σ`, () => {
    for (const { level, coefficients } of cases) {
      assertAlmostEquals(make().weight(level, coefficients) * coefficients.cOut ** 2, 1, 1e-12);
    }
  });
}
