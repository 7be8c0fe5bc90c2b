/**
 * Files and folders: atomic writes, temporary folders, listings, byte ranges on disk and over HTTP,
 * CSV and JSON.
 *
 * @module
 */

// Writing: a file appears under its name only when it is complete.
export {
  type AtomicFileOptions,
  checkOverwrite,
  writeAll,
  writeFileAtomically,
} from "./atomic_file.ts";
export { DiskError, makeFolder, makeFolderOf, writing, writingSync } from "./writing.ts";
export { BusyError, clearRunLock, lockRun, type RunLockOptions } from "./run_lock.ts";
export { textOf, writeJson } from "./text_file.ts";

// Temporary folders.
export { clearScratch, openScratch, type Scratch, undoRenames } from "./scratch.ts";
export { diskFull, openTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";
export { isDiskFull } from "./error_codes.ts";
export { type MissingPermission, missingPermission } from "./permission.ts";

// Reading and listing.
export { gdalNameHint, isAddress, pathInAddress, pathOf } from "./address.ts";
export type { ByteSource } from "./byte_source.ts";
export { openByteSource } from "./open_byte_source.ts";
export { RefusedError } from "./request.ts";
export { openRemoteSibling } from "./open_remote_sibling.ts";
export type { OnBytes } from "./answer_body.ts";
export { readText, readWhole, type WholeFileOptions } from "./whole_file.ts";
export { extendConfig, readConfigJson, type ReadConfigOptions } from "./config_json.ts";
export { cellText, csvLine, type CsvRow, parseCsv } from "./csv.ts";
export {
  findFolder,
  type FolderNames,
  isHidden,
  listFolder,
  namesIn,
  stemOf,
  TIFF_FILE,
  withoutSlash,
} from "./list_folder.ts";
export { type Sha256Stream, sha256Stream } from "./sha256_stream.ts";
