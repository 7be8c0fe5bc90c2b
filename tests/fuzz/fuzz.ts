/** Fuzzing: inputs of all readers in worker processes, and the table of how they ended. */

import { drawsOf } from "./draws.ts";
import { harmless } from "./harmless.ts";
import type { Outcome, OutcomeKind } from "./outcome.ts";
import { type Lost, runPool } from "./pool.ts";
import type { FuzzReader } from "./reader.ts";
import { READERS } from "./readers.ts";
import { writeInput } from "./run_input.ts";
import { loadSeeds, makeSeeds } from "./seeds.ts";

export interface FuzzOptions {
  /** Inputs of all readers together. */
  readonly inputs: number;
  readonly seed: number;
  /** Default all. */
  readonly readers?: readonly FuzzReader[];
  readonly workers?: number;
  /** Folder that failing inputs are saved in. Default none. */
  readonly save?: string;
  /** Called after each input. */
  readonly onProgress?: (done: number, result: FuzzResult) => void;
}

/** Counts of one reader. */
export interface Tally {
  readonly counts: Map<OutcomeKind | Lost["kind"], number>;
  inputs: number;
  /** Longest time in milliseconds, and largest memory in bytes. */
  longest: number;
  peak: number;
  equal: number;
  /** Differences from GDAL that do no harm, by reason. */
  readonly harmless: Map<string, number>;
}

/** An input that failed. */
export interface Failure {
  readonly reader: string;
  readonly index: number;
  readonly kind: OutcomeKind | Lost["kind"];
  readonly message: string;
}

export interface FuzzResult {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly failures: readonly Failure[];
}

/** Failing inputs that are saved. */
const MAX_SAVED = 500;
const SOUND: readonly string[] = ["result", "typed"];

/** Shares the inputs among the readers; each gets at least one. */
function countsOf(readers: readonly FuzzReader[], inputs: number): ReadonlyMap<string, number> {
  const all = readers.reduce((sum, { share }) => sum + share, 0);
  return new Map(
    readers.map(({ name, share }) => [name, Math.max(1, Math.round(inputs * share / all))]),
  );
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function count(tally: Tally, outcome: Outcome | Lost): void {
  tally.inputs++;
  add(tally.counts, outcome.kind);
  if (!("peak" in outcome)) return;
  tally.longest = Math.max(tally.longest, outcome.milliseconds);
  tally.peak = Math.max(tally.peak, outcome.peak);
  const { gdal } = outcome;
  if (gdal?.kind === "equal") tally.equal++;
  const reason = gdal && harmless(gdal);
  if (reason !== undefined) {
    add(
      tally.harmless,
      `${gdal!.kind === "refused" ? "read although GDAL refuses" : "differs"}: ${reason}`,
    );
  }
}

/** Writes the files of a failing input, and how it is read. */
async function saveInput(folder: string, { reader, seed, index, seedFolder, message }: {
  readonly reader: FuzzReader;
  readonly seed: number;
  readonly index: number;
  readonly seedFolder: string;
  readonly message: string;
}): Promise<void> {
  const seeds = await loadSeeds(seedFolder, reader.name);
  const input = reader.mutate(drawsOf({ seed, reader: reader.name, index }), seeds);
  const own = `${folder}/${reader.name}-${seed}-${index}`;
  await Deno.mkdir(`${own}/files`, { recursive: true });
  writeInput(`${own}/files`, input);
  const text = JSON.stringify(
    { reader: reader.name, seed, index, call: input.call, message },
    null,
    2,
  );
  await Deno.writeTextFile(`${own}/input.json`, `${text}\n`);
}

/** Runs inputs of readers. */
export async function fuzz(
  { inputs, seed, readers = READERS, workers = 2, save, onProgress }: FuzzOptions,
): Promise<FuzzResult> {
  const seedFolder = await Deno.makeTempDir({ prefix: "emrdm-fuzz-seeds-" });
  const tallies = new Map<string, Tally>(readers.map(({ name }) => [name, {
    counts: new Map(),
    inputs: 0,
    longest: 0,
    peak: 0,
    equal: 0,
    harmless: new Map(),
  }]));
  const failures: Failure[] = [];
  let done = 0;
  let saved = Promise.resolve();
  try {
    await makeSeeds(seedFolder, readers);
    await runPool({
      seedFolder,
      seed,
      workers,
      counts: countsOf(readers, inputs),
      onOutcome(reader, outcome) {
        count(tallies.get(reader)!, outcome);
        onProgress?.(++done, { tallies, failures });
        if (SOUND.includes(outcome.kind)) return;
        const { index, kind, message = "" } = outcome;
        failures.push({ reader, index, kind, message });
        if (save === undefined || failures.length > MAX_SAVED) return;
        const found = readers.find(({ name }) => name === reader)!;
        saved = saved.then(() =>
          saveInput(save, { reader: found, seed, index, seedFolder, message })
        );
      },
    });
    await saved;
  } finally {
    await Deno.remove(seedFolder, { recursive: true });
  }
  return { tallies, failures };
}
