/**
 * Which validation of a run was the best, by one metric.
 *
 * @module
 */

import type { Validation } from "./scores.ts";

/** Metrics of a validation by which a checkpoint can be the best. */
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

/** One of {@linkcode METRICS}; `cloudy.` stands for pixels under cloud or shadow. */
export type Metric = typeof METRICS[number];

/** The best validation so far. */
export interface Best {
  readonly metric: Metric;
  readonly value: number;
  readonly step: number;
}

/** Whether more is better. */
function rises(metric: Metric): boolean {
  return metric.endsWith("psnr") || metric.endsWith("ssim");
}

/** The number that a validation has for a metric; undefined where none of its samples has one. */
export function metricOf(validation: Validation, metric: Metric): number | undefined {
  const [first, second] = metric.split(".") as [keyof Validation, string | undefined];
  const scores = second === undefined ? validation : validation.cloudy;
  return scores?.[(second ?? first) as "psnr"];
}

/** The better of the best so far and a validation; of equal ones the earlier. */
export function betterOf(
  best: Best | undefined,
  { metric, value, step }: Best,
): Best {
  const found = { metric, value, step };
  if (best === undefined) return found;
  return (rises(metric) ? value > best.value : value < best.value) ? found : best;
}
