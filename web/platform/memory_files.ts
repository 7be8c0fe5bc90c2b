/**
 * Files in memory, by path: what a page was given and what it makes. Files that were dropped stay
 * with the browser and are read in parts.
 *
 * @module
 */

/** A file or a folder. */
export interface Entry {
  /** Identifies the file while it is renamed. */
  readonly id: number;
  /** Content; undefined for a folder. */
  content: Content | undefined;
  /** Time of the last change, in milliseconds. */
  time: number;
}

/** Content of a file: bytes that grow, or a file of the user, which is only read. */
type Content = { bytes: Uint8Array; size: number } | Blob;

/** Reads a part of a blob at once, as a worker can. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const entries = new Map<string, Entry>([["/", { id: 0, content: undefined, time: 0 }]]);
let lastId = 0;
let lastTime = 0;

/** Milliseconds, later at every call, so that the order of changes can be compared. */
function now(): number {
  lastTime = Math.max(Date.now(), lastTime + 1);
  return lastTime;
}

/** Makes a path absolute, without "." and "..". */
export function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The entry of a path; undefined if there is none. */
export function find(path: string): Entry | undefined {
  return entries.get(absolute(path));
}

/** Adds an empty file or a folder, with the folders above it. */
export function add(path: string, { isFolder = false }: { readonly isFolder?: boolean } = {}) {
  const full = absolute(path);
  const above = full.slice(0, full.lastIndexOf("/"));
  if (above !== "" && !entries.has(above)) add(above, { isFolder: true });
  const content = isFolder ? undefined : { bytes: new Uint8Array(0), size: 0 };
  const entry: Entry = { id: ++lastId, content, time: now() };
  entries.set(full, entry);
  return entry;
}

/** Puts a file of the user, or bytes, at a path. */
export function mount(path: string, content: Blob | Uint8Array): void {
  add(path).content = content instanceof Blob
    ? content
    : { bytes: content, size: content.byteLength };
}

/** Names in a folder. */
export function list(path: string): readonly string[] {
  const prefix = absolute(path).replace(/\/?$/, "/");
  return [...entries.keys()]
    .filter((key) => key.startsWith(prefix) && key.length > prefix.length)
    .map((key) => key.slice(prefix.length))
    .filter((name) => !name.includes("/"));
}

/** Removes a path and everything below it. */
export function remove(path: string): void {
  const full = absolute(path);
  for (const key of [...entries.keys()]) {
    if (key === full || key.startsWith(`${full}/`)) entries.delete(key);
  }
}

/** Moves a file. */
export function rename(from: string, to: string): void {
  entries.set(absolute(to), find(from)!);
  entries.delete(absolute(from));
}

/** Size of a file in bytes; 0 for a folder. */
export function sizeOf({ content }: Entry): number {
  return content?.size ?? 0;
}

/** Reads up to `length` bytes from an offset. */
export function read({ content }: Entry, offset: number, length: number): Uint8Array {
  if (content === undefined) return new Uint8Array(0);
  const end = Math.min(offset + length, content.size);
  if (!(content instanceof Blob)) return content.bytes.subarray(offset, end);
  return new Uint8Array(new FileReaderSync().readAsArrayBuffer(content.slice(offset, end)));
}

/** Writes bytes at an offset. */
export function write(entry: Entry, offset: number, bytes: Uint8Array): void {
  const end = offset + bytes.length;
  const { content } = entry;
  if (content === undefined || content instanceof Blob) throw new TypeError("it is only read");
  if (end > content.bytes.length) {
    const larger = new Uint8Array(Math.max(end, 2 * content.bytes.length));
    larger.set(content.bytes.subarray(0, content.size));
    content.bytes = larger;
  }
  content.bytes.set(bytes, offset);
  content.size = Math.max(content.size, end);
  entry.time = now();
}

/** Cuts a file, or fills it with zeros, to a size. */
export function truncate(entry: Entry, size: number): void {
  entry.content = { bytes: read(entry, 0, size).slice(), size };
  entry.time = now();
}
