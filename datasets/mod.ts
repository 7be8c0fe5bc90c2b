/**
 * Datasets: training samples from files or painted scenes, and checks of the files.
 *
 * @module
 */

export {
  DATASET_FUNCTIONS,
  type DatasetCatalog,
  type DatasetRegistry,
  datasetRegistry,
  datasets,
} from "./catalog.ts";
export {
  type BandRange,
  checkDataset,
  type CheckDatasetOptions,
  type DataReport,
  displayOf,
  type Role,
  type SplitCount,
} from "./check_dataset.ts";
export { drawSheet, samplePictures, type SheetOptions, type SheetRow } from "./check_sheet.ts";
export { anySymmetry } from "./crop.ts";
export { cuhkCr, type CuhkCrOptions } from "./cuhk_cr.ts";
export { type CuhkCrFiles, listCuhkCr } from "./cuhk_cr_files.ts";
export type { Dataset, Sample, SampleMean } from "./dataset.ts";
export {
  datasetCheck,
  type DatasetConfig,
  type DatasetLookup,
  isPathOption,
  pathsOf,
  withoutPaths,
} from "./dataset_config.ts";
export type { AnyDatasetEntry, DatasetEntry, DatasetModel } from "./dataset_entry.ts";
export { fileDataset, type FileDatasetOptions } from "./file_dataset.ts";
export { drawFlipTurn, type FlipTurn, symmetryOf } from "./flip_turn.ts";
export { folderDataset, type FolderDatasetOptions } from "./folder_dataset.ts";
export { type FolderDatasetFiles, listFolderDataset } from "./folder_files.ts";
export { joinArrays, pickFrames } from "./frames.ts";
export { indexDataset, type IndexDatasetOptions } from "./index_dataset.ts";
export { type IndexDatasetFiles, listIndexDataset } from "./index_files.ts";
export {
  listDataset,
  type ListDatasetOptions,
  loadDataset,
  openDataset,
  type OpenDatasetOptions,
} from "./open_dataset.ts";
export type { PaintOptions } from "./paint_options.ts";
export { listPlaces, type PlaceFiles } from "./place_files.ts";
export { type Place, readPlaces, type ReadPlacesOptions } from "./places.ts";
export type { PreparedLook, PreparedOptions } from "./prepared.ts";
export {
  type PreparedGroup,
  type PreparedIndex,
  readPreparedIndex,
  writePrepared,
  writePreparedIndex,
} from "./prepared_files.ts";
export type { PublishedOptions } from "./published_options.ts";
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
export { sen12MsCr, type Sen12MsCrOptions } from "./sen12ms_cr.ts";
export { listSen12MsCr, type Sen12MsCrFiles } from "./sen12ms_cr_files.ts";
export {
  leakedRois,
  type Roi,
  sen12MsCrRois,
  sen12MsCrSplits,
  type SplitRule,
} from "./sen12ms_cr_splits.ts";
export { sen2MtcNew, type Sen2MtcNewOptions } from "./sen2_mtc_new.ts";
export { listSen2MtcNew, type Sen2MtcNewFiles } from "./sen2_mtc_new_files.ts";
export {
  syntheticDataset,
  type SyntheticDatasetOptions,
  type SyntheticOptions,
  type SyntheticSource,
} from "./synthetic_dataset.ts";
export { transplant, type TransplantOptions, type TransplantSource } from "./transplant.ts";
export type { TransplantDate, TransplantPlace } from "./transplant_source.ts";
export type { ValueRange } from "./value_ranges.ts";
export {
  type WholeImages,
  wholeImages,
  type WholeImagesOptions,
  type WholeSample,
} from "./whole_images.ts";
