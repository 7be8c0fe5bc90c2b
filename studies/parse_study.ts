/**
 * Reads studies from JSON.
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
import {
  type MetricValues,
  type PaperNumbers,
  type Study,
  STUDY_METRICS,
  type StudyAxis,
  type StudyClaim,
  type StudyEvaluation,
  type StudyMetric,
  type StudyRow,
  type StudySettings,
  type StudySweep,
} from "./study.ts";

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
 * @param value JSON of the study.
 * @param base URL that addresses of experiments are relative to.
 * @throws {OptionsError} If something is unknown, missing or invalid; the message has its path.
 */
export function parseStudy(value: unknown, base: string | URL): Study {
  const study = checkOptions<Study>(value, { checks: CHECKS, defaults: DEFAULTS });
  const locate =
    (list: "rows" | "sweeps") =>
    <T extends { readonly experiment: string }>(item: T, i: number): T => {
      const url = URL.parse(item.experiment, base);
      if (url !== null) return { ...item, experiment: url.href };
      throw new OptionsError(
        `$.${list}[${i}].experiment`,
        `must be a path or an address, got ${show(item.experiment)}`,
      );
    };
  const located = {
    ...study,
    rows: study.rows.map(locate("rows")),
    sweeps: study.sweeps.map(locate("sweeps")),
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
        throw new OptionsError(`$.sweeps[${i}].paper[${j}].at`, "must hold one value of each axis");
      }
    }
  }
}

/** Tests if JSON is a study; otherwise it may be an experiment. */
export function isStudy(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (Object.hasOwn(value, "rows") || Object.hasOwn(value, "sweeps"));
}
