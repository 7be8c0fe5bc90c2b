/**
 * Runs a study: trains missing runs, scores every row, and caches all results.
 *
 * @module
 */

import { loadModel } from "../checkpoints/mod.ts";
import { stableJson } from "../core/mod.ts";
import type { DatasetConfig } from "../datasets/mod.ts";
import { lockRun } from "../files/mod.ts";
import { tf } from "../engine/mod.ts";
import { type Model, releaseDenoiser } from "../model/mod.ts";
import { DivergedError, type TrainingProgress } from "../training/mod.ts";
import { cachedScores } from "./cached_scores.ts";
import { EvaluationSets } from "./evaluation_sets.ts";
import { givenWeights } from "./given_weights.ts";
import { groupResults } from "./group_results.ts";
import { evaluationOf, type PlannedRow, type PlanOptions, planStudy } from "./plan.ts";
import { type PlannedRun, runsOf } from "./planned_runs.ts";
import { meanScores, scoreModel } from "./score_model.ts";
import type { Study } from "./study.ts";
import type { SeedResult, StudyResult } from "./study_result.ts";
import { findRun, type TrainedRun, trainedRun } from "./trained.ts";

/** Options of {@linkcode runStudy}. */
export interface RunStudyOptions extends PlanOptions {
  /** Name of the output files. */
  readonly name: string;
  /** Output folder. Its `trained/` holds one folder per run, shared by all studies. */
  readonly out: string;
  /** Training seeds. Default: that of each experiment. */
  readonly seeds?: readonly number[];
  /**
   * Model file whose weights all rows use instead of training. Schedule, preconditioning and sampling stay
   * the experiments'.
   */
  readonly weights?: string;
  /** Aborts the work. */
  readonly signal?: AbortSignal;
  /** Threads that prepare training samples; they do not affect the results. Default 0. */
  readonly workers?: number;
  /** Absolute URLs of the plugins that the registry has; Workers import them too. Default none. */
  readonly plugins?: readonly string[];
  /** Called after each training step. */
  readonly onTraining?: (run: string, progress: TrainingProgress) => void;
  /** Called while rows are scored. */
  readonly onScoring?: (row: string, done: number, total: number) => void;
  /** Called with the results so far, after each run is scored. */
  readonly onResult?: (result: StudyResult) => Promise<void>;
}

/** State that the runs of a study share. */
interface StudyWork {
  readonly options: RunStudyOptions;
  readonly sets: EvaluationSets;
  /** Results by row, which grow as runs finish. */
  readonly found: ReadonlyMap<PlannedRow, SeedResult[]>;
  readonly load: (file: string) => Promise<Model>;
  /** Reports the results so far. */
  readonly report: () => Promise<void>;
}

/** Lends the model of a file, loaded on first use and released afterwards. */
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

/** Model whose rows are scored. */
interface ScoredRun {
  /** Holds the cached scores. */
  readonly folder: string;
  readonly model: () => Promise<Model>;
  readonly facts: SeedResult;
}

/** Scores rows that sample from one model. */
async function scoreRows(
  rows: readonly PlannedRow[],
  { folder, model, facts }: ScoredRun,
  { options, sets, found, report }: StudyWork,
): Promise<void> {
  const { signal, onScoring } = options;
  for (const row of rows) {
    const { card } = row;
    const { modules, steps } = card;
    const file = `${folder}/scores/${await sets.scoresName(row, { modules, steps })}.json`;
    const scores = await cachedScores(file, async (from, save) => {
      const { weights, modules: { network } } = await model();
      const set = await sets.of(row);
      // Rows of one run share its network, whose program then serves all of them.
      const modules = { ...row.modules, network };
      return await scoreModel({ card, weights, modules }, set, {
        signal,
        from,
        onScores: async (some, done) => {
          await save(some);
          onScoring?.(row.row.name, done, set.size);
        },
      });
    });
    found.get(row)!.push({ ...facts, scores: meanScores(scores) });
  }
  await report();
}

/** Scores rows with given weights instead of training. */
async function scoreGiven(
  weights: string,
  rows: readonly PlannedRow[],
  work: StudyWork,
): Promise<void> {
  const { load, options: { out } } = work;
  const { folder, model: file, parameters } = await givenWeights(weights, rows, { out, load });
  const facts = { run: weights, parameters };
  await withModel(file, load, (model) => scoreRows(rows, { folder, model, facts }, work));
}

/** Trains a run unless it is complete, and scores its rows. A diverged run has no scores. */
async function trainAndScore({ experiment, rows }: PlannedRun, work: StudyWork): Promise<void> {
  const { options, load, found, report } = work;
  const { out, registry, signal, workers = 0, plugins = [], onTraining } = options;
  const { seed } = experiment;
  const located = await findRun(experiment, {
    folder: `${out}/trained`,
    ...(registry && { registry }),
  });
  const run = located.name;
  let trained: TrainedRun;
  try {
    trained = await trainedRun(experiment, {
      run: located,
      workers,
      plugins,
      ...(registry && { registry }),
      ...(signal && { signal }),
      onProgress: (progress) => onTraining?.(run, progress),
    });
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    for (const row of rows) found.get(row)!.push({ seed, run, failed: error.message });
    return await report();
  }
  const { folder, model: file, steps, parameters, seconds } = trained;
  const facts = { seed, run, steps, parameters, seconds };
  await withModel(file, load, (model) => scoreRows(rows, { folder, model, facts }, work));
}

/**
 * Runs a study. Results are cached in `out`: complete runs are reused, interrupted ones resume, and so do
 * scores.
 *
 * Every row is scored on the same samples with the same noise. A run that diverges gives rows without
 * scores.
 *
 * @throws {OptionsError} If an experiment has an invalid option, before any work.
 * @throws {OutputError} If another run is using the folder, or it cannot be written.
 * @throws {TypeError} If `weights` do not fit a row's network.
 * @throws The signal's reason, if it aborts; the same call resumes from there.
 */
export async function runStudy(study: Study, options: RunStudyOptions): Promise<StudyResult> {
  const { name, out, seeds, signal, registry, weights } = options;
  const task = `run ${name} in ${out}`;
  await using _lock = await lockRun(out, { task, remedy: "choose another folder" });
  const groups = await planStudy(study, options);
  const rows = groups.flatMap((group) => group.rows);
  const evaluation = evaluationOf(study, options);
  const sets = new EvaluationSets(rows, { ...evaluation, ...(registry && { registry }) });
  const runs = await runsOf(rows, seeds);
  const baselines = await sets.baselines(`${out}/baselines`, { signal });
  const tests = rows.map(({ test }): [string, DatasetConfig] => [stableJson(test), test]);
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
  const work: StudyWork = {
    options,
    sets,
    found,
    load: (file) => loadModel(file, { ...(registry && { registry }) }),
    report: async () => await options.onResult?.(result()),
  };
  if (weights !== undefined) await scoreGiven(weights, rows, work);
  else for (const run of runs) await trainAndScore(run, work);
  return result();
}
