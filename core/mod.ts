/**
 * Foundations without tensors or files: the registry, option checks, random numbers, bands, rasters
 * in memory and small numeric helpers.
 *
 * @module
 */

// The registry and the entries of its catalog.
export { importPlugin } from "./plugin.ts";
export { Registry } from "./registry.ts";
export type {
  AnyEntry,
  Catalog,
  ConfigOf,
  Entry,
  EntryFunctions,
  EntryHead,
  Merge,
  ModuleOf,
  ModuleOfKind,
  OptionsOf,
  Plugin,
  PluginEntry,
} from "./entry.ts";

// Checks of options.
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

// Errors of files.
export { InputError, OutputError, UnavailableError } from "./errors.ts";
export { redacted, shownAddress } from "./shown_address.ts";
export { shellWord } from "./shell_word.ts";

// XML.
export {
  xmlAttribute,
  type XmlElement,
  xmlElements,
  type XmlNode,
  xmlTree,
} from "./xml_elements.ts";

// Random numbers.
export { createRng, type Rng } from "./rng.ts";
export { philox4x32 } from "./philox.ts";

// Bands and rasters.
export {
  type Band,
  bandOfFileName,
  normalizeBand,
  SENTINEL2_BANDS,
  SENTINEL2_NAMES,
  sentinel2Band,
} from "./bands.ts";
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

// Numbers and encodings.
export { closest } from "./closest.ts";
export { namedCommand } from "./named_command.ts";
export { parseJson } from "./parse_json.ts";
export { mean, product, quantile } from "./statistics.ts";
export { sha256, shortHash } from "./sha256.ts";
export { stableJson } from "./stable_json.ts";
export { joinParts, Message } from "./protobuf.ts";
