/**
 * Contract of a loss weighting, for built-ins and plugins alike.
 *
 * @module
 */

import { meanReverting } from "../../precond/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import type { LossWeighting } from "../../weighting/mod.ts";
import { assert, assertAlmostEquals } from "../assert.ts";

/** Properties that a weighting declares. */
export interface WeightingContract {
  /** True if λ·c_out² = 1: the network's error has the same weight at every σ. Default false. */
  readonly declaresEqualOutput?: boolean;
  /** Upper bound of λ. Default none. */
  readonly bound?: number;
}

/**
 * Registers the tests of a loss weighting.
 *
 * @param name Name of the loss weighting in the tests' names.
 * @param make Makes the weighting.
 * @param contract Properties that it declares.
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

  Deno.test(`${name} gives the network's error the same weight at every σ`, () => {
    for (const { level, coefficients } of cases) {
      assertAlmostEquals(make().weight(level, coefficients) * coefficients.cOut ** 2, 1, 1e-12);
    }
  });
}
