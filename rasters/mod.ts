/**
 * Geospatial files: GeoTIFF in, Cloud-Optimized GeoTIFF out, JPEG 2000, PNG, grids and resampling.
 *
 * @module
 */

export { alignment, crsName, overlaps, pixelOf, sameCrs, warpCommand } from "./alignment.ts";
export { writeCog } from "./write_cog.ts";
export type { CogHeader, WriteCogOptions } from "./cog_head.ts";
export { cogMemory } from "./cog_memory.ts";
export type { CogWriter, CogWriterOptions } from "./cog_writer.ts";
export { createCog } from "./create_cog.ts";
export { openRaster, type OpenRasterOptions, readRaster } from "./geotiff.ts";
export { HALF_KERNEL, halfSize } from "./half_size.ts";
export { IMAGE_FILE, openImage } from "./open_image.ts";
export { type CompleteFile, completeRows, joinRows, type JoinRowsOptions } from "./join_rows.ts";
export { decodePng, encodePng, type Picture, readPng, writePng } from "./png.ts";
export { joinPictures, quicklook, type QuicklookOptions } from "./quicklook.ts";
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
export { type GridMaps, gridMaps, resampleInto, resamplePlan } from "./resample.ts";
