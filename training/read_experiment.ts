/**
 * Experiments in files.
 *
 * @module
 */

import type { DatasetLookup } from "../datasets/mod.ts";
import { readConfigJson } from "../files/mod.ts";
import { type CheckedExperiment, parseExperiment } from "./experiment.ts";

/**
 * Reads an experiment from a JSON file, see {@linkcode readConfigJson}.
 *
 * @param options.registry Where datasets are looked up. Default the built-in ones.
 * @throws {OptionsError} If a file extends itself, or something is unknown, missing or out of range.
 * @throws {InputError} If a file is missing.
 */
export async function readExperiment(
  path: string | URL,
  options: DatasetLookup = {},
): Promise<CheckedExperiment> {
  return parseExperiment(await readConfigJson(path), options);
}
