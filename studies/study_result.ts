/**
 * Results of a study: scores by row and seed.
 *
 * @module
 */

import type { DatasetConfig } from "../datasets/mod.ts";
import type { Scores } from "./score_model.ts";
import type {
  MetricValues,
  PaperNumbers,
  StudyAxis,
  StudyClaim,
  StudyEvaluation,
  StudyMetric,
  StudySettings,
} from "./study.ts";

/** Result of a row with one seed. */
export interface SeedResult {
  /** Absent if weights were given instead of trained. */
  readonly seed?: number;
  /** Name of the run's folder, or the weights file. */
  readonly run: string;
  /** Means over the samples; absent if training failed. */
  readonly scores?: Scores;
  /** Reason for missing scores. */
  readonly failed?: string;
  /** Training steps. */
  readonly steps?: number;
  /** Trainable parameters. */
  readonly parameters?: number;
  /** Training time. */
  readonly seconds?: number;
}

/** Result of a row over all seeds. */
export interface RowResult {
  /** Name of the row. */
  readonly name: string;
  /** Short description. */
  readonly label?: string;
  /** Overrides of the experiment's options. */
  readonly set?: StudySettings;
  /** Values of the sweep's axes. */
  readonly at?: readonly number[];
  /** Values in the paper. */
  readonly paper?: PaperNumbers;
  /** Results by seed. */
  readonly seeds: readonly SeedResult[];
  /** Mean over seeds. */
  readonly mean: MetricValues;
  /** Standard deviation over seeds (n − 1); absent for fewer than two. */
  readonly spread: MetricValues;
}

/** Results of one table. */
export interface GroupResult {
  /** Suffix of the output files; empty for the rows outside sweeps. */
  readonly name: string;
  /** Title of the table and chart. */
  readonly title: string;
  /** Axes of a sweep. */
  readonly over: readonly StudyAxis[];
  /** Results of the rows. */
  readonly rows: readonly RowResult[];
}

/** Results of a study; plain JSON. */
export interface StudyResult {
  /** Name of the output files. */
  readonly name: string;
  /** Title. */
  readonly title: string;
  /** Description. */
  readonly description: string;
  /** Metrics shown. */
  readonly metrics: readonly StudyMetric[];
  /** Description of the preset, if one was used. */
  readonly preset?: string;
  /** File of weights used instead of training. */
  readonly weights?: string;
  /** Evaluation settings, with the test data. */
  readonly evaluation: StudyEvaluation & { readonly data: readonly DatasetConfig[] };
  /** Baselines; none if rows have different data. */
  readonly baselines: readonly { readonly name: string; readonly scores: Scores }[];
  /** Results by table. */
  readonly groups: readonly GroupResult[];
  /** Directions of change that the paper states. */
  readonly claims: readonly StudyClaim[];
}

/** Seeds of all rows, in order of first appearance; none if weights were given. */
export function seedsOf({ groups }: Pick<StudyResult, "groups">): readonly number[] {
  const all = groups.flatMap(({ rows }) => rows.flatMap(({ seeds }) => seeds));
  return [...new Set(all.flatMap(({ seed }) => seed === undefined ? [] : [seed]))];
}
