/**
 * Safetensors: an 8-byte length, a JSON header of names, dtypes, shapes and offsets, then the raw
 * little-endian elements. Reading is strict: what the header claims and what the file holds agree
 * exactly, or there is an error.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../data/mod.ts";
import { CheckpointError, showShape } from "./errors.ts";
import {
  arrayType,
  elementBytes,
  elementCount,
  isStoredDType,
  type StoredTensor,
  type StoredTensors,
  viewElements,
} from "./stored_tensor.ts";

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: StoredTensors;
  /** Free texts of the header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Longest header that is read, as in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const METADATA = "__metadata__";

/** One entry of the header, checked. */
interface Span {
  readonly name: string;
  readonly dtype: StoredTensor["dtype"];
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function fail(what: string): never {
  throw new CheckpointError(`Cannot read the safetensors file: ${what}`);
}

/**
 * Reads the bytes of a safetensors file. Tensors are views into `bytes` where alignment allows.
 *
 * @throws {CheckpointError} If header and data do not agree in every respect.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, parseSafetensors } from "./safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSafetensors({ a: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } });
 * assertEquals(parseSafetensors(bytes).tensors.a?.data, Float32Array.of(1, 2));
 * ```
 */
export function parseSafetensors(bytes: Uint8Array): Safetensors {
  const { header, dataStart } = readHeader(bytes);
  const metadata: Record<string, string> = Object.create(null);
  const spans: Span[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) readMetadata(entry, metadata);
    else spans.push(readSpan(name, entry));
  }
  checkContiguous(spans, bytes.byteLength - dataStart);
  const tensors: Record<string, StoredTensor> = Object.create(null);
  for (const { name, dtype, shape, start, end } of spans) {
    const data = viewElements(bytes.subarray(dataStart + start, dataStart + end), dtype);
    tensors[name] = { dtype, shape, data };
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
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
    header = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("Cannot read the safetensors file: the header must be JSON", {
      cause,
    });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    fail("the header must be a JSON object");
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the header must name everything once, got ${twice} twice`);
  return { header: header as Record<string, unknown>, dataStart };
}

/** The first key that an object of valid JSON has twice; `JSON.parse` keeps the last in silence. */
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
    fail(`${METADATA} must be an object of texts`);
  }
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") fail(`${METADATA}.${key} must be a text`);
    metadata[key] = value;
  }
}

function readSpan(name: string, entry: unknown): Span {
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (typeof entry !== "object" || entry === null) fail(`${tensor} must be an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  if (!isStoredDType(dtype)) fail(`${tensor} has the unknown dtype ${JSON.stringify(dtype)}`);
  const count = Array.isArray(shape) ? elementCount(shape) : NaN;
  if (Number.isNaN(count)) {
    fail(`${tensor} must have a shape of counts, got ${JSON.stringify(shape)}`);
  }
  if (
    !Array.isArray(offsets) || offsets.length !== 2 || Number.isNaN(elementCount(offsets)) ||
    offsets[0] > offsets[1]
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

/** Spans follow each other without hole or overlap and fill the data exactly. */
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

/**
 * The bytes of a safetensors file. Wider dtypes come first, so that every tensor is aligned.
 *
 * @param tensors Tensors by name.
 * @param metadata Free texts for the header.
 * @throws {TypeError} If a tensor's data does not have its shape or dtype.
 */
export function encodeSafetensors(
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const chunks = safetensorsChunks(tensors, metadata);
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The header and then the tensors as views, so that a large file is not held twice. */
function safetensorsChunks(
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  entries.sort(([, a], [, b]) => elementBytes(b.dtype) - elementBytes(a.dtype));
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[METADATA] = metadata;
  let offset = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    header[name] = { dtype, shape, "data_offsets": [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.byteLength / LENGTH_BYTES) * LENGTH_BYTES;
  const head = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, LENGTH_BYTES);
  const views = entries.map(([, { data }]) =>
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  );
  return [head, ...views];
}

function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  if (name === METADATA) {
    throw new TypeError(`Cannot write a tensor named ${METADATA}: the format reserves this name`);
  }
  const count = elementCount(shape);
  if (data.length !== count || !(data instanceof arrayType(dtype))) {
    throw new TypeError(
      `Cannot write tensor ${name}: it must hold ${count} elements of ${dtype} for shape ` +
        `${showShape(shape)}, got ${data.length} in a ${data.constructor.name}`,
    );
  }
}

/**
 * Reads a safetensors file.
 *
 * @throws {CheckpointError} If the file is broken.
 */
export async function readSafetensors(path: string | URL): Promise<Safetensors> {
  return parseSafetensors(await Deno.readFile(path));
}

/**
 * Writes a safetensors file under a temporary name and renames it when it is safe on disk.
 *
 * @param path Where to.
 * @param options `tensors`, `metadata` for the header; `overwrite` allows replacing a file.
 * @throws {TypeError} If the file exists and `overwrite` is not set, or a tensor's data does not
 * have its shape or dtype; nothing is written.
 */
export async function writeSafetensors(
  path: string | URL,
  { tensors, metadata = {}, overwrite = false }: {
    readonly tensors: StoredTensors;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly overwrite?: boolean;
  },
): Promise<void> {
  const target = path instanceof URL ? fileURLToPath(path) : path;
  await writeFileAtomically(target, safetensorsChunks(tensors, metadata), { overwrite });
}
