/**
 * Location of an experiment's run. Moving the data keeps the run; other data make another run.
 *
 * @module
 */

import { resolve } from "node:path";
import { createRng, InputError, shownAddress, stableJson } from "../core/mod.ts";
import { type Dataset, type DatasetLookup, openDataset, pathsOf } from "../datasets/mod.ts";
import type { CheckedExperiment } from "../training/mod.ts";
import { isAddress, makeFolder, sha256Stream, writeJson } from "../files/mod.ts";
import { cachedText } from "./cached_json.ts";

/** Folder of a run. */
export interface LocatedRun {
  /** Name of the folder. */
  readonly name: string;
  readonly folder: string;
}

/** Training data of a run. */
interface RunData {
  /** Paths by option. */
  readonly places: Readonly<Record<string, string>>;
  /** Digest of some samples. */
  readonly digest: string;
}

/** Options of {@linkcode locateRun}. */
export interface LocateOptions extends DatasetLookup {
  /** Folder of all runs. */
  readonly folder: string;
}

const DATA = "data.json";
/** Samples in the digest of a dataset. */
const SAMPLES = 3;

/**
 * Digest of a dataset and some of its samples, independent of its location. File names alone could match
 * by chance.
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
  const places = Object.entries(pathsOf(train));
  return Object.fromEntries(
    places.map(([key, place]) => [key, isAddress(place) ? shownAddress(place) : resolve(place)]),
  );
}

/** Opens an experiment's training data and computes its digest. */
async function digestNow(
  experiment: CheckedExperiment,
  { registry }: DatasetLookup,
): Promise<string> {
  const { tileSize, length = 1, bands } = experiment.model;
  const model = { tileSize, length, bands: bands.map(({ name }) => name) };
  const dataset = await openDataset(experiment.data.train, model, {
    ...(registry && { registry }),
  });
  return await samplesDigest(dataset);
}

async function readData(folder: string): Promise<RunData | undefined> {
  const text = await cachedText(`${folder}/${DATA}`);
  return text === undefined ? undefined : JSON.parse(text) as RunData;
}

/** Runs with the same key, which differ only in name and data. */
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
 * Finds the folder of an existing or new run: among the runs with its key, the one with the same data
 * paths, else the one with the same data at other paths, else a new one. Data are opened only if the
 * paths do not match.
 *
 * @param run Name for a new run, and the key of everything but the data that affects training.
 * @throws {InputError} If the data must be opened and cannot be.
 */
export async function locateRun(
  { name, key }: { readonly name: string; readonly key: string },
  experiment: CheckedExperiment,
  { folder, ...lookup }: LocateOptions,
): Promise<LocatedRun> {
  const located = (name: string) => ({ name, folder: `${folder}/${name}` });
  const runs = await runsOf(key, folder);
  if (runs.length === 0) return located(`${name}-${key}`);
  const places = stableJson(placesNow(experiment));
  const here = runs.find(({ data }) => stableJson(data.places) === places);
  if (here !== undefined) return located(here.name);
  const digest = await digestNow(experiment, lookup);
  const moved = runs.find(({ data }) => data.digest === digest);
  return located(moved?.name ?? `${name}-${key}-${digest}`);
}

/** Records the training data of a run, and their current paths, in its folder. */
export async function keepRunData(
  folder: string,
  experiment: CheckedExperiment,
  lookup: DatasetLookup = {},
): Promise<void> {
  const known = await readData(folder);
  const places = placesNow(experiment);
  if (known !== undefined && stableJson(known.places) === stableJson(places)) return;
  const digest = known?.digest ?? await digestNow(experiment, lookup);
  await makeFolder(folder);
  await writeJson(`${folder}/${DATA}`, { places, digest } satisfies RunData);
}
