import { assertEquals } from "@std/assert";
import { identity } from "../../precond/mod.ts";
import { noiseLevel, rational } from "../../schedules/mod.ts";
import { testPrecond } from "../contracts/mod.ts";

testPrecond("identity()", () => identity());

Deno.test("identity() makes the network the denoiser", () => {
  for (const length of [1, 4]) {
    const found = identity().coefficients(noiseLevel(rational(), Math.E), length);
    assertEquals(found, { cIn: 1, cSkip: 0, cOut: 1, cNoise: 0.25 });
  }
});
