import type { Rng } from "../../core/mod.ts";
import { logNormal } from "../../noise/mod.ts";
import { testNoise } from "../contracts/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

testNoise("logNormal()", () => logNormal(), { logMean: -1.4, logStd: 1.4 });
testNoise("logNormal({ pMean: -1.2, pStd: 1.2 })", () => logNormal({ pMean: -1.2, pStd: 1.2 }), {
  logMean: -1.2,
  logStd: 1.2,
});

Deno.test("logNormal() turns normal numbers into the reference's σ", async () => {
  const discretization = await golden("discretization");
  const normals = [...valuesOf(discretization, "normal")];
  for (const [pMean, pStd] of [[-1.4, 1.4], [-1.2, 1.2]] as const) {
    const distribution = logNormal({ pMean, pStd });
    const found = normals.map((n) => distribution.sample({ normal: () => n } as unknown as Rng));
    assertGolden(found, discretization, `train_sigma_${pMean}_${pStd}`);
  }
});
