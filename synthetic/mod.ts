/**
 * Synthetic scenes, seasons and clouds.
 *
 * @module
 */

export type { SyntheticCloudsOptions } from "./cloud_options.ts";
export { type CloudShape, cloudShape, cloudShapesCheck } from "./cloud_shape.ts";
export { otherDay } from "./season.ts";
export { type CloudyRaster, syntheticClouds } from "./synthetic_clouds.ts";
export { syntheticScene, type SyntheticSceneOptions } from "./synthetic_scene.ts";
export { drawSky } from "./synthetic_sky.ts";
