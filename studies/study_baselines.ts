/**
 * Baselines of a study.
 *
 * @module
 */

import type { Sample } from "../datasets/mod.ts";
import type { EvaluationSet } from "./evaluation_set.ts";
import { scoreImage, type Scores } from "./score_model.ts";

/** Mean of all frames of a sample. */
function meanFrame({ cloudy, target, length }: Sample): Float32Array {
  const sum = new Float64Array(target.length);
  cloudy.forEach((value, i) => sum[i % sum.length]! += value);
  return Float32Array.from(sum, (value) => value / length);
}

/** Names of the baselines. */
export const STUDY_BASELINES = ["the cloudy image", "mean of the frames"] as const;

/**
 * Scores the unchanged reference frame and the mean of all frames, sample by sample.
 *
 * @throws The signal's reason, if it aborts.
 */
export async function scoreBaselines(
  { size, sample, dataRange }: EvaluationSet,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Readonly<Record<typeof STUDY_BASELINES[number], readonly Scores[]>>> {
  const [copies, means]: [Scores[], Scores[]] = [[], []];
  for (let i = 0; i < size; i++) {
    // Samples in memory never wait: let other tasks run.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    const each = await sample(i);
    const { cloudy, target: { length }, reference } = each;
    copies.push(
      scoreImage(cloudy.subarray(reference * length, (reference + 1) * length), each, dataRange),
    );
    means.push(scoreImage(meanFrame(each), each, dataRange));
  }
  return { "the cloudy image": copies, "mean of the frames": means };
}
