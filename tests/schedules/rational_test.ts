import { assertAlmostEquals, assertThrows } from "@std/assert";
import { OptionsError, Registry } from "../../core/mod.ts";
import { noiseLevelAtSigma, rational, schedules } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

testSchedule("rational()", () => rational());
testSchedule("rational({ alpha: 0.2 })", () => rational({ alpha: 0.2 }));

Deno.test("rational() has k = αt", () => {
  for (const alpha of [0.2, 1, 3]) {
    for (const t of [0, 1e-3, 1, 100]) {
      const { k } = noiseLevelAtSigma(rational({ alpha }), t);
      assertAlmostEquals(k, alpha * t, 1e-13 * (1 + alpha * t));
    }
  }
});

Deno.test("rational() gives the reference's s, ds/dσ and k", async () => {
  const scalings = await golden("scalings");
  const sigmas = [...valuesOf(scalings, "sigma")];
  for (const [p, { alpha }] of scalings.hyper.params.entries()) {
    const schedule = rational({ alpha });
    assertGolden(sigmas.map((t) => schedule.s(t)), scalings, `p${p}.s`);
    assertGolden(sigmas.map((t) => schedule.sDot(t)), scalings, `p${p}.ds`);
    assertGolden(sigmas.map((t) => noiseLevelAtSigma(schedule, t).k), scalings, `p${p}.k`);
  }
});

Deno.test("rational's catalog entry refuses α ≤ 0", () => {
  const registry = new Registry({ schedule: schedules });
  assertThrows(
    () => registry.create("schedule", { type: "rational", alpha: 0 }),
    OptionsError,
    "$.schedule.alpha",
  );
});
