/** Everything in `experiments/`: it parses, and its models can be built. */

import { assert, assertEquals } from "@std/assert";
import { published, type PublishedName } from "../../checkpoints/mod.ts";
import { tf } from "../../engine/mod.ts";
import {
  applyPreset,
  EXPERIMENTS,
  findPreset,
  findStudies,
  planStudy,
  PRESETS,
  STUDIES,
} from "../../studies/mod.ts";
import {
  buildModules,
  createModel,
  type ModelCard,
  type ModelConfig,
  networkLength,
  resolveCard,
} from "../../model/mod.ts";
import { readConfigJson } from "../../files/mod.ts";
import { parseExperiment, readExperiment } from "../../training/mod.ts";

const FOLDER = new URL("../../experiments/", import.meta.url);

function namesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(new URL(folder, FOLDER))]
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".json"))
    .sort();
}

function parametersOf(card: ModelCard): number {
  return buildModules(card).network.tensors
    .filter(({ role }) => role === "param")
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

async function cardOf(path: string): Promise<ModelCard> {
  return resolveCard((await readExperiment(new URL(path, FOLDER))).model);
}

Deno.test("the built-in names are the files of experiments/", () => {
  const stems = (folder: string) => namesIn(folder).map((name) => name.replace(/\.json$/, ""));
  assertEquals(stems("studies/"), [...STUDIES].sort());
  const experiments = ["ablations/", "means/", "published/"].flatMap(stems);
  assertEquals(experiments.sort(), [...EXPERIMENTS].sort());
  assertEquals(stems("presets/"), [...PRESETS]);
});

/** Published configurations: JSON file, name in the checkpoints, sizes (docs/networks.md). */
const PUBLISHED: readonly (readonly [string, PublishedName, number])[] = [
  ["sen2_mtc_new", "sen2_mtc_new", 148_878_322],
  ["sen12ms_cr", "sentinel", 39_133_515],
  ["cuhk_cr1", "cuhk", 39_129_803],
  ["cuhk_cr2", "cuhkv2", 39_129_803],
];

for (const [name, checkpoint, parameters] of PUBLISHED) {
  Deno.test(`published/${name}.json is the card of the authors' ${checkpoint} checkpoint`, async () => {
    const { name: _, description: _d, licence: _l, training: _t, ...card } = await cardOf(
      `published/${name}.json`,
    );
    const { name: _n, description, licence, training, ...wanted } = resolveCard(
      configOf(published[checkpoint]),
    );
    assert(description !== "" && licence !== "" && training !== undefined);
    assertEquals(card, wanted);
    assertEquals(parametersOf(resolveCard(configOf(published[checkpoint]))), parameters);
  });
}

/** A card as a config: its modules one key per axis. */
function configOf({ modules, ...card }: ModelCard): ModelConfig {
  return { ...card, ...modules };
}

Deno.test("the published configurations train as the paper did", async () => {
  for (const [name, batchSize] of [["sen2_mtc_new", 1], ["sen12ms_cr", 2], ["cuhk_cr1", 8]]) {
    const experiment = await readExperiment(new URL(`published/${name}.json`, FOLDER));
    const { learningRate, beta1, beta2, epsilon, weightDecay } = experiment.optimizer;
    assertEquals([learningRate, beta1, beta2, epsilon, weightDecay], [
      1e-4,
      0.9,
      0.999,
      1e-8,
      0.01,
    ]);
    assertEquals([experiment.batchSize, experiment.clip, experiment.seed], [
      batchSize,
      Infinity,
      3407,
    ]);
    assert(experiment.data.test !== undefined && experiment.data.validation !== undefined);
  }
});

Deno.test("incomplete samples are left out where the authors' loader does so", async () => {
  for (const [name] of PUBLISHED) {
    const { data } = await readExperiment(new URL(`published/${name}.json`, FOLDER));
    for (const config of [data.train, data.validation, data.test]) {
      const found = config !== undefined && "skipIncomplete" in config && config.skipIncomplete;
      assertEquals(found, name === "sen12ms_cr", name);
    }
  }
});

Deno.test("ablations A to E add one choice each", async () => {
  const cards = await Promise.all(
    ["a", "b", "c", "d", "e"].map((letter) => cardOf(`ablations/config_${letter}.json`)),
  );
  const said = cards.map(({ condition, modules: { schedule, precond } }) => [
    condition.order.join("+"),
    schedule.type === "constant" ? 0 : schedule.alpha,
    precond.sigmaMu,
    precond.sigmaCov,
  ]);
  assertEquals(said, [
    ["", 0, 0, 0],
    ["cloudy", 0, 0, 0],
    ["cloudy+auxiliary", 0, 0, 0],
    ["cloudy+auxiliary", 1, 0, 0],
    ["cloudy+auxiliary", 1, 1, 0.9],
  ]);
  assertEquals(cards.slice(0, 3).map(parametersOf), [148_861_938, 148_874_226, 148_878_322]);
});

Deno.test("ablations of α and L differ from their base in nothing else", async () => {
  for (const alpha of [0.2, 0.5, 0.8, 1, 2, 3, 4]) {
    const { modules: { schedule, precond } } = await cardOf(`ablations/alpha_${alpha}.json`);
    assertEquals([schedule, precond.sigmaCov], [{ type: "rational", alpha }, 0.9]);
  }
  const lengths = await Promise.all([1, 2, 3].map((n) => cardOf(`ablations/length_${n}.json`)));
  assertEquals(lengths.map(({ length, modules }) => [length, modules.network.type]), [
    [1, "hdit"],
    [2, "temporalHdit"],
    [3, "temporalHdit"],
  ]);
  assertEquals(lengths.map(({ modules }) => modules.schedule.alpha), [3, 3, 3]);
  assertEquals(lengths.map(({ modules }) => modules.sampler.sChurn), [0, 1, 0]);
  assertEquals(lengths.map(parametersOf), [142_978_546, 148_878_322, 148_878_322]);
});

for (const name of STUDIES) {
  Deno.test(`the study ${name} can be planned at full size`, async () => {
    const [{ study }] = await findStudies([name]) as [Awaited<ReturnType<typeof findStudies>>[0]];
    const groups = await planStudy(study);
    const rows = groups.flatMap((group) => group.rows);
    for (const { rows } of groups) {
      assertEquals(new Set(rows.map(({ row }) => row.name)).size, rows.length);
    }
    for (const { experiment, card, test } of rows) {
      assert(card.steps >= 1 && experiment.steps > 1000);
      // The means need masks of all dates, which the paper's data lack.
      assertEquals(test.type === "synthetic", name === "means");
    }
  });
}

Deno.test("the study of means differs in the mean and its moments, at equal compute", async () => {
  const [{ study }] = await findStudies(["means"]) as [Awaited<ReturnType<typeof findStudies>>[0]];
  const [{ rows }] = await planStudy(study, { preset: await findPreset("small") }) as [
    Awaited<ReturnType<typeof planStudy>>[0],
  ];
  const [cloudy, composite] = rows as [typeof rows[0], typeof rows[0]];
  assertEquals(rows.map(({ card }) => card.modules.mean?.type), [undefined, "composite"]);
  assertEquals(cloudy.test, composite.test);
  assertEquals(cloudy.experiment.data, composite.experiment.data);
  const images = rows.map(({ experiment: { steps, batchSize }, card }) =>
    steps * batchSize * networkLength(card, card.length)
  );
  assertEquals(images, [4000 * 4 * 3, 4000 * 12]);
  const [one, other] = rows.map(({ card }) => parametersOf(card));
  assert(other! <= one!);
  for (const { card: { modules: { precond } } } of rows) assert(precond.type === "meanReverting");
});

Deno.test("the preset small keeps every choice of the ladder but size and data", async () => {
  const preset = await findPreset("small");
  for (const name of namesIn("ablations/")) {
    const full = await readConfigJson(new URL(`ablations/${name}`, FOLDER));
    const small = parseExperiment(applyPreset(full, preset));
    const { condition, modules: { schedule, precond, noise, sampler } } = resolveCard(small.model);
    const wanted = resolveCard(parseExperiment(full).model);
    assertEquals(
      [condition, schedule, precond, noise, sampler],
      [
        wanted.condition,
        wanted.modules.schedule,
        wanted.modules.precond,
        wanted.modules.noise,
        wanted.modules.sampler,
      ],
      name,
    );
    const { params, buffers } = createModel(small.model).weights;
    const numbers = Object.values(params).reduce((sum, { size }) => sum + size, 0);
    assert(numbers > 0.5e6 && numbers < 2e6, `${name}: ${numbers}`);
    tf.dispose({ ...params, ...buffers });
  }
});

Deno.test("the preset small never sees the test cities, and scores on cities it did not train on", async () => {
  const { experiment } = await findPreset("small");
  const data = experiment.data as Readonly<Record<string, { readonly places: readonly string[] }>>;
  const [train, test] = [data.train!.places, data.test!.places];
  assertEquals(test, ["bordeaux", "hongkong", "lasvegas"]);
  for (const city of [...test, "pisa", "cupertino", "abudhabi"]) {
    assert(!train.includes(city), city);
  }
});
