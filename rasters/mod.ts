/**
 * Geospatial raster files: GeoTIFF and JPEG 2000 in, Cloud-Optimized GeoTIFF (COG) and PNG out,
 * grids and resampling.
 *
 * @module
 */

// Reading: a file is open while its windows are read.
export {
  type RasterFile,
  type RasterHeader,
  rasterInMemory,
  type RasterWindow,
  type ReadRasterOptions,
  type ReadRequest,
  readRequest,
  windowHeader,
} from "./raster_file.ts";
export { missingValue, withValidity } from "./validity.ts";
export { openRaster, type OpenRasterOptions, readRaster } from "./geotiff.ts";
export { IMAGE_FILE, openImage } from "./open_image.ts";

// Zarr: arrays as rasters.
export { openStore as openZarrStore, pathBelow } from "./zarr/store.ts";
export type { ZarrStore } from "./zarr/zarrita.ts";
export {
  createZarr,
  type ZarrArraySpec,
  type ZarrType,
  type ZarrWriter,
} from "./zarr/zarr_writer.ts";

// Writing: whole rasters, or rows of images larger than memory.
export { writeCog } from "./write_cog.ts";
export { createCog } from "./create_cog.ts";
export type { CogWriter, CogWriterOptions } from "./cog_writer.ts";
export type { CogHeader, WriteCogOptions } from "./cog_head.ts";
export { checksumOf, type FileChecksum } from "./file_checksum.ts";
export { cogMemory } from "./cog_memory.ts";
export type { Resampling } from "./overview.ts";
export type { RasterClass } from "./raster_classes.ts";
export { type CompleteFile, completeRows, joinRows, type JoinRowsOptions } from "./join_rows.ts";

// Grids: comparison and resampling.
export { alignment, crsName, overlaps, pixelOf, sameCrs, warpCommand } from "./alignment.ts";
export {
  type AxisMap,
  type GridMaps,
  gridMaps,
  resampleInto,
  type ResamplePlan,
  resamplePlan,
  type ResampleTarget,
  type Taps,
} from "./resample.ts";
export { halfSize } from "./half_size.ts";
export { type Box, isKnownCrs, transformBox, transformPoints, WGS84 } from "./projection.ts";

// Pictures.
export { decodePng, encodePng, type Picture, readPng, writePng } from "./png.ts";
export { joinPictures, quicklook, type QuicklookOptions } from "./quicklook.ts";
