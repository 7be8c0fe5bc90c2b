/**
 * Fusion of L images into one, Alg. 2 l. 13 and Eq. 12.
 *
 * @module
 */

import { clearestEntry } from "./clearest.ts";
import { meanEntry } from "./mean.ts";
import { medianEntry } from "./median.ts";

export { clearest, type ClearestOptions } from "./clearest.ts";
export { collapse } from "./collapse.ts";
export type { Fusion } from "./fusion.ts";
export { mean, type MeanOptions } from "./mean.ts";
export { median, type MedianOptions } from "./median.ts";

/** The built-in fusions by type. */
export const fusions = { mean: meanEntry, median: medianEntry, clearest: clearestEntry } as const;
