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
} from "./raster.ts";
export {
  type AnyEntry,
  type Catalog,
  type ConfigOf,
  type Entry,
  type Merge,
  type ModuleOfKind,
  Registry,
} from "./registry.ts";
export { createRng, type Rng } from "./rng.ts";
