import { assertAlmostEquals, assertEquals } from "@std/assert";
import { edm, meanReverting } from "../../precond/mod.ts";
import { constant, noiseLevel, noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { inverseOutput, softMinSnr, uniform } from "../../weighting/mod.ts";
import { testWeighting } from "../contracts/mod.ts";

testWeighting("inverseOutput()", () => inverseOutput(), { declaresEqualOutput: true });
testWeighting("uniform()", () => uniform(), { bound: 1 });
testWeighting("softMinSnr()", () => softMinSnr(), { bound: 5 });

Deno.test("inverseOutput() is Eq. 18", () => {
  // α = 3: the paper's numbers at σ = 1 and σ = 100.
  for (const [sigma, weight] of [[1, 6.05166], [100, 3.71]] as const) {
    const level = noiseLevelAtSigma(rational({ alpha: 3 }), sigma);
    const found = inverseOutput().weight(level, meanReverting().coefficients(level, 1));
    assertAlmostEquals(found, weight, 1e-3);
  }
});

Deno.test("inverseOutput() is EDM's λ under s = 1", () => {
  for (const sigma of [0.01, 1, 80]) {
    const level = noiseLevel(constant(), sigma);
    const found = inverseOutput().weight(level, edm().coefficients(level, 1));
    const lambda = (sigma ** 2 + 0.25) / (sigma * 0.5) ** 2;
    assertAlmostEquals(found / lambda, 1, 1e-13);
  }
});

Deno.test("softMinSnr() is the signal-to-noise ratio at high σ and γ at low σ", () => {
  const coefficients = { cIn: 1, cSkip: 0, cOut: 1, cNoise: 0 };
  const weight = (sigma: number) =>
    softMinSnr({ gamma: 4 }).weight(noiseLevel(constant(), sigma), coefficients);
  assertAlmostEquals(weight(100) * 100 ** 2, 1, 1e-4);
  assertAlmostEquals(weight(1e-4), 4, 1e-6);
  assertEquals(weight(0.5), 2);
});
