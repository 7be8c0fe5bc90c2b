import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import {
  adamw,
  learningRateFactor,
  type LearningRateSchedule,
  parseExperiment,
} from "../../training/mod.ts";
import { tinyExperiment } from "./tiny.ts";

const WARM = { type: "warmupCosine", warmup: 10, hold: 5, decay: 20, floor: 0.2 } as const;

const factors = (schedule: LearningRateSchedule, count: number) =>
  Array.from({ length: count }, (_, i) => learningRateFactor(schedule, i + 1));

Deno.test("learningRateFactor() rises linearly, holds, and falls along half a cosine", () => {
  const found = factors(WARM, 50);
  for (let n = 1; n <= 10; n++) assertAlmostEquals(found[n - 1]!, n / 10, 1e-15);
  for (let n = 11; n <= 15; n++) assertEquals(found[n - 1], 1);
  for (let n = 16; n <= 35; n++) {
    const wanted = 0.2 + 0.4 * (1 + Math.cos(Math.PI * (n - 15) / 20));
    assertAlmostEquals(found[n - 1]!, wanted, 1e-15);
    assertLess(found[n - 1]!, found[n - 2]!);
  }
  assertEquals(found.slice(34), new Array(16).fill(0.2));
});

Deno.test("learningRateFactor() starts at the full rate without warm-up, and ends at 0 without floor", () => {
  const found = factors({ type: "warmupCosine", decay: 4 }, 5);
  [0.85355339, 0.5, 0.14644661, 0, 0].forEach((wanted, i) =>
    assertAlmostEquals(found[i]!, wanted, 1e-8)
  );
  assertEquals(factors({ type: "constant" }, 3), [1, 1, 1]);
});

Deno.test("adamw() moves and decays in proportion to the learning rate's factor", () => {
  const optimizer = adamw({ learningRate: 0.1, weightDecay: 0.5 });
  const [whole, half] = [optimizer.rates(7), optimizer.rates(7, 0.5)];
  assertAlmostEquals(half.move, whole.move / 2, 1e-15);
  assertEquals(half.epsilon, whole.epsilon);
  assertAlmostEquals(whole.keep, 0.95, 1e-15);
  assertAlmostEquals(half.keep, 0.975, 1e-15);
});

Deno.test("parseExperiment() completes a schedule of the learning rate, or says what is wrong", () => {
  const parsed = (learningRateSchedule: unknown) =>
    parseExperiment({ ...tinyExperiment(), learningRateSchedule }).learningRateSchedule;
  assertEquals(parseExperiment(tinyExperiment()).learningRateSchedule, { type: "constant" });
  assertEquals(parsed({ type: "warmupCosine", decay: 9 }), {
    type: "warmupCosine",
    warmup: 0,
    hold: 0,
    decay: 9,
    floor: 0,
  });
  const wrong = [
    [{ type: "cosine" }, "$.learningRateSchedule.type"],
    [{ type: "warmupCosine" }, "$.learningRateSchedule.decay"],
    [{ type: "warmupCosine", decay: 9, floor: 2 }, "$.learningRateSchedule.floor"],
    [{ type: "constant", decay: 9 }, "$.learningRateSchedule.decay"],
    ["constant", "$.learningRateSchedule"],
  ] as const;
  for (const [value, path] of wrong) {
    assertEquals(assertThrows(() => parsed(value), OptionsError).path, path);
  }
});
