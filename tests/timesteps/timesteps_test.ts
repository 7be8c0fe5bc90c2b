import { assertAlmostEquals, assertThrows } from "@std/assert";
import { exponential, karras, linear } from "../../timesteps/mod.ts";
import { testTimesteps } from "../contracts/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

const RANGE = { sigmaMin: 0.002, sigmaMax: 80 } as const;

testTimesteps("karras()", () => karras(), { sigmaMin: 0.001, sigmaMax: 100 });
for (
  const [name, make] of [["karras", karras], ["linear", linear], [
    "exponential",
    exponential,
  ]] as const
) {
  testTimesteps(`${name}({ sigmaMin: 0.002, sigmaMax: 80 })`, () => make(RANGE), RANGE);

  Deno.test(`${name}() refuses bounds that are none`, () => {
    for (const [sigmaMin, sigmaMax] of [[0, 1], [2, 1], [1, 1], [NaN, 1]] as const) {
      assertThrows(() => make({ sigmaMin, sigmaMax }), RangeError, "sigmaMin");
    }
  });
}

Deno.test("karras() gives the reference's noise levels", async () => {
  const discretization = await golden("discretization");
  for (const [key, steps] of [["cfg", karras()], ["default", karras(RANGE)]] as const) {
    for (const n of [1, 2, 4, 5, 6, 8, 10, 15, 50]) {
      const name = `${key}.N${n}`;
      valuesOf(discretization, name);
      assertGolden(steps.sigmas(n), discretization, name);
    }
  }
});

Deno.test("karras() with ρ = 1 is linear(), and tends to exponential() for large ρ", () => {
  for (const n of [2, 5, 9]) {
    const lines = linear(RANGE).sigmas(n);
    const logs = exponential(RANGE).sigmas(n);
    karras({ ...RANGE, rho: 1 }).sigmas(n).forEach((sigma, i) => {
      assertAlmostEquals(sigma, lines[i]!, 1e-12);
    });
    karras({ ...RANGE, rho: 1e6 }).sigmas(n).slice(0, -1).forEach((sigma, i) => {
      assertAlmostEquals(sigma / logs[i]!, 1, 1e-4);
    });
  }
});

Deno.test("linear() and exponential() are evenly spaced in σ and ln σ", () => {
  const lines = linear(RANGE).sigmas(6);
  const logs = exponential(RANGE).sigmas(6).slice(0, -1).map(Math.log);
  for (let i = 2; i < 6; i++) {
    assertAlmostEquals(lines[i]! - lines[i - 1]!, lines[1]! - lines[0]!, 1e-12);
    assertAlmostEquals(logs[i]! - logs[i - 1]!, logs[1]! - logs[0]!, 1e-12);
  }
});
