/**
 * Synthetic scenes, seasons and clouds.
 *
 * @module
 */

export type { SyntheticCloudsOptions } from "./cloud_options.ts";
export { type CloudShape, cloudShape, cloudShapesCheck } from "./cloud_shape.ts";
export { otherDay } from "./other_day.ts";
export { type CloudyRaster, syntheticClouds } from "./clouds.ts";
export { syntheticScene, type SyntheticSceneOptions } from "./scene.ts";
export { drawSky } from "./draw_clouds.ts";
