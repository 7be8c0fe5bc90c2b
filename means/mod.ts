/**
 * The mean μ that the process reverts to (Eqs. 3–6): the cloudy date, or an estimate from all dates.
 *
 * @module
 */

import { averageEntry } from "./average.ts";
import { clearestEntry } from "./clearest.ts";
import { cloudyEntry } from "./cloudy.ts";
import { compositeEntry } from "./composite.ts";
import { geometricMedianEntry } from "./geometric_median.ts";
import { linearEntry } from "./linear.ts";
import { medianEntry } from "./median.ts";
import { medoidEntry } from "./medoid.ts";

export {
  type Mean,
  MEAN_ORIGIN,
  type MeanDate,
  type MeanFit,
  type MeanImage,
  type MeanMoments,
  type MeanOfDates,
  type MeanRequest,
  type MeanScene,
  type MeanSurvey,
  type MeanSurveyData,
  type MeanWindow,
  type Region,
} from "./mean.ts";
export { cloudy, type CloudyOptions } from "./cloudy.ts";
export { composite, type CompositeOptions } from "./composite.ts";
// Simple methods, to compare with and for periods without a reference.
export type { PixelMeanOptions } from "./pixel_mean.ts";
export { average } from "./average.ts";
export { clearest } from "./clearest.ts";
export { geometricMedian } from "./geometric_median.ts";
export { linear } from "./linear.ts";
export { median } from "./median.ts";
export { medoid } from "./medoid.ts";

// Arrays in memory.
export { compositeMean, type MeanFrames, meanOfFrames } from "./mean_of_frames.ts";

/** The built-in means by type. */
export const means = {
  cloudy: cloudyEntry,
  composite: compositeEntry,
  clearest: clearestEntry,
  average: averageEntry,
  median: medianEntry,
  linear: linearEntry,
  medoid: medoidEntry,
  geometricMedian: geometricMedianEntry,
} as const;
