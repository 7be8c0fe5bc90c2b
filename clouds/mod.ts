/**
 * Finding clouds: the detector and masks of classes.
 *
 * @module
 */

export {
  type ClassMask,
  type ClassMaskOptions,
  MASK_UNKNOWN,
  openClassMask,
} from "./class_mask.ts";
export { CLOUD_CLASSES } from "./classes.ts";
export { detectClouds, type DetectCloudsOptions, DETECTOR_MARGIN } from "./detect_clouds.ts";
export { cloudMask, type CloudRuleOptions, cloudScore } from "./cloud_score.ts";
