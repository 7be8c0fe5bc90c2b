import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseLevel, noiseLevelAtSigma, rational, type Schedule } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

// A schedule as a plugin may have it, whose σ has a pole at t = π/2.
testSchedule("a plugin of s = cos t, σ = tan t", () => ({
  sigma: Math.tan,
  sigmaDot: (t) => 1 / Math.cos(t) ** 2,
  sigmaInverse: Math.atan,
  s: Math.cos,
  sDot: (t) => -Math.sin(t),
}));

const broken = (part: Partial<Schedule>): Schedule => ({ ...rational(), ...part });

Deno.test("noiseLevel() has k = (1 − s)/s", () => {
  const level = noiseLevel(rational({ alpha: 2 }), 3);
  assertEquals([level.t, level.sigma, level.s], [3, 3, 1 / 7]);
  assertAlmostEquals(level.k, 6, 1e-14);
});

Deno.test("noiseLevelAtSigma() keeps σ exactly as given", () => {
  const rough = broken({ sigmaInverse: (sigma) => sigma * (1 + 1e-9), sigma: (t) => t });
  assertEquals(noiseLevelAtSigma(rough, 0.3).sigma, 0.3);
});

Deno.test("noiseLevel() refuses a schedule whose s or σ is out of range", () => {
  for (const s of [0, -1, 1.5, NaN]) {
    assertThrows(() => noiseLevel(broken({ s: () => s }), 1), RangeError, `s(1) = ${s}`);
  }
  for (const sigma of [-1, Infinity, NaN]) {
    assertThrows(() => noiseLevel(broken({ sigma: () => sigma }), 1), RangeError, `= ${sigma}`);
  }
});
