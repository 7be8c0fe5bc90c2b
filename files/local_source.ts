/**
 * Random access to a file on disk.
 *
 * @module
 */

import { reasonOf } from "./answer_body.ts";
import type { ByteSource } from "./byte_source.ts";

/** Advice for a path that is not there. */
function missingHint(path: string): string {
  if (Deno.build.os === "windows") {
    return /^[a-z]:[^\\/]/i.test(path)
      ? "its backslashes are gone; write slashes (C:/data/a.tif)"
      : "check its path";
  }
  if (/^[a-z]:/i.test(path)) {
    return "it looks like a path of Windows: write slashes, and under WSL /mnt/c/ for C:/";
  }
  return "check its path";
}

/** Opens a file on disk. @throws {TypeError} If it cannot be read. */
export async function openLocal(path: string): Promise<ByteSource> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new TypeError(`the file must exist; ${missingHint(path)}`);
    }
    throw new TypeError(`the file must be readable, got ${reasonOf(error)}`);
  });
  if (!info.isFile) {
    throw new TypeError(`it must be a file, got ${info.isDirectory ? "a folder" : "a device"}`);
  }
  const file = await Deno.open(path).catch((error: unknown) => {
    throw new TypeError(`the file must be readable, got ${reasonOf(error)}`);
  });
  const { size, mtime } = file.statSync();
  let isOpen = true;

  /** Checks that the file is what it was when it was opened. */
  function checkSame(): void {
    const now = file.statSync();
    if (now.size === size && now.mtime?.getTime() === mtime?.getTime()) return;
    throw new TypeError(
      "the file must stay the same while it is read, got " +
        (now.size === size ? "a change of its content" : `${now.size} bytes after ${size} bytes`) +
        "; wait until it is complete, then start again",
    );
  }

  return {
    size,
    // Synchronous seek and read: concurrent reads of several tiles share one handle.
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      file.seekSync(offset, Deno.SeekMode.Start);
      let at = 0;
      while (at < bytes.length) {
        const count = file.readSync(bytes.subarray(at));
        if (count === null) break;
        at += count;
      }
      checkSame();
      return Promise.resolve(bytes.buffer.slice(0, at));
    },
    close() {
      if (isOpen) file.close();
      isOpen = false;
    },
  };
}
