/**
 * Metrics of restored images: MAE, RMSE, PSNR, SSIM, SAM and LPIPS in their standard definitions, per band
 * and over regions, the visual measures weave, contrast and seam, and the profiles of published tables.
 *
 * @module
 */

export { type Features, fid, kid } from "./distribution.ts";
export { mae, psnr, rmse } from "./error.ts";
export type { ImageOptions, RangeOptions } from "./image.ts";
export { createLpips, type Lpips } from "./lpips.ts";
export type { LpipsSize } from "./lpips_pair.ts";
export {
  type LpipsNet,
  type LpipsParameter,
  lpipsShapes,
  type LpipsWeights,
} from "./lpips_networks.ts";
export type {
  Definitions,
  MetricProfile,
  NoLpips,
  ProfileImages,
  ProfileScore,
} from "./profile.ts";
export { METRIC_PROFILES, type ProfileName } from "./profiles.ts";
export {
  type BandScore,
  bandScores,
  type RegionOptions,
  type RegionScore,
  scoreRegions,
} from "./regions.ts";
export { sam } from "./sam.ts";
export { type Score, score } from "./score.ts";
export { ergas, sid, uiqi } from "./spectral.ts";
export { ssim } from "./ssim.ts";
export {
  type NoVisual,
  VISUAL_MEASURES,
  type VisualMeasure,
  visualMeter,
  type VisualOptions,
  type VisualScore,
} from "./visual.ts";
export { WEAVE_PERIODS } from "./weave.ts";
export type { MaskEdge } from "./edge.ts";
