/**
 * The best validation of a run by one metric.
 *
 * @module
 */

import type { Validation } from "./scores.ts";

/** Metrics of a validation that can select the best checkpoint. */
export const METRICS = [
  "loss",
  "psnr",
  "ssim",
  "mae",
  "sam",
  "cloudy.psnr",
  "cloudy.ssim",
  "cloudy.mae",
  "cloudy.sam",
] as const;

/** One of {@linkcode METRICS}; `cloudy.` restricts it to pixels under cloud or shadow. */
export type Metric = typeof METRICS[number];

/** The best validation so far. */
export interface Best {
  /** Metric that is compared. */
  readonly metric: Metric;
  /** Value of the metric. */
  readonly value: number;
  /** Updates before the validation. */
  readonly step: number;
}

/** Returns true if a higher value is better. */
function rises(metric: Metric): boolean {
  return metric.endsWith("psnr") || metric.endsWith("ssim");
}

/** Returns a validation's value of a metric; undefined if none of its samples has one. */
export function metricOf(validation: Validation, metric: Metric): number | undefined {
  const [first, second] = metric.split(".") as [keyof Validation, string | undefined];
  const scores = second === undefined ? validation : validation.cloudy;
  return scores?.[(second ?? first) as "psnr"];
}

/** Returns the better of the best validation so far and a new one; at equal values the earlier. */
export function betterOf(
  best: Best | undefined,
  { metric, value, step }: Best,
): Best {
  const found = { metric, value, step };
  if (best === undefined) return found;
  return (rises(metric) ? value > best.value : value < best.value) ? found : best;
}
