/**
 * Scores of one case in memory.
 *
 * @module
 */

import { METRIC_PROFILES, type Score } from "../metrics/mod.ts";
import type { EvaluationCase } from "./evaluation_case.ts";
import { scoreCase } from "./score_case.ts";
import { MEAN_METRICS } from "./means.ts";

/** Scores of one case by method, baselines first. */
export interface CaseScores {
  /** Name of the case. */
  readonly name: string;
  /** Scores by method. */
  readonly scores: Readonly<Record<string, Score>>;
}

/**
 * Scores the baselines and the restored images of one case by the standard definitions over all pixels.
 * MAE and RMSE are in reflectance, by the target's scale. Pixels without data in the target do not
 * count.
 *
 * @returns SSIM is NaN if no window fits, SAM if no pixel has a spectrum.
 * @throws {TypeError} If an image differs from the target in size or bands.
 * @throws {RangeError} If the reference is out of range.
 */
export async function evaluateCase(given: EvaluationCase): Promise<CaseScores> {
  const rows = await scoreCase(given, { profile: METRIC_PROFILES.standard });
  const scores = rows.filter(({ pixels }) => pixels === "all").map((row) => {
    const numbers = MEAN_METRICS.map((metric) => [metric, row[metric] ?? NaN]);
    return [row.method, Object.fromEntries(numbers) as unknown as Score];
  });
  return { name: given.name, scores: Object.fromEntries(scores) };
}
