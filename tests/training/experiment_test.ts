import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { extendConfig } from "../../files/mod.ts";
import { parseExperiment, readExperiment } from "../../training/mod.ts";
import { TINY_MODEL } from "./tiny.ts";

const SMALL = {
  model: TINY_MODEL,
  data: { train: { type: "folder", root: "data" } },
  steps: 10,
} as const;

Deno.test("parseExperiment() completes with the paper's settings", () => {
  const { optimizer, ema, clip, batchSize } = parseExperiment(SMALL);
  assertEquals(optimizer, {
    learningRate: 1e-4,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
  });
  assertEquals([ema, clip, batchSize], [{ decays: [0.9999], use: 0.9999 }, Infinity, 1]);
  const { optimizer: own } = parseExperiment({ ...SMALL, optimizer: { learningRate: 1 } });
  assertEquals([own.learningRate, own.beta2], [1, 0.999]);
});

Deno.test("parseExperiment() names the path of what is wrong", () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ ...SMALL, stpes: 3 }, "$.stpes"],
    [{ ...SMALL, steps: 0 }, "$.steps"],
    [{ ...SMALL, optimizer: { lr: 1 } }, "$.optimizer.lr"],
    [{ ...SMALL, optimizer: { beta1: 1 } }, "$.optimizer.beta1"],
    [{ ...SMALL, clip: 0 }, "$.clip"],
    [{ ...SMALL, ema: { decay: 2 } }, "$.ema.decay"],
    [{ ...SMALL, data: {} }, "$.data.train"],
    [{ ...SMALL, data: { train: { type: "web" } } }, "$.data.train.type"],
    [{ ...SMALL, data: { train: { type: "folder" } } }, "$.data.train.root"],
    [
      { ...SMALL, data: { train: { type: "synthetic", root: "a", cover: 1 } } },
      "$.data.train.cover",
    ],
  ];
  for (const [value, path] of cases) {
    assertEquals(assertThrows(() => parseExperiment(value), OptionsError).path, path);
  }
});

Deno.test("extendConfig() replaces an axis with all its options", () => {
  const base = {
    model: { schedule: { type: "rational", alpha: 1 }, precond: { type: "edm", sigmaData: 1 } },
    optimizer: { learningRate: 1, beta1: 0.5 },
    steps: 5,
  };
  const own = { model: { precond: { type: "edm" } }, optimizer: { learningRate: 2 } };
  assertEquals(extendConfig(base, own), {
    model: { schedule: { type: "rational", alpha: 1 }, precond: { type: "edm" } },
    optimizer: { learningRate: 2 },
    steps: 5,
  });
});

Deno.test("readExperiment() follows extends beside the file and refuses a circle", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (name: string, value: unknown) =>
      Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(value));
    await Deno.mkdir(`${folder}/more`);
    await write("base.json", SMALL);
    await write("more/long.json", { extends: "../base.json", steps: 99 });
    const { steps, data } = await readExperiment(`${folder}/more/long.json`);
    assertEquals([steps, data.train], [99, { type: "folder", root: "data" }]);
    await write("a.json", { extends: "b.json" });
    await write("b.json", { extends: "a.json" });
    await assertRejects(
      () => readExperiment(`${folder}/a.json`),
      OptionsError,
      "must not lead back",
    );
    await Deno.writeTextFile(`${folder}/bad.json`, "{");
    await assertRejects(() => readExperiment(`${folder}/bad.json`), OptionsError, "must be JSON");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
