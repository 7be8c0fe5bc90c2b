/**
 * Zip archives of `torch.save`: stored entries only, located by the central directory (zip64 too).
 * Since nothing is inflated and entries may not overlap, an archive cannot expand beyond its size.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { LocalSource } from "./local_source.ts";
import { CheckpointError } from "./errors.ts";

/** An archive with a checked directory. */
export interface ZipArchive {
  /** Names of the entries, in the order of the directory. */
  readonly names: readonly string[];
  /** Size of an entry in bytes, or undefined if there is none. */
  size(name: string): number | undefined;
  /**
   * Returns the bytes of an entry; may be a view.
   *
   * @throws {CheckpointError} If the entry is missing or damaged.
   */
  read(name: string): Uint8Array;
}

interface ZipEntry {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly headerAt: number;
  readonly dataAt: number;
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

const END = { signature: 0x06054B50, bytes: 22, maxComment: 0xFFFF };
const END64 = { signature: 0x06064B50, bytes: 56 };
const LOCATOR64 = { signature: 0x07064B50, bytes: 20 };
const CENTRAL = { signature: 0x02014B50, bytes: 46 };
const LOCAL = { signature: 0x04034B50, bytes: 30 };
const ZIP64_EXTRA = 1;
const UNKNOWN_32 = 0xFFFFFFFF;
const UNKNOWN_16 = 0xFFFF;
const ENCRYPTED = 1;

/** Limit of entries: more than any network has tensors. */
const MAX_ENTRIES = 200_000;
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;

function fail(what: string): never {
  throw new CheckpointError(`Cannot read the zip archive: ${what}`);
}

/** Returns a view of [start, start + length), which must lie inside the file. */
function viewAt(source: LocalSource, start: number, length: number): DataView {
  if (!(start >= 0 && start + length <= source.size)) {
    fail(
      `bytes ${start} to ${start + length} must be inside the ${source.size} bytes of the file; ` +
        "it is truncated or damaged: fetch it again",
    );
  }
  const bytes = source.read(start, start + length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function number64(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(value)
    ? value
    : fail(`a size must be at most 2^53 bytes, got ${value}`);
}

/**
 * Reads and checks the directory of an archive.
 *
 * @throws {CheckpointError} If the archive is truncated, compressed, encrypted or inconsistent.
 */
export function openZip(source: LocalSource): ZipArchive {
  const directory = findDirectory(source);
  const entries = new Map<string, ZipEntry>();
  for (const entry of readDirectory(source, directory)) {
    if (entries.has(entry.name)) {
      fail(`${JSON.stringify(entry.name)} must occur once, got it twice`);
    }
    entries.set(entry.name, entry);
  }
  checkDisjoint([...entries.values()], directory.start);
  return {
    names: [...entries.keys()],
    size: (name) => entries.get(name)?.size,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return fail(`it has no entry ${JSON.stringify(name)}`);
      const bytes = source.read(entry.dataAt, entry.dataAt + entry.size);
      if (crc32(bytes) !== entry.crc) {
        fail(`${JSON.stringify(name)} is damaged (its checksum differs): fetch the file again`);
      }
      return bytes;
    },
  };
}

function findDirectory(source: LocalSource): Directory {
  const searched = Math.min(source.size, END.bytes + END.maxComment);
  const tailAt = source.size - searched;
  const tail = viewAt(source, tailAt, searched);
  for (let at = searched - END.bytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END.signature) continue;
    if (at + END.bytes + tail.getUint16(at + 20, true) !== searched) continue;
    const directory = endRecord(source, tail, { at, endAt: tailAt + at });
    if (directory.count > MAX_ENTRIES || directory.end - directory.start > MAX_DIRECTORY_BYTES) {
      fail(`it must have at most ${MAX_ENTRIES} entries, got ${directory.count}`);
    }
    return directory;
  }
  return fail(
    "its directory at the end is missing; it is no zip file, or truncated: fetch it again",
  );
}

function endRecord(
  source: LocalSource,
  tail: DataView,
  { at, endAt }: { readonly at: number; readonly endAt: number },
): Directory {
  const count = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const start = tail.getUint32(at + 16, true);
  const locatorAt = endAt - LOCATOR64.bytes;
  if (locatorAt >= 0) {
    const locator = viewAt(source, locatorAt, LOCATOR64.bytes);
    if (locator.getUint32(0, true) === LOCATOR64.signature) {
      return endRecord64(source, number64(locator, 8), locatorAt);
    }
  }
  if (count === UNKNOWN_16 || size === UNKNOWN_32 || start === UNKNOWN_32) {
    fail("its zip64 directory is missing");
  }
  return checkDirectory({ count, start, end: start + size }, endAt);
}

function endRecord64(source: LocalSource, at: number, locatorAt: number): Directory {
  const record = viewAt(source, at, END64.bytes);
  if (record.getUint32(0, true) !== END64.signature) fail("its zip64 directory is damaged");
  const start = number64(record, 48);
  const end = start + number64(record, 40);
  return checkDirectory({ count: number64(record, 32), start, end }, Math.min(at, locatorAt));
}

function checkDirectory(directory: Directory, endAt: number): Directory {
  if (directory.end > endAt) fail("its directory must lie before its end record");
  return directory;
}

function* readDirectory(
  source: LocalSource,
  { count, start, end }: Directory,
): Generator<ZipEntry> {
  const view = viewAt(source, start, end - start);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL.bytes > bytes.length || view.getUint32(at, true) !== CENTRAL.signature) {
      fail(`entry ${i} of its directory is damaged`);
    }
    const nameEnd = at + CENTRAL.bytes + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > bytes.length) fail(`entry ${i} of its directory is damaged`);
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL.bytes, nameEnd));
    const extra = new DataView(view.buffer, view.byteOffset + nameEnd, extraEnd - nameEnd);
    yield readEntry(source, {
      name,
      record: new DataView(view.buffer, view.byteOffset + at),
      extra,
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
}

function readEntry(
  source: LocalSource,
  { name, record, extra }: {
    readonly name: string;
    readonly record: DataView;
    readonly extra: DataView;
  },
): ZipEntry {
  const quoted = JSON.stringify(name);
  if ((record.getUint16(8, true) & ENCRYPTED) !== 0) fail(`${quoted} is encrypted`);
  const [size, packed, headerAt] = wideFields(extra, [
    record.getUint32(24, true),
    record.getUint32(20, true),
    record.getUint32(42, true),
  ]);
  if (record.getUint16(10, true) !== 0 || size !== packed) {
    fail(
      `${quoted} is compressed (${packed} bytes that claim to be ${size}); torch stores entries ` +
        "as they are, and nothing else is opened",
    );
  }
  const local = viewAt(source, headerAt!, LOCAL.bytes);
  if (local.getUint32(0, true) !== LOCAL.signature) fail(`the header of ${quoted} is damaged`);
  const nameBytes = local.getUint16(26, true);
  const dataAt = headerAt! + LOCAL.bytes + nameBytes + local.getUint16(28, true);
  const ownName = viewAt(source, headerAt! + LOCAL.bytes, nameBytes);
  if (new TextDecoder().decode(ownName) !== name) fail(`${quoted} has another name in its header`);
  return { name, crc: record.getUint32(16, true), size: size!, headerAt: headerAt!, dataAt };
}

/** Returns size, packed size and offset; values that exceed 32 bits are in the zip64 extra field. */
function wideFields(extra: DataView, narrow: readonly number[]): readonly number[] {
  if (!narrow.includes(UNKNOWN_32)) return narrow;
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === ZIP64_EXTRA) {
      const needed = 8 * narrow.filter((value) => value === UNKNOWN_32).length;
      if (length < needed || at + 4 + needed > extra.byteLength) break;
      let next = at + 4 - 8;
      return narrow.map((value) => value === UNKNOWN_32 ? number64(extra, next += 8) : value);
    }
    at += 4 + length;
  }
  return fail("a zip64 field is missing");
}

/** Checks that no entries share bytes, by which a small archive could claim to be a large one. */
function checkDisjoint(entries: ZipEntry[], limit: number): void {
  let reached = 0;
  for (const { name, headerAt, dataAt, size } of entries.sort((a, b) => a.headerAt - b.headerAt)) {
    if (headerAt < reached) fail(`${JSON.stringify(name)} overlaps another entry`);
    reached = dataAt + size;
    if (reached > limit) fail(`${JSON.stringify(name)} must end before the directory`);
  }
}
