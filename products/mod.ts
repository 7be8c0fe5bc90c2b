/**
 * Names and metadata of satellite products: bands, units, scale, offset and date.
 *
 * @module
 */

export { type BandFiles, findBandFiles } from "./band_files.ts";
export {
  type BandFolderOptions,
  openBandFiles,
  openBandFolder,
  readBandFolder,
} from "./band_folder.ts";
export { dateOf, isDay } from "./dates.ts";
export type { ProductFacts } from "./product_facts.ts";
export {
  type Radiometry,
  sentinel2Radiometry,
  type Sentinel2RadiometryOptions,
} from "./radiometry.ts";
export { openScene, type OpenSceneOptions, type SceneFile } from "./scene_file.ts";
