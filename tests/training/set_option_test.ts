import { assertEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { parseExperiment, setOption } from "../../training/mod.ts";
import { tinyExperiment } from "./tiny.ts";

const BASE = { steps: 5, model: { levels: [{ width: 1 }, { width: 2 }] }, clip: 1 };

Deno.test("setOption() changes one value, makes what is left out, and leaves the rest alone", () => {
  const before = structuredClone(BASE);
  assertEquals(setOption(BASE, "steps=7"), { ...BASE, steps: 7 });
  assertEquals(setOption(BASE, "optimizer.learningRate=0.001"), {
    ...BASE,
    optimizer: { learningRate: 0.001 },
  });
  assertEquals(setOption(BASE, "model.levels.1.width=8"), {
    ...BASE,
    model: { levels: [{ width: 1 }, { width: 8 }] },
  });
  assertEquals(BASE, before);
});

Deno.test("setOption() reads JSON, and takes a text without quotes as it is", () => {
  const value = (text: string) => (setOption({}, `a=${text}`) as { a: unknown }).a;
  assertEquals(value('{"type":"euler","sChurn":1}'), { type: "euler", sChurn: 1 });
  assertEquals(value("[1,2]"), [1, 2]);
  assertEquals(value("true"), true);
  assertEquals(value('"7"'), "7");
  assertEquals(value("data/train"), "data/train");
  assertEquals(value("a=b"), "a=b");
});

Deno.test("setOption() refuses what is no assignment and what leads nowhere", () => {
  const wrong = [
    ["steps", "$: must be changed by path=value"],
    ["=5", "$: must be changed by path=value"],
    ["a..b=5", "$: must be changed by path=value"],
    ["steps.of=5", "$.steps.of: is not an option: $.steps is 5"],
    ["model.levels.2.width=5", "$.model.levels.2: must be an item of the list, 0 to 1, got 2"],
    ["model.levels.width=5", "$.model.levels.width: must be an item of the list"],
  ] as const;
  for (const [assignment, message] of wrong) {
    assertThrows(() => setOption(BASE, assignment), OptionsError, message);
  }
  const misspelt = setOption(tinyExperiment(), "optimizer.learninRate=1");
  assertThrows(() => parseExperiment(misspelt), OptionsError, "$.optimizer.learninRate");
});
