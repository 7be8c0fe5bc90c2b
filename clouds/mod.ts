/**
 * Finding clouds: a detector, a simple score, and masks from rasters of classes, bits or
 * probabilities.
 *
 * @module
 */

export { CLOUD_CLASSES } from "./classes.ts";

// From the bands of a scene.
export { detectDates, type DetectDatesOptions } from "./detect_dates.ts";
export { detectClouds, type DetectCloudsOptions, DETECTOR_MARGIN } from "./detect_clouds.ts";
export type { ReflectanceLevel } from "./surface_look.ts";
export {
  type CloudSurvey,
  type DetectedWindow,
  detectInTime,
  FEWEST_DATES,
  type SurveyBlock,
  surveyClouds,
  type SurveyCloudsOptions,
  type SurveyedDate,
  type TemporalFit,
  type WindowOrigin,
} from "./temporal_detector.ts";
export { timeBands } from "./time/signatures.ts";
export type { TimeFit } from "./time/fit.ts";
export type { DateFit, Partner } from "./time/evidence.ts";
export { cloudMask, type CloudRuleOptions, cloudScore } from "./cloud_score.ts";

// From a mask file.
export {
  type ClassMask,
  type ClassMaskOptions,
  MASK_UNKNOWN,
  openClassMask,
} from "./class_mask.ts";
export type { MaskMeaning } from "./mask_reading.ts";
