import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { logNormal, logUniform } from "../../noise/mod.ts";
import { binLosses, sigmaBounds } from "../../training/mod.ts";

Deno.test("sigmaBounds() spans what a distribution draws, in equal steps of log₁₀ σ", () => {
  const uniform = sigmaBounds(logUniform({ sigmaMin: 0.01, sigmaMax: 100 }));
  assertEquals(uniform.length, 9);
  // The quantiles of 0.5 % and 99.5 % of log₁₀ σ in [−2, 2]; 4096 draws tell them to about 0.01.
  assertAlmostEquals(uniform[0]!, -1.98, 0.02);
  assertAlmostEquals(uniform[8]!, 1.98, 0.02);
  for (let i = 1; i < 8; i++) {
    assertAlmostEquals(uniform[i]! - uniform[i - 1]!, uniform[i + 1]! - uniform[i]!, 1e-12);
  }
  // P_mean ± 2.576·P_std, in units of log₁₀.
  const normal = sigmaBounds(logNormal({ pMean: -1.4, pStd: 1.4 }));
  assertAlmostEquals(normal[0]!, (-1.4 - 2.576 * 1.4) / Math.LN10, 0.1);
  assertAlmostEquals(normal[8]!, (-1.4 + 2.576 * 1.4) / Math.LN10, 0.1);
  assertEquals(sigmaBounds(logUniform({ sigmaMin: 0.01, sigmaMax: 100 })), uniform);
});

Deno.test("binLosses() averages by bin, the outer bins taking what lies beyond", () => {
  const bounds = [-2, -1, 0, 1];
  const losses = [[0.0001, 4], [0.05, 2], [0.5, 7], [1000, 1], [1, 3]]
    .map(([sigma, loss]) => ({ sigma: sigma!, loss: loss! }));
  const found = binLosses(losses, bounds);
  assertEquals(found.map(({ loss, samples }) => [loss, samples]), [[3, 2], [7, 1], [2, 2]]);
  found.forEach(({ from, to }, i) => {
    assertAlmostEquals(from, 10 ** (i - 2), 1e-12);
    assertAlmostEquals(to, 10 ** (i - 1), 1e-12);
  });
  assertEquals(binLosses(losses.slice(0, 2), bounds).length, 1);
});

Deno.test("binLosses() takes a distribution of one σ", () => {
  const bounds = sigmaBounds({ sample: () => 1 });
  const found = binLosses([{ sigma: 1, loss: 2 }, { sigma: 1, loss: 4 }], bounds);
  assertEquals(found.map(({ loss, samples }) => [loss, samples]), [[3, 2]]);
  assertLess(0, found[0]!.from);
});
