/**
 * The header of a safetensors file: an 8-byte length and JSON, checked against the data that follows.
 *
 * @module
 */

import { parseJson } from "../core/mod.ts";
import { CheckpointError, showShape } from "./errors.ts";
import {
  elementBytes,
  elementCount,
  isCount,
  isStoredDType,
  type StoredTensor,
} from "./stored_tensor.ts";

/** Bytes of the header's length, with which a file starts. */
export const LENGTH_BYTES = 8;
/** Key of the metadata, which no tensor may use. */
export const METADATA = "__metadata__";
/** Largest header that is read, as in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/** Range of a tensor in the data. */
export interface Span {
  readonly name: string;
  readonly dtype: StoredTensor["dtype"];
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** A checked header. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly spans: readonly Span[];
  /** Offset of the data in the file. */
  readonly dataStart: number;
}

function fail(what: string): never {
  throw new CheckpointError(`Cannot read the safetensors file: ${what}`);
}

/**
 * Reads and checks the header of a whole file.
 *
 * @throws {CheckpointError} If header and data differ.
 */
export function readHeader(bytes: Uint8Array): Header {
  const { header, dataStart } = parseHeader(bytes);
  const metadata: Record<string, string> = Object.create(null);
  const spans: Span[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) readMetadata(entry, metadata);
    else spans.push(readSpan(name, entry));
  }
  checkContiguous(spans, bytes.byteLength - dataStart);
  return { metadata, spans, dataStart };
}

function parseHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < LENGTH_BYTES) {
    fail(`it must have at least ${LENGTH_BYTES} bytes, got ${bytes.byteLength}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) {
    fail(`the header must have at most ${MAX_HEADER_BYTES} bytes, got ${length}`);
  }
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > bytes.byteLength) {
    fail(`the header of ${length} bytes must be inside the file of ${bytes.byteLength} bytes`);
  }
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      bytes.subarray(LENGTH_BYTES, dataStart),
    );
    header = parseJson(text);
  } catch (cause) {
    throw new CheckpointError("Cannot read the safetensors file: the header must be JSON", {
      cause,
    });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    fail("the header must be a JSON object");
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the header must have each key once, got ${twice} twice`);
  return { header: header as Record<string, unknown>, dataStart };
}

/** Returns the first duplicate key of valid JSON, of which `JSON.parse` would keep the last value. */
function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const token = json[at];
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === '"') {
      const start = at++;
      while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
      let next = at + 1;
      while (next < json.length && json[next]! <= " ") next++;
      if (json[next] !== ":") continue;
      const quoted = json.slice(start, at + 1);
      const key = JSON.parse(quoted) as string;
      if (open.at(-1)?.has(key)) return quoted;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function readMetadata(entry: unknown, metadata: Record<string, string>): void {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    fail(`${METADATA} must be an object of strings`);
  }
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") fail(`${METADATA}.${key} must be a string`);
    metadata[key] = value;
  }
}

function readSpan(name: string, entry: unknown): Span {
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (typeof entry !== "object" || entry === null) fail(`${tensor} must be an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  if (!isStoredDType(dtype)) {
    fail(`${tensor} must have a known dtype, got ${JSON.stringify(dtype)}`);
  }
  const count = Array.isArray(shape) ? elementCount(shape) : NaN;
  if (Number.isNaN(count)) {
    fail(`${tensor} must have a shape of counts, got ${JSON.stringify(shape)}`);
  }
  if (
    !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) ||
    offsets[0]! > offsets[1]!
  ) {
    fail(`${tensor} must have data_offsets [start, end], got ${JSON.stringify(offsets)}`);
  }
  const [start, end] = offsets as [number, number];
  const wanted = count * elementBytes(dtype);
  if (end - start !== wanted) {
    const claim = `${showShape(shape as number[])} of ${dtype}`;
    fail(`${tensor} ${claim} must have ${wanted} bytes, got ${end - start}`);
  }
  return { name, dtype, shape: shape as number[], start, end };
}

/** Checks that spans cover the data exactly, without a gap or an overlap. */
function checkContiguous(spans: readonly Span[], dataBytes: number): void {
  const ordered = [...spans].sort((a, b) => a.start - b.start || a.end - b.end);
  let reached = 0;
  for (const { name, start, end } of ordered) {
    const tensor = `tensor ${JSON.stringify(name)}`;
    if (start < reached) fail(`${tensor} overlaps another one at byte ${start} of the data`);
    if (start > reached) fail(`bytes ${reached} to ${start} of the data belong to no tensor`);
    if (end > dataBytes) {
      fail(
        `${tensor} ends at byte ${end}, but there are only ${dataBytes} bytes of data; the ` +
          "file is truncated: fetch it again",
      );
    }
    reached = end;
  }
  if (reached !== dataBytes) {
    fail(`bytes ${reached} to ${dataBytes} of the data belong to no tensor`);
  }
}
