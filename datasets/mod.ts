/**
 * Data sets: files or synthetic scenes as training samples, and checks of what they hold.
 *
 * @module
 */

export {
  type BandRange,
  checkDataset,
  type CheckDatasetOptions,
  type DataReport,
  type Role,
  type SplitCount,
} from "./check_dataset.ts";
export { drawSheet, samplePictures, type SheetOptions, type SheetRow } from "./check_sheet.ts";
export { cuhkCr, type CuhkCrFiles, type CuhkCrOptions, listCuhkCr } from "./cuhk_cr.ts";
export type { Dataset, Sample } from "./dataset.ts";
export { drawFlipTurn, type FlipTurn, symmetryOf } from "./flip_turn.ts";
export {
  folderDataset,
  type FolderDatasetFiles,
  type FolderDatasetOptions,
  listFolderDataset,
} from "./folder_dataset.ts";
export { joinArrays, pickFrames } from "./frames.ts";
export {
  indexDataset,
  type IndexDatasetFiles,
  type IndexDatasetOptions,
  listIndexDataset,
} from "./index_dataset.ts";
export { listPlaces, type PlaceFiles } from "./place_files.ts";
export { type Place, readPlaces, type ReadPlacesOptions } from "./places.ts";
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
export {
  listSen2MtcNew,
  sen2MtcNew,
  type Sen2MtcNewFiles,
  type Sen2MtcNewOptions,
} from "./sen2_mtc_new.ts";
export { syntheticDataset, type SyntheticDatasetOptions } from "./synthetic_dataset.ts";
export type { ValueRange } from "./value_ranges.ts";
export {
  type WholeImages,
  wholeImages,
  type WholeImagesOptions,
  type WholeSample,
} from "./whole_images.ts";
