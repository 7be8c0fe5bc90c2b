import { assertAlmostEquals, assertEquals } from "@std/assert";
import { prediction, type PredictionOptions } from "../../precond/mod.ts";
import { flow, i2sb, noiseLevel, rational } from "../../schedules/mod.ts";
import { testPrecond } from "../contracts/mod.ts";

const TARGETS: readonly PredictionOptions["target"][] = ["clean", "velocity", "noise"];

for (const target of TARGETS) {
  testPrecond(`prediction({ target: "${target}" })`, () => prediction({ target }));

  Deno.test(`prediction() recovers x0 from the exact ${target} at the state x`, () => {
    const [x0, mu, n] = [0.3, -0.8, 1.7];
    for (const [schedule, t] of [[flow(), 0.4], [i2sb(), 0.9], [rational(), 2]] as const) {
      const level = noiseLevel(schedule, t);
      const { s, sigma, k } = level;
      const x = s * x0 + (1 - s) * mu + s * sigma * n;
      // The predictions of the papers, up to the sign.
      const prediction_ = {
        clean: x0,
        velocity: (x0 - x) / (1 - s),
        noise: (x0 - x) / (s * sigma),
      };
      const { cIn, cSkip, cOut, cNoise } = prediction({ target }).coefficients(level, 1);
      const scaled = x0 + k * mu + sigma * n;
      assertAlmostEquals(cIn * scaled, x, 1e-14);
      assertAlmostEquals(cSkip * scaled + cOut * prediction_[target], x0, 1e-14);
      assertEquals(cNoise, t);
    }
  });
}

Deno.test("the velocity of a flow without noise is x0 − μ", () => {
  const level = noiseLevel(flow({ epsilon: 1e-6 }), 0.7);
  const [x0, mu] = [0.9, 0.2];
  const x = level.s * x0 + (1 - level.s) * mu;
  const { cSkip, cOut } = prediction({ target: "velocity" }).coefficients(level, 1);
  assertAlmostEquals(cSkip * (x / level.s) + cOut * (x0 - mu), x0, 1e-14);
});
