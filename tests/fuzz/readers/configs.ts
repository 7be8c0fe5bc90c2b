/** JSON that names modules and options: experiments with what they extend, studies, plans, cards. */

import { readEvaluationPlan } from "../../../evaluation/mod.ts";
import { listDataset } from "../../../datasets/mod.ts";
import {
  buildModules,
  completeCard,
  parseCard,
  resolveCard,
  stringifyCard,
} from "../../../model/mod.ts";
import { applyPreset, findPreset, findStudies } from "../../../studies/mod.ts";
import { experimentCard, parseExperiment, readExperiment } from "../../../training/mod.ts";
import { readConfigJson } from "../../../files/mod.ts";
import { TINY } from "../../restoration/tiny.ts";
import type { Draws } from "../draws.ts";
import { deepened, type Json, jsonText, mutateJson } from "../mutate_json.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateText } from "../mutate_text.ts";
import type { FuzzInput, FuzzReader, Seed } from "../reader.ts";

const EXPERIMENTS = new URL("../../../experiments/", import.meta.url);

const FORMS = ["experiment", "study", "plan", "preset", "card", "dataset"] as const;
type Form = typeof FORMS[number];

/** Forms that a built-in file can be read as, by its folder. */
function formOf(path: string): Form {
  if (path.startsWith("studies/")) return "study";
  if (path.startsWith("evaluate/")) return "plan";
  return path.startsWith("presets/") ? "preset" : "experiment";
}

async function jsonFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, EXPERIMENTS))) {
    if (isDirectory) found.push(...await jsonFiles(`${folder}${name}/`));
    else if (name.endsWith(".json")) found.push(`${folder}${name}`);
  }
  return found.sort();
}

const DATASETS: readonly Json[] = [
  { type: "folder", root: "data", bands: ["B04", "B08"], sar: true },
  { type: "index", file: "index.csv", split: "train" },
  { type: "synthetic", places: "places", size: 64, samples: 4 },
  { type: "sen12MsCr", root: "data", split: "train" },
  { type: "sen2MtcNew", root: "data" },
  { type: "cuhkCr", root: "data", part: "CR1" },
];

async function seeds(): Promise<readonly Seed[]> {
  const paths = await jsonFiles("");
  const built = await Promise.all(paths.map(async (path) => ({
    name: `${formOf(path)}/${path}`,
    bytes: await Deno.readFile(new URL(path, EXPERIMENTS)),
  })));
  const text = (value: Json) => new TextEncoder().encode(JSON.stringify(value));
  const card = new TextEncoder().encode(stringifyCard(resolveCard(TINY)));
  const sets = DATASETS.map((value) => ({ name: "dataset/d.json", bytes: text(value) }));
  return [...built, { name: "card/tiny.json", bytes: card }, ...sets];
}

/** Ways to say what a configuration extends. */
function linked(json: Json, draws: Draws): Json {
  if (typeof json !== "object" || json === null || Array.isArray(json) || draws.chance(0.5)) {
    return json;
  }
  const base: Json = draws.pick<Json>([
    ...[
      "base.json",
      "./base.json",
      "base.json",
      "a.json",
      "sub/../base.json",
      "missing.json",
      "",
      ".",
    ],
    ...[
      "/",
      "//",
      "file://host/a.json",
      "file:///",
      "http://[",
      "fhle://scratch/x.json",
      "x:y",
      "%",
    ],
    ...["base.json?x#y", "file:base.json", "data:application/json,{}", "b".repeat(2000), "a\0b"],
    ...["http://127.0.0.1:1/a.json", "https://", "\\\\host\\a", 5, null, ["base.json"], {}],
  ]);
  return { ...json, extends: base };
}

function mutate(draws: Draws, all: readonly Seed[]): FuzzInput {
  const { name, bytes } = draws.pick(all);
  const form = draws.chance(0.9) ? name.slice(0, name.indexOf("/")) : draws.pick(FORMS);
  const text = new TextDecoder().decode(bytes);
  const sound = linked(JSON.parse(text), draws);
  const json = draws.chance(0.9) ? mutateJson(sound, draws) : sound;
  const way = draws.below(10);
  const main = way === 0
    ? mutateBytes(new TextEncoder().encode(jsonText(json)), draws)
    : way === 1
    ? mutateText(jsonText(json), draws)
    : way === 2 && draws.chance(0.5)
    ? new TextEncoder().encode(deepened(jsonText(json), draws))
    : new TextEncoder().encode(jsonText(json));
  const base = JSON.parse(new TextDecoder().decode(draws.pick(all).bytes));
  const other = draws.chance(0.5) ? base : mutateJson(base, draws);
  const chain = draws.chance(0.1) && typeof other === "object" && other !== null
    ? { ...other, extends: "a.json" }
    : other;
  return {
    files: { "a.json": main, "base.json": new TextEncoder().encode(jsonText(chain)) },
    call: { form },
  };
}

async function readAs(form: Form, path: string): Promise<void> {
  switch (form) {
    case "experiment": {
      const experiment = await readExperiment(path);
      buildModules(experimentCard(experiment));
      return;
    }
    case "study":
      await findStudies([path]);
      return;
    case "plan":
      await readEvaluationPlan(path);
      return;
    case "preset": {
      const preset = await findPreset(path);
      const experiment = await readConfigJson(new URL("published/cuhk_cr1.json", EXPERIMENTS));
      parseExperiment(applyPreset(experiment, preset));
      return;
    }
    case "card":
      buildModules(completeCard(parseCard(await readConfigJson(path))));
      return;
    case "dataset":
      await listDataset(await readConfigJson(path) as never);
  }
}

export const configs: FuzzReader = {
  name: "configs",
  share: 0.1,
  seeds,
  mutate,
  read: (folder, { form }) => readAs(form as Form, `${folder}/a.json`),
};
