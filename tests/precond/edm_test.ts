import { assertAlmostEquals } from "@std/assert";
import { edm } from "../../precond/mod.ts";
import { constant, noiseLevel } from "../../schedules/mod.ts";
import { testPrecond } from "../contracts/mod.ts";

for (const sigmaData of [0.5, 1]) {
  testPrecond(`edm({ sigmaData: ${sigmaData} })`, () => edm({ sigmaData }), {
    declaresUnitVariance: { sigmaData, sigmaMu: 0, sigmaCov: 0 },
    alpha: 1e-300,
  });
}

Deno.test("edm() has the formulas of EDM's Table 1 under s = 1", () => {
  const data = 0.5;
  for (const sigma of [0.002, 0.3, 1, 80]) {
    const found = edm().coefficients(noiseLevel(constant(), sigma), 1);
    const sum = sigma ** 2 + data ** 2;
    assertAlmostEquals(found.cSkip, data ** 2 / sum, 1e-14);
    assertAlmostEquals(found.cOut, sigma * data / Math.sqrt(sum), 1e-14);
    assertAlmostEquals(found.cIn, 1 / Math.sqrt(sum), 1e-14);
    assertAlmostEquals(found.cNoise, Math.log(sigma) / 4, 1e-14);
  }
});
