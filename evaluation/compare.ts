/**
 * Paired comparison of two methods on the same images: mean difference with its interval, and
 * Wilcoxon's test.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { bootstrap, type BootstrapOptions, type Estimate } from "./bootstrap.ts";
import {
  type EvaluationRow,
  MORE_IS_BETTER,
  PIXEL_GROUPS,
  type PixelGroup,
  ROW_METRICS,
  type RowMetric,
} from "./evaluation_row.ts";
import { type SignedRank, signedRankTest } from "./wilcoxon.ts";

/** Comparison of two methods by one metric, over one group of pixels of one set. */
export interface Comparison {
  /** Set of images. */
  readonly set: string;
  /** Group of pixels. */
  readonly pixels: PixelGroup;
  /** Metric compared. */
  readonly metric: RowMetric;
  /** The method under test. */
  readonly method: string;
  /** The method that it is compared with. */
  readonly other: string;
  /** method − other: mean over images with its interval. */
  readonly difference: Estimate;
  /** Signed-rank test of the differences. */
  readonly test: SignedRank;
  /** "better" or "worse" if p < 0.05 and the mean has the same sign as the rank sum. */
  readonly verdict: "better" | "worse" | "no difference found";
  /** The result as a sentence. */
  readonly sentence: string;
}

const SIGNIFICANT = 0.05;
const LIST = 3;

const caseOf = ({ set, image, pixels }: EvaluationRow) => JSON.stringify([set, image, pixels]);
const named = (key: string) => (JSON.parse(key) as readonly string[]).join(" / ");

function listed(keys: readonly string[]): string {
  const more = keys.length > LIST ? ` and ${keys.length - LIST} more` : "";
  return keys.slice(0, LIST).map(named).join("; ") + more;
}

/** @throws {InputError} If the rows differ in images, pixels or metric profile. */
function checkSameCases(
  rows: ReadonlyMap<string, EvaluationRow>,
  others: ReadonlyMap<string, EvaluationRow>,
  names: readonly [string, string],
): void {
  const what = `Cannot compare ${names[0]} with ${names[1]}`;
  const alone = [...rows.keys()].filter((key) => !others.has(key));
  const theirs = [...others.keys()].filter((key) => !rows.has(key));
  if (alone.length > 0 || theirs.length > 0) {
    const parts = [
      ...(alone.length > 0 ? [`only ${names[0]} has ${listed(alone)}`] : []),
      ...(theirs.length > 0 ? [`only ${names[1]} has ${listed(theirs)}`] : []),
    ];
    throw new InputError(
      `${what}: both must have scored the same images, but ${parts.join("; ")}`,
    );
  }
  const differs = (differ: (a: EvaluationRow, b: EvaluationRow) => boolean) =>
    [...rows].filter(([key, row]) => differ(row, others.get(key)!)).map(([key]) => key);
  const checks: readonly [readonly string[], string][] = [
    [differs((a, b) => a.profile !== b.profile), "the same metric profile"],
    [differs((a, b) => a.truth !== b.truth), "the same clear images"],
    [
      differs((a, b) => a.input !== "" && b.input !== "" && a.input !== b.input),
      "the same cloudy dates",
    ],
    [differs((a, b) => a.count !== b.count), "the same cloud mask"],
  ];
  for (const [keys, must] of checks) {
    if (keys.length > 0) {
      throw new InputError(
        `${what}: both must have ${must}, got different ones for ${listed(keys)}`,
      );
    }
  }
}

const DIGITS: Readonly<Record<RowMetric, number>> = {
  psnr: 2,
  ssim: 4,
  mae: 5,
  rmse: 5,
  sam: 3,
  lpips: 4,
};

/** A p-value as text. */
function pText(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${p.toFixed(p < 0.01 ? 4 : 3)}`;
}

/** Fewest pairs whose two-sided p can fall below 0.05: 2/2⁵ does not. */
const FEWEST = 6;

function sentenceOf(
  { set, pixels, metric, method, other, difference, test, verdict }: Omit<Comparison, "sentence">,
): string {
  const number = (value: number) =>
    `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(DIGITS[metric])}`;
  const { mean, low, high, count } = difference;
  const range = low === null || high === null ? "" : `, ${number(low)} to ${number(high)}`;
  const few = test.pairs < FEWEST ? ` (too few differing images: ${test.pairs})` : "";
  const found = verdict === "no difference found"
    ? `no significant difference in ${metric.toUpperCase()} between ${method} and ${other}${few}`
    : `${method} is ${verdict} than ${other} in ${metric.toUpperCase()}`;
  return `${set}, ${pixels} pixels: ${found} (mean difference ${
    number(mean)
  }${range}; n = ${count}, ` +
    `Wilcoxon ${pText(test.p)}, ${test.method}).`;
}

/** Difference that treats two equal infinities as equal. */
function minus(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Options of {@linkcode compareRows}. */
export interface CompareOptions extends BootstrapOptions {
  /** Label of the other evaluation if both methods share a name. Default "other". */
  readonly label?: string;
}

/**
 * Compares two methods metric by metric on the same images.
 *
 * @param rows Rows of the method under test.
 * @param others Rows of one other method.
 * @throws {InputError} If the rows differ in images, pixels or metric profile; the message names the
 *   images.
 */
export function compareRows(
  rows: readonly EvaluationRow[],
  others: readonly EvaluationRow[],
  options: CompareOptions = {},
): readonly Comparison[] {
  const method = rows[0]?.method ?? "nothing";
  const theirName = others[0]?.method ?? "nothing";
  const other = theirName === method ? `${theirName} (${options.label ?? "other"})` : theirName;
  const keyed = (list: readonly EvaluationRow[]) => new Map(list.map((row) => [caseOf(row), row]));
  const [ours, theirs] = [keyed(rows), keyed(others)];
  checkSameCases(ours, theirs, [method, other]);
  const estimate = bootstrap(options);
  const sets = [...new Set(rows.map(({ set }) => set))];
  return sets.flatMap((set) =>
    PIXEL_GROUPS.flatMap((pixels) =>
      ROW_METRICS.flatMap((metric): readonly Comparison[] => {
        const differences = [...ours].flatMap(([key, row]) => {
          if (row.set !== set || row.pixels !== pixels) return [];
          const [a, b] = [row[metric], theirs.get(key)![metric]];
          return a === null || b === null ? [] : [minus(a, b)];
        });
        if (differences.length === 0) return [];
        const infinite = differences.find((d) => !Number.isFinite(d));
        const difference = infinite === undefined
          ? estimate(differences)
          : { mean: infinite, low: null, high: null, count: differences.length };
        const test = signedRankTest(differences);
        const ranks = Math.sign(test.positive - test.negative);
        const clear = test.p < SIGNIFICANT && Math.sign(difference.mean) === ranks;
        const verdict = !clear
          ? "no difference found"
          : (ranks > 0) === MORE_IS_BETTER[metric]
          ? "better"
          : "worse";
        const found = { set, pixels, metric, method, other, difference, test, verdict } as const;
        return [{ ...found, sentence: sentenceOf(found) }];
      })
    )
  );
}

/** Rows by method, without the baselines unless there are only baselines. */
function contenders(rows: readonly EvaluationRow[]): ReadonlyMap<string, readonly EvaluationRow[]> {
  const own = rows.filter(({ kind }) => kind !== "baseline");
  return Map.groupBy(own.length > 0 ? own : rows, ({ method }) => method);
}

/**
 * Compares the methods of two evaluations: each with the method of the same name, else with every method
 * that is not a baseline.
 *
 * @param others Rows of another evaluation, as `readEvaluationCsv` returns them.
 * @throws {InputError} If a pair did not score the same images.
 */
export function compareEvaluations(
  rows: readonly EvaluationRow[],
  others: readonly EvaluationRow[],
  options: CompareOptions = {},
): readonly Comparison[] {
  const theirs = contenders(others);
  return [...contenders(rows)].flatMap(([method, own]) => {
    const same = theirs.get(method);
    const against = same === undefined ? [...theirs.values()] : [same];
    return against.flatMap((list) => compareRows(own, list, options));
  });
}
