/**
 * Synthetic data for training, the demo and tests: scenes, clouds and changes between dates.
 *
 * @module
 */

export { syntheticScene, type SyntheticSceneOptions } from "./scene.ts";
export { otherDay, type OtherDayOptions } from "./other_day.ts";

// Clouds: one layer by its options, or a random mix for training.
export { type CloudyRaster, syntheticClouds } from "./clouds.ts";
export type { SyntheticCloudsOptions } from "./cloud_options.ts";
export { type CloudedRaster, drawClouds, type DrawCloudsOptions } from "./draw_clouds.ts";
export { type CloudShape, cloudShape, cloudShapesCheck } from "./cloud_shape.ts";

// Clouds of real images.
export { type RealCloud, realCloud, realCloudsCheck } from "./real_cloud.ts";
export { pasteCloud } from "./paste_cloud.ts";

export { type SurfaceLine, surfaceLines } from "./surface_look.ts";
