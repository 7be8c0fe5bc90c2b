/**
 * Plan of a study: experiments to train, and the sampling and test data of each row.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import { OptionsError } from "../core/mod.ts";
import type { DatasetConfig } from "../datasets/mod.ts";
import { readConfigJson } from "../files/mod.ts";
import { type ModelCard, type ModelConfig, type Modules, resolveConfig } from "../model/mod.ts";
import { type CheckedExperiment, parseExperiment, setOption } from "../training/mod.ts";
import { applyPreset, type Preset } from "./preset.ts";
import type { Study, StudyEvaluation, StudyRow, StudySettings } from "./study.ts";
import { groupsOf, type StudyGroup } from "./study_groups.ts";

/** Changes to all experiments of a study. */
export interface PlanOptions {
  /** Preset of size and data. Default: none. */
  readonly preset?: Preset;
  /** Replaces the root of every dataset. */
  readonly data?: string;
  /** Assignments `path=value`. */
  readonly set?: readonly string[];
  /** Overrides the study's and the preset's. */
  readonly evaluation?: StudyEvaluation;
  /** Knows the modules that experiments name. Default the built-in ones. */
  readonly registry?: AnyRegistry;
}

/** A row that is ready to run. */
export interface PlannedRow {
  /** The row as the study defines it. */
  readonly row: StudyRow;
  /** The experiment to train; a seed of the study replaces its own. */
  readonly experiment: CheckedExperiment;
  /** The card with the row's sampling. */
  readonly card: ModelCard;
  /** The modules of that card. */
  readonly modules: Modules;
  /** Dataset that it is scored on. */
  readonly test: DatasetConfig;
}

/** A group that is ready to run. */
export interface PlannedGroup extends Omit<StudyGroup, "rows"> {
  /** Rows, with their values of a sweep's axes. */
  readonly rows: readonly (PlannedRow & { readonly at?: readonly number[] })[];
}

/** Axes of sampling, which need no training of their own. */
const SAMPLING = ["model.steps", "model.timesteps", "model.sampler", "model.fusion"] as const;

function isSampling(path: string): boolean {
  return SAMPLING.some((axis) => path === axis || path.startsWith(`${axis}.`));
}

function setAll(json: unknown, settings: StudySettings, which: (path: string) => boolean): unknown {
  return Object.entries(settings)
    .filter(([path]) => which(path))
    .reduce((set, [path, value]) => setOption(set, `${path}=${JSON.stringify(value)}`), json);
}

type Json = Readonly<Record<string, unknown>>;

/** Root of a dataset; for an index, its folder. */
function rootOf({ root, file }: Json): string | undefined {
  if (typeof root === "string") return root;
  if (typeof file !== "string") return undefined;
  return /[\\/]/.test(file) ? file.replace(/[\\/][^\\/]*$/, "") : "";
}

/** Moves datasets to another root, with all paths inside the old one. */
function moveData(json: unknown, root: string): unknown {
  const { data } = json as { readonly data?: Readonly<Record<string, Json>> };
  if (data === undefined) return json;
  const moved = Object.entries(data).map(([name, config]) => {
    const old = rootOf(config);
    if (old === undefined) return [name, config];
    const entries = Object.entries(config).map(([key, value]) => {
      if (key === "file" && old === "") return [key, `${root}/${value}`];
      const inside = typeof value === "string" && (value === old || value.startsWith(`${old}/`));
      return [key, inside ? `${root}${value.slice(old.length)}` : value];
    });
    return [name, Object.fromEntries(entries)];
  });
  return { ...(json as Json), data: Object.fromEntries(moved) };
}

/**
 * Checks that the datasets share one root, which `--data` can replace.
 *
 * @throws {OptionsError} If rows name training data at different roots.
 */
function checkOneRoot(found: readonly (string | undefined)[]): void {
  const roots = new Set(found.filter((root) => root !== undefined));
  if (roots.size > 1) {
    throw new OptionsError(
      "$.data",
      `must share one root for --data to replace, got ${
        [...roots].join(", ")
      }; run the rows one by ` +
        "one, or change the roots in the files",
    );
  }
}

/** Adds the name of a row to option errors. */
function ofRow<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const what = error.message.slice(`${error.path}: `.length);
    throw new OptionsError(error.path, `${what} (in ${name})`);
  }
}

function sizedBy(json: unknown, preset: Preset | undefined): unknown {
  return preset === undefined ? json : applyPreset(json, preset);
}

/** Root of a row's training data before it is moved. */
async function trainRoot(row: StudyRow, { preset }: PlanOptions): Promise<string | undefined> {
  const json = sizedBy(await readConfigJson(new URL(row.experiment)), preset) as Json;
  const { train } = (json["data"] ?? {}) as { readonly train?: Json };
  return train && rootOf(train);
}

async function planRow(row: StudyRow, options: PlanOptions): Promise<PlannedRow> {
  const { preset, data, set = [], registry } = options;
  const read = await readConfigJson(new URL(row.experiment));
  return ofRow(row.name, () => {
    const sized = sizedBy(read, preset);
    const moved = data === undefined ? sized : moveData(sized, data);
    const changed = set.reduce((json, assignment) => setOption(json, assignment), moved);
    // A process that ends has no model without time steps that end there too.
    const trained = setAll(
      changed,
      row.set ?? {},
      (path) => !isSampling(path) || path === "model.timesteps",
    );
    const sampled = setAll(trained, row.set ?? {}, isSampling) as { readonly model: ModelConfig };
    const { data: { test, ...own }, ...experiment } = parseExperiment(trained, {
      ...(registry && { registry }),
    });
    const scored = test ?? own.validation;
    if (scored === undefined) {
      throw new OptionsError("$.data.test", "is required to score it (or $.data.validation)");
    }
    const model = resolveConfig(sampled.model, { ...(registry && { registry }) });
    return { row, experiment: { ...experiment, data: own }, ...model, test: scored };
  });
}

/**
 * Reads and checks every experiment of a study.
 *
 * @throws {OptionsError} If an experiment has an invalid option or no test data; the message has the path
 *   and the row.
 */
export async function planStudy(
  study: Study,
  options: PlanOptions = {},
): Promise<readonly PlannedGroup[]> {
  const groups: PlannedGroup[] = [];
  for (const group of groupsOf(study)) {
    const rows: PlannedRow[] = [];
    for (const row of group.rows) {
      const planned = await planRow(row, options);
      rows.push({ ...planned, ...("at" in row && { at: row.at }) });
    }
    groups.push({ ...group, rows });
  }
  if (options.data !== undefined) {
    const all = groups.flatMap(({ rows }) => rows.map(({ row }) => trainRoot(row, options)));
    checkOneRoot(await Promise.all(all));
  }
  return groups;
}

/** Evaluation settings: the study's, overridden by the preset's, then by the caller's. */
export function evaluationOf(
  study: Study,
  { preset, evaluation }: Pick<PlanOptions, "preset" | "evaluation">,
): StudyEvaluation {
  const given = (options: StudyEvaluation = {}) =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...given(study.evaluation), ...given(preset?.evaluation), ...given(evaluation) };
}
