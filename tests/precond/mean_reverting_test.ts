import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OptionsError, Registry } from "../../core/mod.ts";
import { meanReverting, preconds } from "../../precond/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { inverseOutput } from "../../weighting/mod.ts";
import { testPrecond } from "../contracts/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

const PAPER = { sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 } as const;
const OTHER = { sigmaData: 0.7, sigmaMu: 1.2, sigmaCov: -0.5 } as const;

testPrecond("meanReverting()", () => meanReverting(), { declaresUnitVariance: PAPER });
testPrecond("meanReverting() with k = σ", () => meanReverting(), {
  declaresUnitVariance: PAPER,
  alpha: 1,
});
testPrecond("meanReverting() of other moments", () => meanReverting(OTHER), {
  declaresUnitVariance: OTHER,
  alpha: 0.4,
});
testPrecond("meanReverting() without μ in the process", () => meanReverting(), {
  declaresUnitVariance: PAPER,
  alpha: 1e-300,
});

Deno.test("meanReverting() gives the reference's coefficients and loss weights", async () => {
  const scalings = await golden("scalings");
  const sigmas = [...valuesOf(scalings, "sigma")];
  const params = scalings.hyper.params as readonly Record<string, number>[];
  for (const [p, set] of params.entries()) {
    const options = {
      sigmaData: set["sigma_data"]!,
      sigmaMu: set["sigma_mu"]!,
      sigmaCov: set["sigma_cov"]!,
    };
    if (Math.abs(options.sigmaCov) > options.sigmaData * options.sigmaMu) continue;
    const schedule = rational({ alpha: set["alpha"]! });
    for (
      const [key, length] of [["mono", 1], ["L1", 1], ["L2", 2], ["L3", 3], ["L5", 5]] as const
    ) {
      const levels = sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma));
      const found = levels.map((level) => meanReverting(options).coefficients(level, length));
      assertGolden(found.map(({ cIn }) => cIn), scalings, `p${p}.${key}.c_in`);
      assertGolden(found.map(({ cSkip }) => cSkip), scalings, `p${p}.${key}.c_skip`);
      assertGolden(found.map(({ cOut }) => cOut), scalings, `p${p}.${key}.c_out`);
      const weights = found.map((c, i) => inverseOutput().weight(levels[i]!, c));
      assertGolden(weights, scalings, `p${p}.${key}.weight`);
      if (key === "mono") {
        assertGolden(found.map(({ cNoise }) => cNoise), scalings, `p${p}.mono.c_noise`);
      }
    }
  }
});

Deno.test("meanReverting() tells k = ασ from σ when L > 1", () => {
  // α = 3, L = 3, σ = 1, from the formulas by hand: v = 15.4, σ²/L = 1/3.
  const level = noiseLevelAtSigma(rational({ alpha: 3 }), 1);
  const { cIn, cSkip, cOut } = meanReverting().coefficients(level, 3);
  assertAlmostEquals(cIn, 1 / Math.sqrt(16.4), 1e-12);
  assertAlmostEquals(cSkip, 3.7 / (15.4 + 1 / 3), 1e-12);
  assertAlmostEquals(cOut ** 2, (1 / 3 + 9 - 9 * 0.81) / (15.4 + 1 / 3), 1e-12);
});

Deno.test("meanReverting() stays real where x0 and μ are the same", () => {
  const level = noiseLevelAtSigma(rational({ alpha: 3 }), 100);
  const same = meanReverting({ sigmaData: 0.1, sigmaMu: 0.3, sigmaCov: 0.1 * 0.3 });
  // x̃ = (1 + 3k)·x0 + σ·n: what is left of x0 is σ²·σ_data²/(v + σ²).
  const v = (0.1 + 300 * 0.3) ** 2;
  assertAlmostEquals(
    same.coefficients(level, 1).cOut,
    Math.sqrt(100 ** 2 * 0.01 / (v + 100 ** 2)),
    1e-9,
  );
});

Deno.test("meanReverting() refuses moments that are none, before any work", () => {
  // The covariance 0.9 that holds unless given is impossible with deviations of 0.5.
  const error = assertThrows(() => meanReverting({ sigmaData: 0.5, sigmaMu: 0.5 }), RangeError);
  assertStringIncludes(error.message, "sigmaData·sigmaMu = 0.25");
  assertStringIncludes(error.message, "0.9");
  assertThrows(() => meanReverting({ sigmaCov: -1.01 }), RangeError);
  assertThrows(() => meanReverting({ sigmaData: 0 }), RangeError, "sigmaData");
  assertThrows(() => meanReverting({ sigmaMu: -1 }), RangeError, "sigmaMu");
  assertThrows(() => meanReverting({ sigmaCov: NaN }), RangeError);
});

Deno.test("meanReverting's catalog entry names the place of impossible moments", () => {
  const registry = new Registry({ precond: preconds });
  const error = assertThrows(
    () => registry.create("precond", { type: "meanReverting", sigmaData: 0.5, sigmaMu: 0.5 }),
    OptionsError,
  );
  assertEquals(error.path, "$.precond");
});
