/**
 * Calls of the command line that a kill must not harm, with inputs so small that a call takes a second or
 * two.
 */

import { saveModel } from "../../checkpoints/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { cloudyDates, tinyModel } from "../restoration/tiny.ts";
import { tinyExperiment as studyExperiment, writePlaces } from "../studies/tiny_study.ts";
import { tinyExperiment, writeTinySamples } from "../training/tiny.ts";
import { emrdm } from "../cli/run.ts";

/** A call that is killed and repeated. */
export interface KillCall {
  readonly name: string;
  /** Arguments of the program; the same call resumes. */
  readonly args: readonly string[];
}

const DAYS = ["2018-01-07", "2018-02-07"];
/** Side of the scenes: four tiles. */
const SIDE = 24;

async function writeDates(inputs: string): Promise<readonly string[]> {
  const dates = cloudyDates({ width: SIDE, height: SIDE });
  const paths = DAYS.map((day) => `${inputs}/s_${day}.tif`);
  for (const [i, path] of paths.entries()) await writeCog(path, dates[i]!);
  const data = new Uint8Array(SIDE * SIDE);
  data.fill(1, 200, 400);
  const mask = { width: SIDE, height: SIDE, bands: ["mask"], dtype: "uint8", data } as const;
  await writeCog(`${inputs}/mask.tif`, mask);
  return paths;
}

async function writeExperiment(inputs: string): Promise<string> {
  await writeTinySamples(`${inputs}/samples`);
  const train = { type: "folder", root: `${inputs}/samples` } as const;
  const experiment = tinyExperiment({
    data: { train, validation: { ...train, augment: false } },
    ...{ steps: 6, batchSize: 1, minLength: 2, logEvery: 2, ema: { decays: [0.99, 0.999] } },
    ...{ checkpointEvery: 2, keepEvery: 4, keepBest: "mae" },
    ...{ validateEvery: 3, validationSamples: 1 },
  });
  const path = `${inputs}/train.json`;
  await Deno.writeTextFile(path, JSON.stringify(experiment));
  return path;
}

async function writeStudy(inputs: string): Promise<string> {
  await writePlaces(inputs, ["here", "there"]);
  await Deno.writeTextFile(`${inputs}/joint.json`, JSON.stringify(studyExperiment(inputs)));
  const path = `${inputs}/study.json`;
  const study = {
    title: "A tiny study",
    metrics: ["psnr", "mae"],
    rows: [
      { name: "joint", experiment: "joint.json" },
      { name: "slow", experiment: "joint.json", set: { "optimizer.learningRate": 0.001 } },
    ],
    evaluation: { limit: 2, reflectanceScale: 10000 },
  };
  await Deno.writeTextFile(path, JSON.stringify(study));
  return path;
}

async function made(...args: readonly string[]): Promise<void> {
  const { code, err } = await emrdm(...args);
  if (code !== 0) throw new Error(`emrdm ${args.join(" ")}: ${err}`);
}

/**
 * Writes the inputs of all calls.
 *
 * @param inputs An empty folder.
 * @param out Folder that the calls write; it exists, empty, before each first call.
 */
export async function prepareCalls(
  { inputs, out }: { readonly inputs: string; readonly out: string },
): Promise<readonly KillCall[]> {
  const model = `${inputs}/tiny.safetensors`;
  await saveModel(tinyModel(), model);
  const dates = await writeDates(inputs);
  const run = ["--model", model, "--engine", "cpu", "--steps", "1"];
  const scene = [...run, "--mask", `${inputs}/mask.tif`, "--reference", DAYS[1]!, "--samples", "2"];
  const shards = [1, 2].map((i) => `${inputs}/clear.${i}of2.tif`);
  for (const [i, path] of shards.entries()) {
    await made("restore", ...dates, ...scene, "--shard", `${i + 1}/2`, "--out", path);
  }
  await made("synth", "--out", `${inputs}/images`, "--scenes", "4", "--dates", "1", "--size", "16");
  // The manifest's results go to folders that do not exist yet.
  const lines = [0, 1, 2].map((i) =>
    [
      `${out}/${i % 2}/c${i}.tif`,
      dates.join(";"),
      i % 2 === 0 ? "mask.tif" : "",
      i === 1 ? "" : `${out}/pictures/${i}.png`,
    ].join(",")
  );
  const manifest = `${inputs}/scenes.csv`;
  await Deno.writeTextFile(manifest, ["output,inputs,mask,picture", ...lines, ""].join("\n"));
  const experiment = await writeExperiment(inputs);
  const study = await writeStudy(inputs);
  return [
    {
      name: "restore",
      args: ["restore", ...dates, ...scene, "--out", `${out}/a/clear.tif`, "--png", `${out}/p.png`],
    },
    { name: "manifest", args: ["restore", "--manifest", manifest, ...run] },
    {
      name: "evaluate",
      args: [
        ...["evaluate", `${inputs}/images`, "--engine", "cpu", "--csv", `${out}/a/scores.csv`],
        ...["--out", `${out}/a/scores.json`, "--markdown", `${out}/scores.md`],
      ],
    },
    {
      name: "train",
      args: ["train", experiment, "--out", `${out}/run`, "--resume", "--engine", "cpu"],
    },
    { name: "experiment", args: ["experiment", study, "--out", `${out}/runs`, "--engine", "cpu"] },
    { name: "report", args: ["report", ...dates, ...scene, "--out", `${out}/a/report.html`] },
    {
      name: "synth",
      args: [
        ...["synth", "--out", `${out}/images`, "--scenes", "2", "--dates", "2", "--size", "16"],
        "--png",
      ],
    },
    {
      name: "composite",
      args: [
        ...["composite", ...dates, "--mask", `${DAYS[1]}=${inputs}/mask.tif`],
        ...["--reference", DAYS[1]!, "--out", `${out}/a/composite.tif`],
      ],
    },
    {
      name: "every",
      args: [
        ...["restore", ...dates, ...run, "--mask", `${inputs}/mask.tif`, "--reference", "all"],
        ...["--out", `${out}/a/{date}.tif`, "--png", `${out}/p_{date}.png`],
      ],
    },
    {
      name: "composites",
      args: [
        ...["composite", ...dates, "--mask", `${DAYS[0]}=${inputs}/mask.tif`],
        ...["--mask", `${DAYS[1]}=${inputs}/mask.tif`, "--reference", "all"],
        ...["--out", `${out}/a/{date}.tif`, "--png", `${out}/{date}.png`],
      ],
    },
    { name: "join", args: ["join", ...shards, "--out", `${out}/a/joined.tif`] },
    {
      name: "convert",
      args: ["convert", model, `${out}/a/authors.safetensors`, "--to", "authors"],
    },
  ];
}
