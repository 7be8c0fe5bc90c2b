/**
 * The built-in modules of every axis.
 *
 * @module
 */

import { Registry } from "./core/mod.ts";
import { DATASET_FUNCTIONS, datasets } from "./datasets/mod.ts";
import { fusions } from "./fusion/mod.ts";
import { means } from "./means/mod.ts";
import { networks } from "./networks/mod.ts";
import { noises } from "./noise/mod.ts";
import { preconds } from "./precond/mod.ts";
import { samplers } from "./samplers/mod.ts";
import { schedules } from "./schedules/mod.ts";
import { timesteps } from "./timesteps/mod.ts";
import { weightings } from "./weighting/mod.ts";

/** The built-in modules by kind and type. */
export const builtinCatalog = {
  schedule: schedules,
  mean: means,
  precond: preconds,
  network: networks,
  noise: noises,
  weighting: weightings,
  timesteps,
  sampler: samplers,
  fusion: fusions,
  dataset: datasets,
} as const;

/** The type of {@linkcode builtinCatalog}. */
export type BuiltinCatalog = typeof builtinCatalog;

/** The registry of the built-in modules; `builtins.with(plugin)` adds to it. */
export const builtins: Registry<BuiltinCatalog> = new Registry(builtinCatalog, {
  functions: { dataset: DATASET_FUNCTIONS },
});

/** A registry that knows at least the built-in kinds, and any modules that plugins add. */
// deno-lint-ignore no-explicit-any -- the types that a plugin adds do not matter to who reads JSON.
export type AnyRegistry = Registry<any>;
