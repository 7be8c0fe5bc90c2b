/**
 * Catalog of the built-in datasets.
 *
 * @module
 */

import { Registry } from "../core/mod.ts";
import { cuhkCrEntry } from "./cuhk_cr.ts";
import type { AnyDatasetEntry } from "./dataset_entry.ts";
import { folderEntry } from "./folder_dataset.ts";
import { indexEntry } from "./index_dataset.ts";
import { preparedEntry } from "./prepared.ts";
import { sen12MsCrEntry } from "./sen12ms_cr.ts";
import { sen2MtcNewEntry } from "./sen2_mtc_new.ts";
import { syntheticEntry } from "./synthetic_dataset.ts";
import { transplantEntry } from "./transplant.ts";

/** The built-in datasets by type. */
export const datasets = {
  sen2MtcNew: sen2MtcNewEntry,
  sen12MsCr: sen12MsCrEntry,
  cuhkCr: cuhkCrEntry,
  folder: folderEntry,
  index: indexEntry,
  synthetic: syntheticEntry,
  transplant: transplantEntry,
  prepared: preparedEntry,
} as const;

/** Functions that every entry of a dataset has, see {@linkcode DatasetEntry}. */
export const DATASET_FUNCTIONS = ["list", "open"] as const;

/** Catalog with datasets as its only kind. */
export type DatasetCatalog = {
  readonly dataset: Readonly<Record<string, AnyDatasetEntry>>;
};

/** Registry that knows the kind "dataset", as `builtins` does. */
export type DatasetRegistry = Pick<Registry<DatasetCatalog>, "entry" | "entries" | "read">;

/** Registry of the built-in datasets and no other modules. */
export const datasetRegistry: Registry<{ readonly dataset: typeof datasets }> = new Registry(
  { dataset: datasets },
  { functions: { dataset: DATASET_FUNCTIONS } },
);
