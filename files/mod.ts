/**
 * The file system: atomic writes, scratch and temporary folders, listings, byte ranges, CSV.
 *
 * @module
 */

export {
  type AtomicFileOptions,
  checkOverwrite,
  writeAll,
  writeFileAtomically,
} from "./atomic_file.ts";
export { type ByteSource, isAddress, openByteSource, pathOf } from "./byte_source.ts";
export { type CsvRow, parseCsv } from "./csv.ts";
export {
  findFolder,
  type FolderNames,
  listFolder,
  namesIn,
  stemOf,
  TIFF_FILE,
  withoutSlash,
} from "./list_folder.ts";
export { clearScratch, openScratch, type Scratch, writing } from "./scratch.ts";
export {
  diskFull,
  isDiskFull,
  openTemporaryFolder,
  type TemporaryFolder,
} from "./temporary_folder.ts";
export { type Sha256Stream, sha256Stream } from "./sha256_stream.ts";
export { textOf, writeJson } from "./text_file.ts";
