/**
 * What a loader and its Workers tell each other.
 *
 * @module
 */

import { InputError, OptionsError, OutputError } from "../core/mod.ts";
import type { Dataset, DatasetConfig, DatasetModel } from "../datasets/mod.ts";
import type { Made, SampleMakerOptions } from "./sample_maker.ts";

/** Input of a Worker: the dataset that it opens. */
export interface WorkerDataset {
  readonly config: DatasetConfig;
  readonly model: DatasetModel;
  /** Absolute URLs of the plugins whose datasets it can open. */
  readonly plugins: readonly string[];
  /** Result of `loadDataset`, in memory that all Workers share. */
  readonly loaded?: unknown;
}

/** What a Worker is asked. */
export type LoaderRequest =
  | { readonly type: "open"; readonly dataset: WorkerDataset; readonly maker: SampleMakerOptions }
  | { readonly type: "make"; readonly n: number };

/** What is known of a dataset that is open elsewhere. */
export type DatasetFacts = Pick<Dataset, "size" | "bands" | "digest" | "incomplete">;

/** What a Worker answers. */
export type LoaderAnswer =
  | { readonly opened: DatasetFacts }
  | { readonly made: Made }
  | { readonly error: ErrorFacts };

/** An error without its class, which a message does not carry. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** Of an {@linkcode OptionsError}. */
  readonly path?: string;
}

/** What is kept of an error. */
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

/** The error again, of the class that it had. */
export function errorOf({ name, message, path }: ErrorFacts): Error {
  if (path !== undefined) return new OptionsError(path, message.slice(`${path}: `.length));
  const ofDeno = Deno.errors as unknown as typeof CLASSES;
  const known = CLASSES[name] ?? (Object.hasOwn(ofDeno, name) ? ofDeno[name] : undefined);
  return known === undefined ? Object.assign(new Error(message), { name }) : new known(message);
}
