/**
 * The registry, option checks, random numbers and rasters: numbers and plain data only.
 *
 * @module
 */

export type {
  AnyEntry,
  Catalog,
  ConfigOf,
  Entry,
  EntryFunctions,
  EntryHead,
  Merge,
  ModuleOfKind,
  Plugin,
} from "./entry.ts";
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
export { joinParts, Message } from "./protobuf.ts";
export {
  bandIndex,
  type Crs,
  type DataType,
  dataTypeOf,
  type GeoTransform,
  type PixelArray,
  pixelArray,
  type Raster,
  reflectanceScaleOf,
  toReflectance,
} from "./raster.ts";
export { Registry } from "./registry.ts";
export { createRng, type Rng } from "./rng.ts";
export {
  type Band,
  bandOfFileName,
  normalizeBand,
  SENTINEL2_BANDS,
  SENTINEL2_NAMES,
  sentinel2Band,
} from "./bands.ts";
export { sha256, shortHash } from "./sha256.ts";
export { stableJson } from "./stable_json.ts";
