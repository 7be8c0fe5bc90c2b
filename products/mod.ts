/**
 * Names and metadata of satellite products: bands, units, scale, offset and date, and scenes opened
 * by them.
 *
 * @module
 */

// Scenes of every form.
export { openScene, type OpenSceneOptions } from "./scene_file.ts";
export type { SceneFile } from "./scene.ts";
export type { ProductFacts } from "./offsets.ts";
export { statedOffset } from "./product_facts.ts";
export type { NamedProduct } from "./product_name.ts";

// Folders with one file per band.
export { type BandFiles, findBandFiles } from "./band_files.ts";
export {
  type BandFolderOptions,
  openBandFiles,
  openBandFolder,
  readBandFolder,
} from "./band_folder.ts";

// From stored values to reflectance.
export {
  type Radiometry,
  sentinel2Radiometry,
  type Sentinel2RadiometryOptions,
} from "./radiometry.ts";

// STAC.
export { findItems, type FoundItem, isStac } from "./stac/find_items.ts";
export { intervalOf as timeInterval, type ItemFilter } from "./stac/item_filter.ts";
export { commonNameOf } from "./stac/common_names.ts";

// Dates in file names.
export { dateOf, isDay, timeOf } from "./dates.ts";
