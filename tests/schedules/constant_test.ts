import { assertEquals } from "@std/assert";
import { constant, noiseLevel } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

testSchedule("constant()", () => constant(), { declaresConstant: true });

Deno.test("constant() has σ = t and k = 0, as EDM (Tab. 1)", () => {
  for (const t of [0, 0.002, 1, 80]) {
    assertEquals(noiseLevel(constant(), t), { t, sigma: t, s: 1, k: 0 });
    assertEquals([constant().sigmaDot(t), constant().sDot(t)], [1, 0]);
  }
});
