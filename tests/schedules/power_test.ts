import { assertAlmostEquals, assertEquals } from "@std/assert";
import { noiseLevel, power, rational } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

testSchedule("power({ p: 0.5, q: 2 })", () => power({ p: 0.5, q: 2 }), {
  declaresSteepStart: true,
});
testSchedule("power({ p: 1 })", () => power({ p: 1 }));
testSchedule("power({ p: 2, q: 10 })", () => power({ p: 2, q: 10 }));

Deno.test("power() has k = q^(1−p)·t^p", () => {
  for (const [p, q] of [[0.5, 2], [1, 5], [3, 0.1]] as const) {
    for (const t of [0, 0.3, 7]) {
      const k = q ** (1 - p) * t ** p;
      assertAlmostEquals(noiseLevel(power({ p, q }), t).k, k, 1e-13 * (1 + k));
    }
    assertAlmostEquals(noiseLevel(power({ p, q }), q).k, q, 1e-13 * (1 + q));
  }
});

Deno.test("power() with p = 1 is rational() with α = 1", () => {
  for (const t of [0, 0.01, 1, 100]) {
    assertEquals(power({ p: 1, q: 4 }).s(t), rational({ alpha: 1 }).s(t));
    assertAlmostEquals(power({ p: 1 }).sDot(t), rational({ alpha: 1 }).sDot(t), 1e-15);
  }
});

Deno.test("power() starts infinitely steep for p < 1 and level for p > 1", () => {
  assertEquals(power({ p: 0.5 }).sDot(0), -Infinity);
  assertEquals(power({ p: 1 }).sDot(0), -1);
  assertEquals(Math.abs(power({ p: 2 }).sDot(0)), 0);
});
