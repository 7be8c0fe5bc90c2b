/**
 * A study as JSON: which experiments stand side by side, over which options of sampling or training
 * they are varied, and what the paper says of them.
 *
 * Longer than other files because rows, sweeps, the paper's numbers and their checks are one format.
 *
 * @module
 */

import {
  type Check,
  checkOptions,
  type Checks,
  integer,
  list,
  number,
  object,
  oneOf,
  OptionsError,
  show,
  string,
} from "../core/mod.ts";
import { readExperimentJson } from "../training/mod.ts";

/** What images are scored by; which way is better, and how many digits are shown. */
export const STUDY_METRICS = {
  psnr: { label: "PSNR", unit: "dB", better: "higher", digits: 2 },
  ssim: { label: "SSIM", unit: "", better: "higher", digits: 4 },
  mae: { label: "MAE", unit: "", better: "lower", digits: 4 },
  sam: { label: "SAM", unit: "°", better: "lower", digits: 3 },
  lpips: { label: "LPIPS", unit: "", better: "lower", digits: 3 },
} as const;

/** Names of the metrics of a study. */
export type StudyMetric = keyof typeof STUDY_METRICS;

/** Numbers by metric; a metric that nobody knows is absent. */
export type MetricValues = { readonly [M in StudyMetric]?: number };

/** What the paper says of a row. */
export interface PaperNumbers extends MetricValues {
  /** Where it says so, as "Table 4, L = 3". */
  readonly source: string;
}

/** Values by the path of an option, as `{ "model.steps": 5 }`. */
export type StudySettings = Readonly<Record<string, unknown>>;

/** One experiment of a study. */
export interface StudyRow {
  readonly name: string;
  /** What it is, in a few words. */
  readonly label?: string;
  /** Address of its JSON. In a file: relative to the study. */
  readonly experiment: string;
  /** Options that differ from the experiment's. */
  readonly set?: StudySettings;
  readonly paper?: PaperNumbers;
}

/** An option that is varied. */
export interface StudyAxis {
  /** As `model.steps`. */
  readonly path: string;
  /** As "N". */
  readonly symbol: string;
  readonly values: readonly number[];
}

/** One experiment, varied along one axis, or along two as a grid. */
export interface StudySweep {
  /** Goes into names of files. */
  readonly name: string;
  readonly title: string;
  readonly experiment: string;
  readonly over: readonly StudyAxis[];
  readonly set?: StudySettings;
  /** What the paper says of single values. */
  readonly paper?: readonly (PaperNumbers & { readonly at: readonly number[] })[];
}

/** What the paper says of the way from one row to another where its numbers are not at hand. */
export interface StudyClaim {
  readonly metric: StudyMetric;
  readonly from: string;
  readonly to: string;
  readonly change: "rises" | "falls";
  readonly source: string;
}

/** How rows are scored. */
export interface StudyEvaluation {
  /** Most images: the first ones. Default all of the data. */
  readonly limit?: number;
  /** Of crops, clouds and the sampler's noise. Default 1. */
  readonly seed?: number;
  /** Stored number that stands for reflectance 1. Default the range of the model's scaling. */
  readonly reflectanceScale?: number;
}

/** Several experiments with what the paper says of them. */
export interface Study {
  readonly title: string;
  readonly description: string;
  readonly metrics: readonly StudyMetric[];
  readonly rows: readonly StudyRow[];
  readonly sweeps: readonly StudySweep[];
  readonly claims: readonly StudyClaim[];
  readonly evaluation: StudyEvaluation;
}

const METRICS = Object.keys(STUDY_METRICS) as StudyMetric[];
const values = Object.fromEntries(METRICS.map((metric) => [metric, number()])) as Checks<
  MetricValues
>;
const unknown = Object.fromEntries(METRICS.map((metric) => [metric, undefined]));

const settings: Check<StudySettings> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object of values by path, got ${show(value)}`);
  }
  return value as StudySettings;
};

const paper = object<PaperNumbers>({ ...values, source: string }, unknown);

const row = object<StudyRow>(
  { name: string, label: string, experiment: string, set: settings, paper },
  { label: undefined, set: undefined, paper: undefined },
);

const axis = object<StudyAxis>({
  path: string,
  symbol: string,
  values: list(number(), { min: 1 }),
});

const sweep = object<StudySweep>(
  {
    name: string,
    title: string,
    experiment: string,
    over: list(axis, { min: 1, max: 2 }),
    set: settings,
    paper: list(
      object<PaperNumbers & { at: readonly number[] }>(
        { ...values, source: string, at: list(number(), { min: 1, max: 2 }) },
        unknown,
      ),
    ),
  },
  { set: undefined, paper: undefined },
);

/** Checks the JSON of a {@linkcode StudyEvaluation}. */
export const evaluationCheck: Check<StudyEvaluation> = object<StudyEvaluation>(
  { limit: integer({ min: 1 }), seed: integer({ min: 0 }), reflectanceScale: number({ above: 0 }) },
  { limit: undefined, seed: undefined, reflectanceScale: undefined },
);

const CHECKS: Checks<Study> = {
  title: string,
  description: string,
  metrics: list(oneOf(...METRICS), { min: 1 }),
  rows: list(row),
  sweeps: list(sweep),
  claims: list(object<StudyClaim>({
    metric: oneOf(...METRICS),
    from: string,
    to: string,
    change: oneOf("rises", "falls"),
    source: string,
  })),
  evaluation: evaluationCheck,
};

const DEFAULTS: Partial<Study> = {
  description: "",
  metrics: ["psnr", "ssim", "mae", "sam"],
  rows: [],
  sweeps: [],
  claims: [],
  evaluation: {},
};

/**
 * Checks a study and completes it with defaults.
 *
 * @param value As JSON.
 * @param base What addresses of experiments are relative to.
 * @throws {OptionsError} With the path of what is unknown, missing or wrong.
 */
export function parseStudy(value: unknown, base: string | URL): Study {
  const study = checkOptions<Study>(value, { checks: CHECKS, defaults: DEFAULTS });
  const locate = <T extends { readonly experiment: string }>(item: T): T => ({
    ...item,
    experiment: new URL(item.experiment, base).href,
  });
  const located = {
    ...study,
    rows: study.rows.map(locate),
    sweeps: study.sweeps.map(locate),
  };
  checkNames(located);
  return located;
}

function checkNames({ rows, sweeps, claims }: Study): void {
  if (rows.length + sweeps.length === 0) {
    throw new OptionsError("$.rows", "must have a row, or $.sweeps a sweep, got neither");
  }
  const names = rows.map(({ name }) => name);
  for (const all of [names, sweeps.map(({ name }) => name)]) {
    const twice = all.find((name, i) => all.indexOf(name) !== i);
    if (twice !== undefined) throw new OptionsError("$", `${show(twice)} must be named once`);
  }
  for (const [i, claim] of claims.entries()) {
    for (const end of ["from", "to"] as const) {
      if (names.includes(claim[end])) continue;
      throw new OptionsError(
        `$.claims[${i}].${end}`,
        `must be a row (${names.join(", ")}), got ${show(claim[end])}`,
      );
    }
  }
  for (const [i, { over, paper = [] }] of sweeps.entries()) {
    for (const [j, { at }] of paper.entries()) {
      const inside = at.length === over.length &&
        at.every((value, axis) => over[axis]!.values.includes(value));
      if (!inside) {
        throw new OptionsError(`$.sweeps[${i}].paper[${j}].at`, `must be a value of each axis`);
      }
    }
  }
}

/** Whether JSON is a study; else it may be an experiment. */
export function isStudy(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (Object.hasOwn(value, "rows") || Object.hasOwn(value, "sweeps"));
}

/**
 * Reads a study. Experiments are looked for beside it.
 *
 * @throws {OptionsError} If the JSON is wrong anywhere.
 */
export async function readStudy(address: URL): Promise<Study> {
  return parseStudy(await readExperimentJson(address), address);
}

/** Rows that belong into one table or plot. */
export interface StudyGroup {
  /** Goes into names of files; empty of the rows that are no sweep. */
  readonly name: string;
  readonly title: string;
  /** Of a sweep. */
  readonly over: readonly StudyAxis[];
  readonly rows: readonly (StudyRow & { readonly at?: readonly number[] })[];
}

/** 1e8, which JSON says for what has no bound, as ∞. */
export function showValue(value: number): string {
  return value >= 1e8 ? "∞" : `${value}`;
}

/** The rows of a study, sweeps spelled out: one row for each value, or each pair of a grid. */
export function groupsOf({ title, rows, sweeps }: Study): readonly StudyGroup[] {
  const swept = sweeps.map((sweep): StudyGroup => ({
    name: sweep.name,
    title: sweep.title,
    over: sweep.over,
    rows: pointsOf(sweep.over).map((at) => {
      const numbers = sweep.paper?.find((paper) => paper.at.join() === at.join());
      return {
        name: sweep.over.map(({ symbol }, i) => `${symbol} = ${showValue(at[i]!)}`).join(", "),
        experiment: sweep.experiment,
        set: {
          ...sweep.set,
          ...Object.fromEntries(sweep.over.map(({ path }, i) => [path, at[i]])),
        },
        at,
        ...(numbers && { paper: numbers }),
      };
    }),
  }));
  return rows.length === 0 ? swept : [{ name: "", title, over: [], rows }, ...swept];
}

/** All combinations; of a pair of bounds S_tmin, S_tmax those with the lower one below. */
function pointsOf(over: readonly StudyAxis[]): readonly (readonly number[])[] {
  const [first, second] = over as [StudyAxis, StudyAxis?];
  if (second === undefined) return first.values.map((value) => [value]);
  const bounds = first.path.endsWith(".sTmin") && second.path.endsWith(".sTmax");
  return first.values
    .flatMap((a) => second.values.map((b): readonly [number, number] => [a, b]))
    .filter(([a, b]) => !bounds || a < b);
}
