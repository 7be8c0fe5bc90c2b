/**
 * What the process reverts to: the mean μ of Eqs. 3–6, from the cloudy date or from all dates.
 *
 * @module
 */

import { cloudyEntry } from "./cloudy.ts";
import { compositeEntry } from "./composite.ts";

export {
  type Mean,
  MEAN_ORIGIN,
  type MeanDate,
  type MeanFit,
  type MeanImage,
  type MeanMoments,
  type MeanScene,
  type MeanSurvey,
  type MeanSurveyData,
  type MeanWindow,
  type Region,
} from "./mean.ts";
export { cloudy, type CloudyOptions } from "./cloudy.ts";
export { composite, type CompositeOptions } from "./composite.ts";
export { compositeMean, type MeanFrames, meanOfFrames } from "./mean_of_frames.ts";

/** The built-in means by type. */
export const means = { cloudy: cloudyEntry, composite: compositeEntry } as const;
