/**
 * Rasters and datasets: GeoTIFF in, Cloud-Optimized GeoTIFF out, pictures, synthetic clouds and
 * scenes.
 *
 * @module
 */

export { alignment } from "./alignment.ts";
export { type AtomicFileOptions, checkOverwrite, writeFileAtomically } from "./atomic_file.ts";
export { type BandFolderOptions, openBandFolder, readBandFolder } from "./band_folder.ts";
export {
  type Band,
  bandOfFileName,
  normalizeBand,
  SENTINEL2_BANDS,
  SENTINEL2_NAMES,
  sentinel2Band,
} from "./bands.ts";
export {
  type BandRange,
  checkDataset,
  type CheckDatasetOptions,
  type DataReport,
  type Role,
  type SplitCount,
} from "./check_dataset.ts";
export { drawSheet, samplePictures, type SheetOptions, type SheetRow } from "./check_sheet.ts";
export { isAddress, pathOf } from "./byte_source.ts";
export {
  type ClassMask,
  type ClassMaskOptions,
  MASK_UNKNOWN,
  openClassMask,
} from "./class_mask.ts";
export { writeCog } from "./cog.ts";
export {
  type CogHeader,
  cogMemory,
  type CogWriter,
  type CogWriterOptions,
  createCog,
  type WriteCogOptions,
} from "./cog_writer.ts";
export { type CsvRow, parseCsv } from "./csv.ts";
export type { Dataset, Sample } from "./dataset.ts";
export { joinArrays, pickFrames } from "./frames.ts";
export { dateOf, isDay } from "./dates.ts";
export { cuhkCr, type CuhkCrFiles, type CuhkCrOptions, listCuhkCr } from "./cuhk_cr.ts";
export {
  folderDataset,
  type FolderDatasetFiles,
  type FolderDatasetOptions,
  listFolderDataset,
} from "./folder_dataset.ts";
export {
  indexDataset,
  type IndexDatasetFiles,
  type IndexDatasetOptions,
  listIndexDataset,
} from "./index_dataset.ts";
export { openRaster, type OpenRasterOptions, readRaster } from "./geotiff.ts";
export { type CompleteFile, completeRows, joinRows, type JoinRowsOptions } from "./join_rasters.ts";
export { listPlaces, type PlaceFiles } from "./place_files.ts";
export { type Place, readPlaces, type ReadPlacesOptions } from "./places.ts";
export { decodePng, encodePng, type Picture, writePng } from "./png.ts";
export type { ProductFacts } from "./product.ts";
export { joinPictures, quicklook, type QuicklookOptions } from "./quicklook.ts";
export {
  type Radiometry,
  sentinel2Radiometry,
  type Sentinel2RadiometryOptions,
} from "./radiometry.ts";
export {
  type RasterFile,
  type RasterHeader,
  rasterInMemory,
  type RasterWindow,
  type ReadRasterOptions,
} from "./raster_file.ts";
export {
  type FileForm,
  type Finding,
  FINDINGS,
  type FrameFiles,
  type Layer,
  type Listing,
  type SampleFiles,
  type SplitName,
} from "./sample_files.ts";
export { drawFlipTurn, type FlipTurn, symmetryOf } from "./flip_turn.ts";
export {
  listSen2MtcNew,
  sen2MtcNew,
  type Sen2MtcNewFiles,
  type Sen2MtcNewOptions,
} from "./sen2_mtc_new.ts";
export {
  listSen12MsCr,
  sen12MsCr,
  type Sen12MsCrFiles,
  type Sen12MsCrOptions,
} from "./sen12ms_cr.ts";
export {
  leakedRois,
  type Roi,
  sen12MsCrRois,
  sen12MsCrSplits,
  type SplitRule,
} from "./sen12ms_cr_splits.ts";
export { HALF_KERNEL, halfSize } from "./half_size.ts";
export { openScene, type OpenSceneOptions, type SceneFile } from "./scene_file.ts";
export { clearScratch, openScratch, type Scratch } from "./scratch.ts";
export type { ValueRange } from "./value_ranges.ts";
export type { SyntheticCloudsOptions } from "./cloud_options.ts";
export { type CloudShape, cloudShape } from "./cloud_shape.ts";
export { CLOUD_CLASSES } from "./cloud_classes.ts";
export { type CloudyRaster, syntheticClouds } from "./synthetic_clouds.ts";
export { syntheticDataset, type SyntheticDatasetOptions } from "./synthetic_dataset.ts";
export { syntheticScene, type SyntheticSceneOptions } from "./synthetic_scene.ts";
export { cloudMask, type CloudRuleOptions, cloudScore } from "./cloud_rule.ts";
export { detectClouds, type DetectCloudsOptions, DETECTOR_MARGIN } from "./cloud_detector.ts";
export {
  type WholeImages,
  wholeImages,
  type WholeImagesOptions,
  type WholeSample,
} from "./whole_images.ts";
export { textOf, writeJson } from "./text_file.ts";
