import { assert, assertEquals } from "@std/assert";
import { parseStudy, runStudy } from "../../studies/mod.ts";
import { inFolder } from "../cli/run.ts";
import { switchEngine } from "../engines.ts";
import { tinyExperiment, writePlaces } from "./tiny_study.ts";

await switchEngine("cpu");

Deno.test("runStudy() trains and scores μ = cloudy and μ = composite side by side", () =>
  inFolder(async (folder) => {
    await writePlaces(folder, ["here", "there"]);
    const { network: { temporal: _, ...mono }, ...model } = tinyExperiment(folder).model as {
      readonly network: Readonly<Record<string, unknown>>;
    };
    const write = (name: string, json: unknown) =>
      Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(json));
    await write("cloudy", tinyExperiment(folder));
    await write("composite", {
      ...tinyExperiment(folder),
      model: {
        ...model,
        name: "composite",
        mean: { type: "composite", grow: 0 },
        condition: {
          order: ["cloudy", "mean", "evidence", "auxiliary"],
          auxiliary: [{ name: "B08" }],
        },
        network: { ...mono, type: "hdit" },
      },
    });
    const study = parseStudy({
      title: "Means",
      metrics: ["psnr"],
      rows: [
        { name: "cloudy", experiment: "cloudy.json" },
        { name: "composite", experiment: "composite.json" },
      ],
      evaluation: { limit: 3, reflectanceScale: 10000 },
    }, `file://${folder}/`);
    const { groups } = await runStudy(study, { name: "means", out: `${folder}/runs` });
    const scores = groups.flatMap(({ rows }) => rows.map(({ name, mean }) => [name, mean.psnr]));
    assertEquals(scores.map(([name]) => name), ["cloudy", "composite"]);
    assert(scores.every(([, psnr]) => Number.isFinite(psnr)));
    assert(scores[0]![1] !== scores[1]![1]);
  }));
