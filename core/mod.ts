/**
 * The registry, option checks, random numbers and rasters: numbers and plain data only.
 *
 * @module
 */

export { InputError, OutputError } from "./errors.ts";
export {
  boolean,
  type Check,
  checkOptions,
  type Checks,
  integer,
  list,
  number,
  type NumberBounds,
  numberOrInfinity,
  object,
  oneOf,
  OptionsError,
  pair,
  show,
  string,
} from "./options.ts";
export { philox4x32 } from "./philox.ts";
export {
  bandIndex,
  type Crs,
  type DataType,
  dataTypeOf,
  type GeoTransform,
  type PixelArray,
  pixelArray,
  type Raster,
} from "./raster.ts";
export {
  type AnyEntry,
  type Catalog,
  type ConfigOf,
  type Entry,
  type EntryFunctions,
  type EntryHead,
  type Merge,
  type ModuleOfKind,
  type Plugin,
  Registry,
} from "./registry.ts";
export { createRng, type Rng } from "./rng.ts";
export {
  type Band,
  bandOfFileName,
  normalizeBand,
  SENTINEL2_BANDS,
  SENTINEL2_NAMES,
  sentinel2Band,
} from "./bands.ts";
export { shortHash, stableJson } from "./stable_json.ts";
