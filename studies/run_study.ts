/**
 * Runs a study: trains what is not there yet, scores every row, keeps what was done.
 *
 * @module
 */

import { loadModel } from "../checkpoints/mod.ts";
import { tf } from "../engine/mod.ts";
import { type Model, releaseDenoiser } from "../model/mod.ts";
import {
  type CheckedExperiment,
  type DataConfig,
  DivergedError,
  placesOf,
  type TrainingProgress,
} from "../training/mod.ts";
import { EvaluationSets } from "./evaluation_sets.ts";
import { givenWeights } from "./given_weights.ts";
import { keptScores } from "./kept.ts";
import { evaluationOf, type PlannedRow, type PlanOptions, planStudy } from "./plan.ts";
import { meanScores, scoreModel } from "./score_model.ts";
import { stableJson } from "../core/mod.ts";
import type { Study } from "./study.ts";
import { groupResults, type SeedResult, type StudyResult } from "./study_result.ts";
import { findRun, isTrained, runKey, type TrainedRun, trainedRun } from "./trained.ts";

/** How a study is run. */
export interface RunStudyOptions extends PlanOptions {
  /** Goes into the names of the files. */
  readonly name: string;
  /** Holds `trained/`, with one folder per run, whichever study it was for. */
  readonly out: string;
  /** Seeds of training. Default that of each experiment. */
  readonly seeds?: readonly number[];
  /**
   * A model file whose weights take the place of training, in all rows: nothing is trained. Schedule,
   * preconditioning and sampling stay the experiments'.
   */
  readonly weights?: string;
  readonly signal?: AbortSignal;
  /** Threads that make training samples; they change no number. Default 0. */
  readonly workers?: number;
  /** Called after each step of a training. */
  readonly onTraining?: (run: string, progress: TrainingProgress) => void;
  /** Called while rows are scored. */
  readonly onScoring?: (row: string, done: number, total: number) => void;
  /** Called with what is known so far, after all rows of a run were scored. */
  readonly onResult?: (result: StudyResult) => Promise<void>;
}

/** One training run and the rows that sample from it. */
interface PlannedRun {
  readonly experiment: CheckedExperiment;
  readonly rows: readonly PlannedRow[];
}

/** What will be done. */
export interface StudyPlan {
  /** Runs in the order in which they come. */
  readonly runs: readonly {
    readonly name: string;
    readonly steps: number;
    /** Whether it is there and complete. */
    readonly trained: boolean;
    readonly rows: readonly string[];
  }[];
}

/** Runs of a study: all rows with the first seed, then with the next. */
async function runsOf(
  rows: readonly PlannedRow[],
  seeds: readonly number[] | undefined,
): Promise<readonly PlannedRun[]> {
  const runs = new Map<string, { experiment: CheckedExperiment; rows: PlannedRow[] }>();
  for (const seed of new Set(seeds ?? [undefined])) {
    for (const row of rows) {
      const experiment = { ...row.experiment, seed: seed ?? row.experiment.seed };
      const key = `${await runKey(experiment)} ${stableJson(placesOf(experiment.data.train))}`;
      if (!runs.has(key)) runs.set(key, { experiment, rows: [] });
      runs.get(key)!.rows.push(row);
    }
  }
  return [...runs.values()];
}

/**
 * What {@linkcode runStudy} would train, and what it would find.
 *
 * @throws {OptionsError} If an experiment is wrong anywhere.
 * @throws {InputError} If there is a run of data at another place, and those at hand cannot be opened.
 */
export async function previewStudy(
  study: Study,
  { out, seeds, ...options }: Omit<RunStudyOptions, "name">,
): Promise<StudyPlan> {
  const planned = (await planStudy(study, options)).flatMap((group) => group.rows);
  const runs: StudyPlan["runs"][number][] = [];
  // One after the other: each may have to open its data.
  for (const { experiment, rows } of await runsOf(planned, seeds)) {
    const run = await findRun(experiment, { folder: `${out}/trained` });
    runs.push({
      name: run.name,
      steps: experiment.steps,
      trained: await isTrained(run),
      rows: rows.map(({ row }) => row.name),
    });
  }
  return { runs };
}

/** Lends the model of a file, which is read when it is first asked for. */
async function withModel(
  file: string,
  load: (file: string) => Promise<Model>,
  use: (model: () => Promise<Model>) => Promise<void>,
): Promise<void> {
  let reading: Promise<Model> | undefined;
  try {
    await use(() => reading ??= load(file));
  } finally {
    const model = await reading;
    if (model !== undefined) {
      await releaseDenoiser(model);
      tf.dispose({ ...model.weights.params, ...model.weights.buffers });
    }
  }
}

/** Whose scores are made, and where they are kept. */
interface ScoredRun {
  readonly folder: string;
  readonly model: () => Promise<Model>;
  readonly facts: SeedResult;
}

/**
 * Runs a study. Whatever it comes to is kept in `out`: a run that is there is used, one that was
 * interrupted goes on, and so do the scores.
 *
 * Every row is scored on the same samples with the same noise. A run whose loss is no number any more
 * is a row without scores.
 *
 * @throws {OptionsError} If an experiment is wrong anywhere, before any work.
 * @throws {TypeError} If `weights` are not of a row's network.
 * @throws The signal's reason, if it ends the work; the same call goes on from there.
 */
export async function runStudy(study: Study, options: RunStudyOptions): Promise<StudyResult> {
  const { name, out, seeds, signal, registry, workers = 0, weights, onTraining, onResult } =
    options;
  const load = (file: string) => loadModel(file, { ...(registry && { registry }) });
  const groups = await planStudy(study, options);
  const rows = groups.flatMap((group) => group.rows);
  const evaluation = evaluationOf(study, options);
  const sets = new EvaluationSets(rows, evaluation);
  const runs = await runsOf(rows, seeds);
  const baselines = await sets.baselines(`${out}/baselines`, { signal });
  const tests = rows.map(({ test }): [string, DataConfig] => [stableJson(test), test]);
  const found = new Map<PlannedRow, SeedResult[]>(rows.map((row) => [row, []]));
  const result = (): StudyResult => ({
    name,
    title: study.title,
    description: study.description,
    metrics: study.metrics,
    ...(options.preset && { preset: options.preset.description }),
    ...(weights !== undefined && { weights }),
    evaluation: { ...evaluation, data: [...new Map(tests).values()] },
    baselines,
    groups: groupResults(groups, found),
    claims: study.claims,
  });

  async function score(rows: readonly PlannedRow[], { folder, model, facts }: ScoredRun) {
    for (const row of rows) {
      const { card } = row;
      const { modules, steps } = card;
      const file = `${folder}/scores/${await sets.scoresName(row, { modules, steps })}.json`;
      const scores = await keptScores(file, async (from, keep) => {
        const { weights, modules: { network } } = await model();
        const set = await sets.of(row);
        // Rows of one run share its network, whose program then serves all of them.
        const modules = { ...row.modules, network };
        return await scoreModel({ card, weights, modules }, set, {
          signal,
          from,
          onScores: async (some, done) => {
            await keep(some);
            options.onScoring?.(row.row.name, done, set.size);
          },
        });
      });
      found.get(row)!.push({ ...facts, scores: meanScores(scores) });
    }
    await onResult?.(result());
  }

  if (weights !== undefined) {
    const given = await givenWeights(weights, rows, { out, load });
    await withModel(given.model, load, async (model) => {
      const { folder, parameters } = given;
      await score(rows, { folder, model, facts: { run: weights, parameters } });
    });
    return result();
  }
  for (const { experiment, rows } of runs) {
    const { seed } = experiment;
    const located = await findRun(experiment, { folder: `${out}/trained` });
    const run = located.name;
    let trained: TrainedRun;
    try {
      trained = await trainedRun(experiment, {
        run: located,
        workers,
        ...(registry && { registry }),
        ...(signal && { signal }),
        onProgress: (progress) => onTraining?.(run, progress),
      });
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      for (const row of rows) found.get(row)!.push({ seed, run, failed: error.message });
      await onResult?.(result());
      continue;
    }
    const { folder, steps, parameters, seconds } = trained;
    const facts = { seed, run, steps, parameters, seconds };
    await withModel(trained.model, load, (model) => score(rows, { folder, model, facts }));
  }
  return result();
}
