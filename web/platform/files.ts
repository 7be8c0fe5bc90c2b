/** Files of a page, by path. @module */

import * as files from "./memory_files.ts";

/** Puts a file of the user, or bytes, at a path. Files of the user are read in parts. */
export function mount(path: string, content: Blob | Uint8Array): void {
  files.mount(path, content);
}

/** Removes a file or a folder. */
export function unmount(path: string): void {
  files.remove(path);
}

/** A file that was made, as a blob. @throws {TypeError} If there is none. */
export function download(path: string): Blob {
  const entry = files.find(path);
  if (entry?.content === undefined) {
    throw new TypeError(`Cannot download ${path}: it must be a file that was made, got none`);
  }
  return new Blob([files.read(entry, 0, Infinity) as BlobPart], { type: "image/tiff" });
}
