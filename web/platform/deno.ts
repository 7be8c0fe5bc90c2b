/**
 * The part of Deno that the library uses, on files in memory. The bundler puts it in the place of the
 * global, so a page runs the same modules as the command line.
 *
 * @module
 */

import * as files from "./memory_files.ts";

class NotFound extends Error {
  override readonly name = "NotFound";
}
class AlreadyExists extends Error {
  override readonly name = "AlreadyExists";
}
class IsADirectory extends Error {
  override readonly name = "IsADirectory";
}
/** Errors that files in memory never have. */
class NotCapable extends Error {}
class PermissionDenied extends Error {}
class NotADirectory extends Error {}

interface OpenOptions {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly truncate?: boolean;
  readonly create?: boolean;
  readonly createNew?: boolean;
}

function entryOf(path: string | URL): files.Entry {
  const entry = files.find(pathOf(path));
  if (entry === undefined) throw new NotFound(`No such file or directory (os error 2): ${path}`);
  return entry;
}

function pathOf(path: string | URL): string {
  return path instanceof URL ? decodeURIComponent(path.pathname) : path;
}

function infoOf(entry: files.Entry) {
  const isFile = entry.content !== undefined;
  return {
    isFile,
    isDirectory: !isFile,
    isSymlink: false,
    size: files.sizeOf(entry),
    mtime: new Date(entry.time),
    ino: entry.id,
    dev: 0,
  };
}

/** An open file with a position. */
class FsFile {
  readonly #entry: files.Entry;
  #at: number;

  constructor(entry: files.Entry, { append = false }: OpenOptions) {
    this.#entry = entry;
    this.#at = append ? files.sizeOf(entry) : 0;
  }

  statSync() {
    return infoOf(this.#entry);
  }
  stat() {
    return Promise.resolve(this.statSync());
  }
  seekSync(offset: number, from: number): number {
    const starts = [0, this.#at, files.sizeOf(this.#entry)];
    this.#at = starts[from]! + offset;
    return this.#at;
  }
  seek(offset: number, from: number) {
    return Promise.resolve(this.seekSync(offset, from));
  }
  readSync(into: Uint8Array): number | null {
    const bytes = files.read(this.#entry, this.#at, into.length);
    into.set(bytes);
    this.#at += bytes.length;
    return bytes.length === 0 && into.length > 0 ? null : bytes.length;
  }
  read(into: Uint8Array) {
    return Promise.resolve(this.readSync(into));
  }
  writeSync(bytes: Uint8Array): number {
    files.write(this.#entry, this.#at, bytes);
    this.#at += bytes.length;
    return bytes.length;
  }
  write(bytes: Uint8Array) {
    return Promise.resolve(this.writeSync(bytes));
  }
  truncate(size = 0) {
    files.truncate(this.#entry, size);
    return Promise.resolve();
  }
  tryLock() {
    return Promise.resolve(true);
  }
  sync() {
    return Promise.resolve();
  }
  syncData() {
    return Promise.resolve();
  }
  syncSync(): void {}
  syncDataSync(): void {}
  unlock() {
    return Promise.resolve();
  }
  close(): void {}
  [Symbol.dispose](): void {}
}

function openSync(path: string | URL, options: OpenOptions = {}): FsFile {
  const found = files.find(pathOf(path));
  if (found !== undefined && options.createNew) throw new AlreadyExists(`File exists: ${path}`);
  const isMade = options.create || options.createNew;
  const entry = found ?? (isMade ? files.add(pathOf(path)) : entryOf(path));
  if (entry.content === undefined) throw new IsADirectory(`Is a directory (os error 21): ${path}`);
  if (options.truncate) files.truncate(entry, 0);
  return new FsFile(entry, options);
}

/** Runs a function and returns a promise of its result or its exception. */
function later<A extends readonly unknown[], T>(run: (...args: A) => T) {
  // deno-lint-ignore require-await
  return async (...args: A): Promise<T> => run(...args);
}

let temporary = 0;

const granted = { state: "granted" };

export const Deno = {
  errors: { NotFound, AlreadyExists, IsADirectory, NotCapable, PermissionDenied, NotADirectory },
  SeekMode: { Start: 0, Current: 1, End: 2 },
  build: { os: "linux" },
  pid: 1,
  permissions: { query: () => Promise.resolve(granted), querySync: () => granted },
  hostname: () => "browser",
  FsFile,
  openSync,
  open: later(openSync),
  stat: later((path: string | URL) => infoOf(entryOf(path))),
  lstat: later((path: string | URL) => infoOf(entryOf(path))),
  realPath: later((path: string | URL) => {
    entryOf(path);
    return files.absolute(pathOf(path));
  }),
  readFile: later((path: string | URL) => files.read(entryOf(path), 0, Infinity)),
  readTextFile: later((path: string | URL) =>
    new TextDecoder().decode(files.read(entryOf(path), 0, Infinity))
  ),
  writeTextFile: later((path: string | URL, text: string) => {
    files.mount(pathOf(path), new TextEncoder().encode(text));
  }),
  mkdir: later((path: string | URL, { recursive = false }: { recursive?: boolean } = {}) => {
    const found = files.find(pathOf(path));
    if (found !== undefined && !(recursive && found.content === undefined)) {
      throw new AlreadyExists(`File exists: ${path}`);
    }
    if (found === undefined) files.add(pathOf(path), { isFolder: true });
  }),
  makeTempDir: later((_options?: unknown) => {
    const path = `/temporary/${++temporary}`;
    files.add(path, { isFolder: true });
    return path;
  }),
  makeTempFile: later((_options?: unknown) => {
    const path = `/temporary/${++temporary}`;
    files.add(path);
    return path;
  }),
  remove: later((path: string | URL, _options?: unknown) => {
    entryOf(path);
    files.remove(pathOf(path));
  }),
  rename: later((from: string, to: string) => {
    entryOf(from);
    files.rename(from, to);
  }),
  async *readDir(path: string | URL) {
    entryOf(path);
    for (const name of files.list(pathOf(path))) {
      yield { name, ...await Deno.stat(`${pathOf(path)}/${name}`) };
    }
  },
};
