/**
 * What is evaluated, as JSON: sets of images with how many and how large, and what numbers mean.
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
  string,
} from "../core/mod.ts";
import { METRIC_PROFILES, type ProfileName } from "../metrics/mod.ts";
import { builtins } from "../builtins.ts";
import { datasetCheck, type DatasetConfig, type DatasetLookup } from "../datasets/mod.ts";
import { readConfigJson } from "../files/mod.ts";
import { ONE_SET } from "./evaluation_case.ts";

/** One set of images. */
export interface PlannedSet {
  /** Unique. */
  readonly name: string;
  /** A dataset, as experiments name it; roots are relative to the working folder. */
  readonly data: DatasetConfig;
  /** Most images: the first ones. Default all; of synthetic clouds 48, or as many as `size` says. */
  readonly limit?: number;
  /** Side of a square in the middle; of synthetic clouds, of the crops. Default see `openCases`. */
  readonly tileSize?: number;
  /** Dates of each image. Default all; of synthetic clouds 3. */
  readonly length?: number;
  /** Draws crops and clouds. Default 2024. */
  readonly seed?: number;
}

/** Sets that are evaluated one after the other. */
export interface EvaluationPlan {
  readonly sets: readonly PlannedSet[];
  /** Default "standard". */
  readonly profile?: ProfileName;
  /** Stored number that stands for reflectance 1, of all images. Default 10000, of uint8 images 255. */
  readonly reflectanceScale?: number;
}

const NONE = undefined as never;

function setCheck(data: Check<DatasetConfig>): Check<PlannedSet> {
  return object<PlannedSet>({
    name: string,
    data,
    limit: integer({ min: 1 }),
    tileSize: integer({ min: 11 }),
    length: integer({ min: 1 }),
    seed: integer({ min: 0 }),
  }, { limit: NONE, tileSize: NONE, length: NONE, seed: NONE });
}

const CHECKS: Omit<Checks<EvaluationPlan>, "sets"> = {
  profile: oneOf(...Object.keys(METRIC_PROFILES) as ProfileName[]),
  reflectanceScale: number({ above: 0 }),
};

type Json = Readonly<Record<string, unknown>>;

/** Leaves out what nobody said. */
function said<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}

/** Options of {@linkcode parseEvaluationPlan}. */
export interface EvaluationPlanOptions extends DatasetLookup {
  /** Name of the one set of an experiment or dataset. */
  readonly name?: string;
}

/**
 * Checks the JSON of a plan: `{"sets": [...]}`, an experiment, whose `data.test` or else
 * `data.validation` is scored, or one dataset.
 *
 * @throws {OptionsError} If something is unknown, missing or out of range, or two sets have one name.
 */
export function parseEvaluationPlan(
  json: unknown,
  { name = ONE_SET, registry = builtins }: EvaluationPlanOptions = {},
): EvaluationPlan {
  const dataCheck = datasetCheck({ registry });
  const { sets, data } = (typeof json === "object" && json !== null ? json : {}) as Json;
  if (sets === undefined && data !== undefined) {
    const { test, validation } = data as Json;
    const [key, found] = test === undefined ? ["validation", validation] : ["test", test];
    if (found === undefined) {
      throw new OptionsError("$.data.test", "is required to evaluate (or $.data.validation)");
    }
    return { sets: [{ name, data: dataCheck(found, `$.data.${key}`) }] };
  }
  if (sets === undefined) return { sets: [{ name, data: dataCheck(json, "$") }] };
  const plan = checkOptions<EvaluationPlan>(json as object, {
    checks: { sets: list(setCheck(dataCheck), { min: 1 }), ...CHECKS },
    defaults: { profile: NONE, reflectanceScale: NONE },
    path: "$",
  });
  const names = plan.sets.map((set) => set.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) {
    throw new OptionsError("$.sets", `must have names of their own, got ${twice} twice`);
  }
  return said({ ...plan, sets: plan.sets.map(said) });
}

/** `folder/name.json` → `name`. */
function stemOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(/\.[^.]+$/, "");
}

/**
 * Reads a plan, an experiment or a dataset from a JSON file.
 *
 * @throws {OptionsError} See {@linkcode parseEvaluationPlan}.
 * @throws {InputError} If the file is not there.
 */
export async function readEvaluationPlan(
  path: string,
  options: DatasetLookup = {},
): Promise<EvaluationPlan> {
  return parseEvaluationPlan(await readConfigJson(path), { ...options, name: stemOf(path) });
}
