import { assertThrows } from "@std/assert";
import { logUniform } from "../../noise/mod.ts";
import { testNoise } from "../contracts/mod.ts";

const [sigmaMin, sigmaMax] = [0.01, 50];

testNoise("logUniform()", () => logUniform({ sigmaMin, sigmaMax }), {
  logMean: Math.log(sigmaMin * sigmaMax) / 2,
  logStd: Math.log(sigmaMax / sigmaMin) / Math.sqrt(12),
  sigmaMin,
  sigmaMax,
});

Deno.test("logUniform() refuses bounds that are none", () => {
  for (const [min, max] of [[0, 1], [2, 1], [1, 1], [NaN, 1]] as const) {
    assertThrows(() => logUniform({ sigmaMin: min, sigmaMax: max }), RangeError, "sigmaMin");
  }
});
