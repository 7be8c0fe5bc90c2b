/**
 * Reads experiments from files.
 *
 * @module
 */

import type { DatasetLookup } from "../datasets/mod.ts";
import { readConfigJson, type ReadConfigOptions } from "../files/mod.ts";
import { type CheckedExperiment, parseExperiment } from "./experiment.ts";

/**
 * Reads an experiment from a JSON file, see {@linkcode readConfigJson}.
 *
 * @param options.registry Registry of datasets. Default the built-in datasets.
 * @throws {OptionsError} If a file extends itself, or an option is unknown, missing or out of range.
 * @throws {InputError} If a file is missing.
 */
export async function readExperiment(
  path: string | URL,
  options: DatasetLookup & ReadConfigOptions = {},
): Promise<CheckedExperiment> {
  return parseExperiment(await readConfigJson(path, options), options);
}
