import { assertAlmostEquals, assertThrows } from "@std/assert";
import { exponential, noiseLevel } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

testSchedule("exponential()", () => exponential());
testSchedule("exponential({ theta: 1 })", () => exponential({ theta: 1 }));

Deno.test("exponential() reverts at the rate θ at all times", () => {
  const schedule = exponential({ theta: 0.3 });
  for (const t of [0, 1, 20]) assertAlmostEquals(-schedule.sDot(t) / schedule.s(t), 0.3, 1e-12);
});

Deno.test("exponential() is an error where s leaves float64", () => {
  assertThrows(() => noiseLevel(exponential({ theta: 10 }), 100), RangeError, "s(t) must be");
});
