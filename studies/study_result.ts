/**
 * What a study came to: scores by row and seed, and which steps of the paper hold.
 *
 * @module
 */

import { mean as meanOf } from "../core/mod.ts";
import type { DataConfig } from "../training/mod.ts";
import type { PlannedGroup, PlannedRow } from "./plan.ts";
import type { Scores } from "./score_model.ts";
import {
  type MetricValues,
  type PaperNumbers,
  STUDY_METRICS,
  type StudyAxis,
  type StudyClaim,
  type StudyEvaluation,
  type StudyMetric,
  type StudySettings,
} from "./study.ts";

/** A row with one seed. */
export interface SeedResult {
  /** Absent where weights were given, not trained. */
  readonly seed?: number;
  /** The name of the run's folder, or the file of the weights. */
  readonly run: string;
  /** Means over the samples; absent where training failed. */
  readonly scores?: Scores;
  /** Why there are no scores. */
  readonly failed?: string;
  /** Updates of the training. */
  readonly steps?: number;
  readonly parameters?: number;
  /** Of all its steps. */
  readonly seconds?: number;
}

/** A row with all its seeds. */
export interface RowResult {
  readonly name: string;
  readonly label?: string;
  readonly set?: StudySettings;
  /** The values of a sweep. */
  readonly at?: readonly number[];
  readonly paper?: PaperNumbers;
  readonly seeds: readonly SeedResult[];
  /** Over seeds. */
  readonly mean: MetricValues;
  /** Standard deviation over seeds (n − 1); absent with fewer than two. */
  readonly spread: MetricValues;
}

/** Rows of one table. */
export interface GroupResult {
  readonly name: string;
  readonly title: string;
  readonly over: readonly StudyAxis[];
  readonly rows: readonly RowResult[];
}

/** A study with its numbers; JSON. */
export interface StudyResult {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly metrics: readonly StudyMetric[];
  /** What the preset is, if there is one. */
  readonly preset?: string;
  /** The file of weights that took the place of training. */
  readonly weights?: string;
  readonly evaluation: StudyEvaluation & { readonly data: readonly DataConfig[] };
  /** What costs no training; none where rows have different data. */
  readonly baselines: readonly { readonly name: string; readonly scores: Scores }[];
  readonly groups: readonly GroupResult[];
  readonly claims: readonly StudyClaim[];
}

/** Standard deviation of a sample, n − 1. */
function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(
    meanOf(values.map((value) => (value - mean) ** 2)) * values.length /
      (values.length - 1),
  );
}

/** The seeds' numbers of a metric. */
function valuesOf(seeds: readonly SeedResult[], metric: StudyMetric): readonly number[] {
  if (metric === "lpips") return [];
  return seeds.flatMap(({ scores }) => scores === undefined ? [] : [scores[metric]]);
}

function rowResult(
  { row, at }: PlannedGroup["rows"][number],
  seeds: readonly SeedResult[],
): RowResult {
  const { name, label, set, paper } = row;
  const numbers = (least: number, of: (values: readonly number[]) => number) =>
    Object.fromEntries(
      (Object.keys(STUDY_METRICS) as StudyMetric[])
        .map((metric) => [metric, valuesOf(seeds, metric)] as const)
        .filter(([, values]) => values.length >= least)
        .map(([metric, values]) => [metric, of(values)]),
    );
  return {
    name,
    ...(label !== undefined && { label }),
    ...(set && { set }),
    ...(at && { at }),
    ...(paper && { paper }),
    seeds,
    mean: numbers(1, meanOf),
    spread: numbers(2, spreadOf),
  };
}

/** Groups with what was found of their rows. */
export function groupResults(
  groups: readonly PlannedGroup[],
  found: ReadonlyMap<PlannedRow, readonly SeedResult[]>,
): readonly GroupResult[] {
  return groups.map(({ name, title, over, rows }) => ({
    name,
    title,
    over,
    rows: rows.map((row) => rowResult(row, [...found.get(row)!])),
  }));
}

/** The seeds of all rows, in the order in which they came; none where weights were given. */
export function seedsOf({ groups }: Pick<StudyResult, "groups">): readonly number[] {
  const all = groups.flatMap(({ rows }) => rows.flatMap(({ seeds }) => seeds));
  return [...new Set(all.flatMap(({ seed }) => seed === undefined ? [] : [seed]))];
}

/** One step from row to row, in one metric. */
export interface Step {
  readonly metric: StudyMetric;
  readonly from: string;
  readonly to: string;
  /** What the paper's metric does; absent where that is not known. */
  readonly paper?: "rises" | "falls";
  /** The paper's difference, where both its numbers are known. */
  readonly paperChange?: number;
  /** Where the paper says so. */
  readonly source?: string;
  /** Our difference of the means. */
  readonly change?: number;
  /**
   * `holds`: every seed goes the paper's way; `reversed`: every seed goes the other way; `mixed`:
   * seeds disagree; `unknown`: a number is missing.
   */
  readonly verdict: "holds" | "reversed" | "mixed" | "unknown";
}

/** Differences of the rows, seed by seed. */
function changesOf(from: RowResult, to: RowResult, metric: StudyMetric): readonly number[] {
  if (metric === "lpips") return [];
  return from.seeds.flatMap(({ seed, scores }) => {
    const other = to.seeds.find((result) => result.seed === seed)?.scores;
    return scores === undefined || other === undefined ? [] : [other[metric] - scores[metric]];
  });
}

function stepOf(
  [from, to]: readonly [RowResult, RowResult],
  metric: StudyMetric,
  claim?: StudyClaim,
): Step {
  const [before, after] = [from.paper?.[metric], to.paper?.[metric]];
  const known = before === undefined || after === undefined ? undefined : after - before;
  const way = (change: number) => change > 0 ? "rises" : "falls";
  const paper = claim?.change ?? (known === undefined || known === 0 ? undefined : way(known));
  const changes = changesOf(from, to, metric);
  const ways = new Set(changes.map(way));
  const verdict = paper === undefined || changes.length === 0
    ? "unknown"
    : ways.size > 1
    ? "mixed"
    : ways.has(paper)
    ? "holds"
    : "reversed";
  const source = claim?.source ?? (known === undefined ? undefined : to.paper!.source);
  return {
    metric,
    from: from.name,
    to: to.name,
    ...(paper && { paper }),
    ...(known !== undefined && { paperChange: known }),
    ...(source !== undefined && { source }),
    ...(changes.length > 0 && { change: meanOf(changes) }),
    verdict,
  };
}

/**
 * The steps from each row to the next and those that the paper speaks of, metric by metric. A step is
 * judged seed by seed; where the paper's numbers are not known, its verdict is unknown.
 */
export function stepsOf({ rows }: GroupResult, claims: readonly StudyClaim[]): readonly Step[] {
  const named = (name: string) => rows.find((row) => row.name === name);
  const pairs = rows.slice(1).map((row, i): readonly [RowResult, RowResult] => [rows[i]!, row]);
  const next = pairs.flatMap((pair) =>
    (Object.keys(STUDY_METRICS) as StudyMetric[]).map((metric) => {
      const [from, to] = pair.map(({ name }) => name);
      const claim = claims.find((one) =>
        one.metric === metric && one.from === from && one.to === to
      );
      return stepOf(pair, metric, claim);
    })
  );
  const beyond = claims.flatMap((claim) => {
    const [from, to] = [named(claim.from), named(claim.to)];
    if (from === undefined || to === undefined) return [];
    const isNext = pairs.some(([a, b]) => a === from && b === to);
    return isNext ? [] : [stepOf([from, to], claim.metric, claim)];
  });
  return [...next, ...beyond];
}
