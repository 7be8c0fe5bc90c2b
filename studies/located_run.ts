/**
 * Where the run of an experiment lies: runs on data that were only moved are the same, runs on other
 * data are not.
 *
 * @module
 */

import { resolve } from "node:path";
import { createRng, InputError, stableJson } from "../core/mod.ts";
import type { Dataset } from "../datasets/mod.ts";
import { type CheckedExperiment, openDataset, placesOf } from "../training/mod.ts";
import { sha256Stream, textOf, writeJson } from "../files/mod.ts";

/** A run's folder. */
export interface LocatedRun {
  /** Of the folder, among those of other runs. */
  readonly name: string;
  readonly folder: string;
}

/** The training data of a run. */
interface RunData {
  /** Folders and files by their options. */
  readonly places: Readonly<Record<string, string>>;
  /** Of some samples. */
  readonly digest: string;
}

/** What runs are looked for among. */
export interface LocateOptions {
  /** The folder that holds all runs. */
  readonly folder: string;
}

const DATA = "data.json";
/** Samples that tell one dataset from another. */
const SAMPLES = 3;

/**
 * A digest of a dataset and of some of its samples, wherever they lie. Names alone would not do: those
 * of two folders are easily the same.
 */
async function samplesDigest(dataset: Dataset): Promise<string> {
  const hash = sha256Stream().update(`${dataset.size} ${dataset.digest}`);
  for (let i = 0; i < SAMPLES; i++) {
    const index = Math.floor(i * (dataset.size - 1) / (SAMPLES - 1));
    const sample = await dataset.sample(index, createRng(0)).catch((error: unknown) => {
      if (error instanceof InputError) return { name: `bad sample ${index}` };
      throw error;
    });
    for (const [key, value] of Object.entries(sample)) {
      hash.update(key);
      hash.update(ArrayBuffer.isView(value) ? value : `${value}`);
    }
  }
  return hash.hex().slice(0, 8);
}

function placesNow({ data: { train } }: CheckedExperiment): RunData["places"] {
  const places = Object.entries(placesOf(train));
  return Object.fromEntries(places.map(([key, place]) => [key, resolve(place)]));
}

/** The digest of an experiment's training data, which are opened. */
async function digestNow(experiment: CheckedExperiment): Promise<string> {
  const { tileSize, length = 1, bands } = experiment.model;
  const model = { tileSize, length, bands: bands.map(({ name }) => name) };
  return await samplesDigest(await openDataset(experiment.data.train, model));
}

async function readData(folder: string): Promise<RunData | undefined> {
  const text = await textOf(`${folder}/${DATA}`);
  return text === undefined ? undefined : JSON.parse(text) as RunData;
}

/** Runs that differ in their names and in their data only. */
async function runsOf(key: string, folder: string) {
  const names: string[] = [];
  try {
    for await (const { name: other } of Deno.readDir(folder)) {
      if (`${other}-`.includes(`-${key}-`)) names.push(other);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const runs = await Promise.all(
    names.sort().map(async (name) => {
      const data = await readData(`${folder}/${name}`);
      return data === undefined ? [] : [{ name, data }];
    }),
  );
  return runs.flat();
}

/**
 * Finds the folder of a run that is there or will be: of those with its key the one whose data lay
 * where they lie now, or were the same at another place; else a new one. Data are opened only where
 * their place does not tell.
 *
 * @param run Name of a new one, and the key: of all that decides what is learnt, but for the data.
 * @throws {InputError} If the data must be opened and cannot.
 */
export async function locateRun(
  { name, key }: { readonly name: string; readonly key: string },
  experiment: CheckedExperiment,
  { folder }: LocateOptions,
): Promise<LocatedRun> {
  const located = (name: string) => ({ name, folder: `${folder}/${name}` });
  const runs = await runsOf(key, folder);
  if (runs.length === 0) return located(`${name}-${key}`);
  const places = stableJson(placesNow(experiment));
  const here = runs.find(({ data }) => stableJson(data.places) === places);
  if (here !== undefined) return located(here.name);
  const digest = await digestNow(experiment);
  const moved = runs.find(({ data }) => data.digest === digest);
  return located(moved?.name ?? `${name}-${key}-${digest}`);
}

/** Remembers in the folder of a run which data it is of, and where they lie now. */
export async function keepRunData(
  folder: string,
  experiment: CheckedExperiment,
): Promise<void> {
  const known = await readData(folder);
  const places = placesNow(experiment);
  if (known !== undefined && stableJson(known.places) === stableJson(places)) return;
  const digest = known?.digest ?? await digestNow(experiment);
  await Deno.mkdir(folder, { recursive: true });
  await writeJson(`${folder}/${DATA}`, { places, digest } satisfies RunData);
}
