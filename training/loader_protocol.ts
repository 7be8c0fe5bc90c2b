/**
 * Messages between a loader and its Workers.
 *
 * @module
 */

import { InputError, OptionsError, OutputError } from "../core/mod.ts";
import type { Dataset, DatasetConfig, DatasetModel } from "../datasets/mod.ts";
import type { Made, SampleMakerOptions } from "./sample_maker.ts";

/** Dataset that a Worker opens. */
export interface WorkerDataset {
  readonly config: DatasetConfig;
  readonly model: DatasetModel;
  /** Absolute URLs of the plugins with further datasets. */
  readonly plugins: readonly string[];
  /** Result of `loadDataset`, in memory that all Workers share. */
  readonly loaded?: unknown;
}

/** Request to a Worker: open the dataset, or make sample n. */
export type LoaderRequest =
  | { readonly type: "open"; readonly dataset: WorkerDataset; readonly maker: SampleMakerOptions }
  | { readonly type: "make"; readonly n: number };

/** Properties of a dataset that is open in a Worker. */
export type DatasetFacts = Pick<Dataset, "size" | "bands" | "digest" | "incomplete">;

/** Answer of a Worker. */
export type LoaderAnswer =
  | { readonly opened: DatasetFacts }
  | { readonly made: Made }
  | { readonly error: ErrorFacts };

/** Properties of an error. Messages between threads lose its class. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** Path of an {@linkcode OptionsError}. */
  readonly path?: string;
}

/** Returns the properties of an error. */
export function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return { name, message, ...(error instanceof OptionsError && { path: error.path }) };
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  InputError,
  OutputError,
  RangeError,
  TypeError,
};

/** Returns an error of its original class. */
export function errorOf({ name, message, path }: ErrorFacts): Error {
  if (path !== undefined) return new OptionsError(path, message.slice(`${path}: `.length));
  const ofDeno = Deno.errors as unknown as typeof CLASSES;
  const known = CLASSES[name] ?? (Object.hasOwn(ofDeno, name) ? ofDeno[name] : undefined);
  return known === undefined ? Object.assign(new Error(message), { name }) : new known(message);
}
