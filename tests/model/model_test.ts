import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { builtins } from "../../builtins.ts";
import { readTensor } from "../../engine/mod.ts";
import {
  createModel,
  fromUnit,
  modelFromCard,
  parseCard,
  resolveCard,
  restoreImages,
  scalingRanges,
  stringifyCard,
  toUnit,
} from "../../model/mod.ts";
import type { Schedule } from "../../schedules/mod.ts";
import { testOn } from "../engines.ts";
import { disposeModel, MONO, TEMPORAL } from "./small.ts";

const wrong: readonly (readonly [string, object, string, string])[] = [
  ["an unknown type", { schedule: { type: "cosine" } }, "$.schedule.type", "known: rational"],
  [
    "an unknown option",
    { sampler: { type: "euler", gamma: 1 } },
    "$.sampler.gamma",
    "known: sChurn",
  ],
  [
    "an option out of range",
    { schedule: { type: "rational", alpha: -1 } },
    "$.schedule.alpha",
    "> 0",
  ],
  ["a module without a type", { precond: {} }, "$.precond.type", "must name a module"],
  ["an unknown key", { optimizer: { type: "adamw" } }, "$.optimizer", "not a known option"],
  ["modules in one key", { modules: {} }, "$.modules", "one key per axis"],
  ["no bands", { bands: [] }, "$.bands", "at least 1"],
  ["a band without a name", { bands: [{ unit: "DN" }] }, "$.bands[0].name", "is required"],
  [
    "a scaling upside down",
    { scaling: { low: 1, high: 0 } },
    "$.scaling",
    "low must be below high",
  ],
  [
    "channels that do not fit",
    { network: { ...MONO.network, inChannels: 9 } },
    "$.network",
    "must take 6 channels (3 bands and 3 of condition)",
  ],
  [
    "output channels that do not fit",
    { network: { ...MONO.network, outChannels: 4 } },
    "$.network",
    "give 3, got 6 and 4",
  ],
  ["a tile that does not divide", { tileSize: 18 }, "$.tileSize", "multiple of 4"],
  ["a tile that is too small", { tileSize: 12 }, "$.tileSize", "≥ 7 tokens, got 6×6"],
  [
    "a network that does not fit together",
    {
      network: {
        ...MONO.network,
        levels: [{ width: 24, depth: 1, dFf: 8, attention: "global", dHead: 16 }],
      },
    },
    "$.network",
    "multiple of dHead 16, got 24",
  ],
  [
    "moments with c_out² < 0",
    { precond: { type: "meanReverting", sigmaData: 0.5, sigmaMu: 0.5, sigmaCov: 0.9 } },
    "$.precond",
    "",
  ],
  [
    "an unknown condition",
    { condition: { order: ["cloudy", "radar"] } },
    "$.condition.order[1]",
    "must be one of cloudy, auxiliary, reference",
  ],
  [
    "an auxiliary condition without bands",
    { condition: { order: ["cloudy", "auxiliary"] } },
    "$.condition",
    "if and only if",
  ],
  [
    "auxiliary bands without their place",
    { condition: { auxiliary: [{ name: "VV", unit: "dB" }] } },
    "$.condition",
    "if and only if",
  ],
  ["no steps", { steps: 0 }, "$.steps", "≥ 1"],
  [
    "training notes that are no plain values",
    { training: { data: ["a"] } },
    "$.training.data",
    "must be a string",
  ],
];

for (const [what, change, path, message] of wrong) {
  Deno.test(`createModel() refuses ${what} and says where`, () => {
    const error = assertThrows(
      () => createModel({ ...MONO, ...change } as typeof MONO),
      OptionsError,
      message,
    );
    assertEquals(error.path, path, error.message);
  });
}

Deno.test("resolveCard() spells out every axis with every option", () => {
  const card = resolveCard(TEMPORAL);
  // Cards without a mean have the cloudy image as mean, as in the paper.
  const axes = builtins.kinds().filter((kind) => kind !== "dataset" && kind !== "mean");
  assertEquals(Object.keys(card.modules).toSorted(), axes.toSorted());
  assertEquals(card.modules.schedule, { type: "rational", alpha: 3 });
  assertEquals(card.modules.sampler, {
    type: "euler",
    sChurn: 0,
    sTmin: 0,
    sTmax: Infinity,
    sNoise: 1,
  });
  // 3 noised bands, 3 cloudy bands and the mark of the reference.
  assertEquals([card.modules.network.inChannels, card.modules.network.outChannels], [7, 3]);
  assertEquals(card.condition.order, ["cloudy", "reference"]);
  assertEquals(resolveCard(MONO).condition.order, ["cloudy"]);
});

Deno.test("a card survives JSON, with its Infinity", () => {
  for (const config of [MONO, TEMPORAL]) {
    const card = resolveCard({
      ...config,
      training: { data: "none", steps: 0, seeded: true },
      condition: {
        order: ["auxiliary", "cloudy"],
        auxiliary: [{ name: "VV", unit: "dB" }],
        auxiliaryScaling: { low: -25, high: 0, clip: true },
      },
    });
    const text = stringifyCard(card);
    assert(!text.includes("null"), "JSON would write Infinity as null");
    const parsed = parseCard(JSON.parse(text));
    assertEquals(parsed.bands, card.bands);
    const { modules, ...rest } = parsed;
    const { modules: _, ...wanted } = card;
    assertEquals(rest, wanted);
    const model = modelFromCard(parsed, { params: {}, buffers: {} });
    assertEquals(model.card, card, "what JSON cannot say comes back as a default");
    assert(modules.sampler.sTmax === undefined && model.card.modules.sampler.sTmax === Infinity);
  }
});

Deno.test("parseCard() refuses what is no card", () => {
  const card = JSON.parse(stringifyCard(resolveCard(MONO)));
  for (
    const [change, path] of [
      [{ licence: 3 }, "$.licence"],
      [{ scaling: { low: 0, high: 1, offset: 2 } }, "$.scaling.offset"],
      [{ modules: { ...card.modules, optimizer: { type: "adamw" } } }, "$.modules.optimizer"],
      [{ modules: { ...card.modules, network: null } }, "$.modules.network.type"],
    ] as const
  ) {
    const error = assertThrows(() => parseCard({ ...card, ...change }), OptionsError);
    assertEquals(error.path, path);
  }
});

Deno.test("modelFromCard() names the path of a module that is not known here", () => {
  const card = resolveCard(MONO);
  const foreign = { ...card, modules: { ...card.modules, schedule: { type: "foreign" } } };
  const error = assertThrows(
    () => modelFromCard(foreign, { params: {}, buffers: {} }),
    OptionsError,
  );
  assertEquals(error.path, "$.modules.schedule.type");
});

testOn("cpu", "createModel() takes modules of a plugin", async () => {
  const steep: Schedule = {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s: (t) => 1 / (1 + 7 * t),
    sDot: (t) => -7 / (1 + 7 * t) ** 2,
  };
  let built = 0;
  const create = () => {
    built++;
    return steep;
  };
  const registry = builtins.with({
    schedule: {
      steep: { summary: "steep", create, checks: {}, defaults: {} },
    },
  });
  const config = { ...MONO, schedule: { type: "steep" } };
  const model = createModel(config, { registry });
  assertEquals(model.modules.schedule.s(1), 1 / 8);
  const input = {
    cloudy: new Float32Array(16 * 16 * 3),
    batch: 1,
    length: 1,
    height: 16,
    width: 16,
  };
  await restoreImages(model, input);
  await restoreImages(model, input);
  assertEquals(built, 1, "modules must be built once, with the model");
  disposeModel(model);
  assertThrows(() => createModel(config), OptionsError, "known: rational");
});

testOn("cpu", "createModel() starts the same from the same seed", async () => {
  const models = [0, 0, 1].map((seed) => createModel(MONO, { seed }));
  const first = await Promise.all(
    models.map(({ weights }) => readTensor(weights.params["patch_in.proj.weight"]!)),
  );
  assertEquals(first[0], first[1]);
  assert(first[2]!.some((value, i) => value !== first[0]![i]));
  models.forEach(disposeModel);
});

Deno.test("a scaling may give each band a range of its own, or is refused", () => {
  const scaling = { low: [0, 100], high: [10, 300], clip: true };
  const unit = toUnit([0, 300, 5, 100, 20, 150], scaling, 2);
  assertEquals(Array.from(unit), [-1, 1, 0, -1, 1, -0.5]);
  assertEquals(Array.from(fromUnit(unit, scaling, 2)), [0, 300, 5, 100, 10, 150]);
  assertEquals(scalingRanges({ low: 1, high: [2, 3], clip: false }, 2), [
    { low: 1, high: 2 },
    { low: 1, high: 3 },
  ]);
  const bands = ["B02", "B03"].map((name) => ({ name, unit: "DN" }));
  const card = (own: unknown) => resolveCard({ ...MONO, bands, scaling: own as never });
  assertEquals(card({ low: 0, high: [4000, 9000], clip: false }).scaling.high, [4000, 9000]);
  assertThrows(() => card({ low: 0, high: [1, 2, 3] }), OptionsError, "$.scaling.high");
  assertThrows(() => card({ low: [0, 5], high: [1, 5] }), OptionsError, "low must be below high");
});
