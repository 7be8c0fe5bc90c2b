/**
 * Datasets as JSON: their checks, and the paths among their options.
 *
 * @module
 */

import type { Check } from "../core/mod.ts";
import { type DatasetRegistry, datasetRegistry } from "./catalog.ts";

/** A dataset as JSON: its type and its options. */
export interface DatasetConfig {
  /** Name of the dataset in the registry, for example "sen12MsCr". */
  readonly type: string;
  /** Options of the dataset; its entry checks them. */
  readonly [option: string]: unknown;
}

/** The registry that datasets are looked up in. */
export interface DatasetLookup {
  /** Default the built-in datasets. */
  readonly registry?: DatasetRegistry;
}

/**
 * Returns the check of a dataset's JSON. Options that are left out stay out, so that an experiment's
 * digest does not depend on defaults; the others come in the order of the entry's checks.
 */
export function datasetCheck(
  { registry = datasetRegistry }: DatasetLookup = {},
): Check<DatasetConfig> {
  return (value, path) => {
    const complete = registry.read("dataset", value, path) as DatasetConfig;
    const given = Object.entries(complete)
      .filter(([key]) => (value as DatasetConfig)[key] !== undefined);
    return Object.fromEntries(given) as unknown as DatasetConfig;
  };
}

/** Returns true for options that are paths, see {@linkcode DatasetEntry}. */
export function isPathOption(name: string): boolean {
  return /^(?:root|file|masks)$|(?:Root|File|Folder)$/.test(name);
}

/** The paths of a dataset's folders and files, by option. */
export function pathsOf(config: DatasetConfig): Readonly<Record<string, string>> {
  const paths = Object.entries(config).filter(([key]) => isPathOption(key));
  return Object.fromEntries(paths) as Readonly<Record<string, string>>;
}

/**
 * Returns a dataset's JSON with all paths empty: the same after the data were moved. A path that is left
 * out stays out, as data without masks differ from those with masks.
 */
export function withoutPaths(config: DatasetConfig): DatasetConfig {
  const entries = Object.entries(config).map(([key, value]) =>
    [key, isPathOption(key) ? "" : value] as const
  );
  return Object.fromEntries(entries) as unknown as DatasetConfig;
}
