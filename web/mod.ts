/**
 * The library in a browser: the same modules as the command line, on files in memory. `mount()` puts
 * a file that the user gave at a path, the functions read and write paths, and `download()` returns
 * what they made.
 *
 * `web/build.ts` bundles it as `emrdm.js`, without `node:` and `Deno`.
 *
 * @module
 */

export { createRng, type Raster } from "../core/mod.ts";
export { type Engine } from "../engine/mod.ts";
export { type Model } from "../model/mod.ts";
export { loadModel } from "../checkpoints/mod.ts";
export { openImage, quicklook, readRaster, writeCog } from "../rasters/mod.ts";
export { detectClouds, detectInTime, surveyClouds } from "../clouds/mod.ts";
export { syntheticClouds, syntheticScene } from "../synthetic/mod.ts";
export {
  compositeScene,
  PROVENANCE,
  provenancePath,
  type RestoredScene,
  restoreScene,
  restoreSeries,
} from "../restoration/mod.ts";
export { download, mount, unmount } from "./platform/files.ts";
export { startEngine } from "./engine.ts";
