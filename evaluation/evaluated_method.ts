/**
 * Methods that restore a case.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { EvaluationCase } from "./evaluation_case.ts";

/** A method that restores cases. */
export interface EvaluatedMethod {
  /** Unique name. */
  readonly name: string;
  /** A model, or images restored elsewhere. */
  readonly kind: "model" | "restored";
  /** Provenance of the images, as JSON: digests, options. Different facts make a different run. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Restores a case; the raster has the target's size and bands. */
  restore(given: MethodInput): Promise<Raster>;
}

/** Input of a method. */
export interface MethodInput extends EvaluationCase {
  /** Cloudy dates, with the target's bands. */
  readonly cloudy: readonly Raster[];
  /** Index of the date that the target depicts. */
  readonly reference: number;
  /** Cloud masks of the dates, given, exact or detected; undefined if unknown. */
  readonly found: readonly Uint8Array[] | undefined;
  /** Aborts the restoration. */
  readonly signal?: AbortSignal;
}
