/**
 * Plan of an evaluation as JSON: sets of images, their number and size, and the metric definitions.
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
import { readConfigJson, type ReadConfigOptions } from "../files/mod.ts";
import { type MethodMasks, ONE_SET } from "./evaluation_case.ts";

/** One set of images. */
export interface PlannedSet {
  /** Unique name. */
  readonly name: string;
  /** Dataset, as in experiments; roots are relative to the working folder. */
  readonly data: DatasetConfig;
  /** Most images: the first ones. Default: see `openCases`. */
  readonly limit?: number;
  /** Side of a centred square, or of the crops under synthetic clouds. Default: see `openCases`. */
  readonly tileSize?: number;
  /** Dates of each image. Default: all; with synthetic clouds 3. */
  readonly length?: number;
  /** Seed of crops and clouds. Default 2024. */
  readonly seed?: number;
  /**
   * Masks that methods and baselines get: those of the "data", or those of the built-in "detector" as
   * in practice. Pixels are scored by the masks of the data either way. Default "data".
   */
  readonly masks?: MethodMasks;
  /** Caveat that is printed with the set, such as a truth of another day. */
  readonly note?: string;
}

/** Sets to evaluate, in order. */
export interface EvaluationPlan {
  /** At least one set. */
  readonly sets: readonly PlannedSet[];
  /** Metric definitions. Default "standard". */
  readonly profile?: ProfileName;
  /** Stored value of reflectance 1 in all images. Default 10000, for uint8 images 255. */
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
    masks: oneOf("data", "detector"),
    note: string,
  }, { limit: NONE, tileSize: NONE, length: NONE, seed: NONE, masks: NONE, note: NONE });
}

const CHECKS: Omit<Checks<EvaluationPlan>, "sets"> = {
  profile: oneOf(...Object.keys(METRIC_PROFILES) as ProfileName[]),
  reflectanceScale: number({ above: 0 }),
};

type Json = Readonly<Record<string, unknown>>;

/** Drops undefined options. */
function defined<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}

/** Options of {@linkcode parseEvaluationPlan}. */
export interface EvaluationPlanOptions extends DatasetLookup {
  /** Name of the set, if the JSON is an experiment or a dataset. */
  readonly name?: string;
}

/**
 * Checks the JSON of a plan: `{"sets": [...]}`, one dataset, or an experiment, of which `data.test` or
 * else `data.validation` is scored.
 *
 * @throws {OptionsError} If something is unknown, missing or out of range, or two sets share a name.
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
    throw new OptionsError("$.sets", `must have unique names, got ${twice} twice`);
  }
  return defined({ ...plan, sets: plan.sets.map(defined) });
}

/** File name without folder and extension. */
function stemOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(/\.[^.]+$/, "");
}

/**
 * Reads a plan, an experiment or a dataset from a JSON file.
 *
 * @throws {OptionsError} See {@linkcode parseEvaluationPlan}.
 * @throws {InputError} If the file does not exist.
 */
export async function readEvaluationPlan(
  path: string,
  { onExtends, ...options }: DatasetLookup & ReadConfigOptions = {},
): Promise<EvaluationPlan> {
  const json = await readConfigJson(path, { onExtends });
  return parseEvaluationPlan(json, { ...options, name: stemOf(path) });
}
