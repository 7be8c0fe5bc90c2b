/**
 * Results of an evaluation: scores, means, and a record of everything that determines them.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import type { Definitions, Score } from "../metrics/mod.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import type { EvaluationRow, MaskKind } from "./evaluation_row.ts";
import type { EvaluatedMethod } from "./evaluated_method.ts";
import type { EvaluationSummary } from "./summary.ts";

/** A scored case. */
export interface ScoredCase {
  /** Set of images. */
  readonly set: string;
  /** Name of the case, unique within its set. */
  readonly name: string;
  /** Cloud cover of the reference date, in [0, 1]; null if unknown. */
  readonly cover: number | null;
  /** Source of the cloud mask. */
  readonly mask: MaskKind;
  /** Digest of the clear image. */
  readonly truth: string;
  /** Digest of the cloudy dates; "" without any. */
  readonly input: string;
}

/** Scores of all cases, their means, and their provenance. Plain JSON except for Infinity. */
export interface Evaluation {
  /** Version of emrdm. */
  readonly version: string;
  /** Digest of everything that determines the numbers except the images, see `evaluationRun`. */
  readonly run: string;
  /** Metric definitions. */
  readonly profile: {
    readonly name: string;
    readonly description: string;
    readonly definitions: Definitions;
  };
  /** The network of LPIPS and the digest of its weights, or "no weights". */
  readonly lpips: string;
  /** Settings of the confidence intervals. */
  readonly interval: Required<BootstrapOptions> & { readonly method: string };
  /** Models and restored images that were scored, without the baselines. */
  readonly methods: readonly (Pick<EvaluatedMethod, "name" | "kind" | "facts">)[];
  /** Further facts that determine the numbers. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** All cases, in order. */
  readonly cases: readonly ScoredCase[];
  /** Digest of all images, in order. */
  readonly data: string;
  /** One row per case, method and group of pixels. */
  readonly rows: readonly EvaluationRow[];
  /** Means with confidence intervals. */
  readonly summary: EvaluationSummary;
  /** Mean over all pixels and cases by method, for methods that every case has. */
  readonly means: Readonly<Record<string, Score>>;
}

/**
 * An evaluation as JSON; infinite values become the string "Infinity", and addresses lose query strings
 * and passwords.
 */
export function evaluationJson(evaluation: Evaluation): string {
  const finite = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return `${redacted(JSON.stringify(evaluation, finite, 2))}\n`;
}
