/**
 * Flags made from the options of datasets: `nirRoot` of a dataset is `--nir-root` on the command line.
 *
 * @module
 */

import { type Check, OptionsError, parseJson } from "../core/mod.ts";
import {
  datasetCheck,
  type DatasetConfig,
  type DatasetRegistry,
  isPathOption,
} from "../datasets/mod.ts";
import { type Flags, kebab, text, UsageError } from "./flags.ts";

/** Names of all options of all datasets. */
function optionNames(registry: DatasetRegistry): readonly string[] {
  const entries = Object.values(registry.entries("dataset"));
  return [...new Set(entries.flatMap(({ checks }) => Object.keys(checks)))];
}

/** One flag for each option that a dataset of the registry has; their values are checked later. */
export function datasetFlags(registry: DatasetRegistry): Flags {
  return Object.fromEntries(
    optionNames(registry).map((name) => [
      name,
      text("Option of a dataset.", isPathOption(name) ? "PATH" : "VALUE"),
    ]),
  );
}

/** The options of each dataset as flags, for the help; a line holds as many as fit. */
export function datasetFlagsHelp(registry: DatasetRegistry): string {
  const types = Object.entries(registry.entries("dataset"));
  const width = Math.max(...types.map(([type]) => type.length));
  const lines = types.flatMap(([type, { checks }]) => {
    const flags = Object.keys(checks).map((name) => `--${kebab(name)}`);
    const wrapped = flags.reduce<string[]>((rows, flag) => {
      const last = rows.at(-1);
      if (last === undefined || last.length + flag.length > 74 - width) return [...rows, flag];
      return [...rows.slice(0, -1), `${last} ${flag}`];
    }, []);
    return wrapped.map((row, i) => `  ${(i === 0 ? type : "").padEnd(width)}  ${row}`);
  });
  return [
    "Options of each --type, as in JSON (docs/datasets.md; lists as A,B):",
    ...lines,
  ].join("\n");
}

function jsonOf(given: string): unknown {
  try {
    return parseJson(given);
  } catch {
    return given;
  }
}

/**
 * The value that a flag stands for: the first of string, JSON, list of strings and list of JSON that
 * the option's check accepts; JSON where none is, for the error message.
 */
export function optionValue(given: string, check: Check<unknown> | undefined): unknown {
  const parts = given.split(",").map((part) => part.trim());
  const found = [given, jsonOf(given), parts, parts.map(jsonOf)].find((value) => {
    try {
      check?.(value, "$");
      return check !== undefined;
    } catch (error) {
      if (error instanceof OptionsError) return false;
      throw error;
    }
  });
  return found === undefined ? jsonOf(given) : found;
}

/**
 * The dataset that flags describe.
 *
 * @param values Values of the flags of {@linkcode datasetFlags}; undefined where one is not given.
 * @throws {UsageError} If the type or an option is unknown, missing or out of range.
 */
export function flaggedDataset(
  type: string,
  values: Readonly<Record<string, unknown>>,
  registry: DatasetRegistry,
): DatasetConfig {
  try {
    const { checks } = registry.entry("dataset", type, "$");
    const options = optionNames(registry).filter((name) => values[name] !== undefined)
      .map((name) => {
        const value = values[name];
        return [name, typeof value === "string" ? optionValue(value, checks[name]) : value];
      });
    return datasetCheck({ registry })({ type, ...Object.fromEntries(options) }, "$");
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const flag = `--${kebab(error.path.replace(/^\$\./, ""))}`;
    throw new UsageError(`${flag}${error.message.slice(error.path.length)}`);
  }
}
