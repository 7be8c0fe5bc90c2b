/**
 * Safetensors: an 8-byte length, a JSON header of names, dtypes, shapes and offsets, then the raw
 * little-endian elements. Reading is strict: any difference between header and data is an error.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { makeFolderOf, readWhole, writeFileAtomically } from "../files/mod.ts";
import { inFile, showShape } from "./errors.ts";
import { LENGTH_BYTES, METADATA, readHeader } from "./safetensors_header.ts";
import {
  arrayType,
  elementBytes,
  elementCount,
  type StoredTensor,
  type StoredTensors,
  viewElements,
} from "./stored_tensor.ts";

/** Largest weights file, in bytes; a server that sends more is cut off. */
export const MAX_BYTES = 2 ** 33;

/** The content of a safetensors file. */
export interface Safetensors {
  /** Tensors by name, as the file stores them. */
  readonly tensors: StoredTensors;
  /** Strings of the header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Parses the bytes of a safetensors file. Tensors are views into `bytes` where alignment allows.
 *
 * @throws {CheckpointError} If header and data differ.
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
  const { metadata, spans, dataStart } = readHeader(bytes);
  const tensors: Record<string, StoredTensor> = Object.create(null);
  for (const { name, dtype, shape, start, end } of spans) {
    const data = viewElements(bytes.subarray(dataStart + start, dataStart + end), dtype);
    tensors[name] = { dtype, shape, data };
  }
  return { tensors, metadata };
}

/**
 * Returns the bytes of a safetensors file. Wider dtypes come first, so that every tensor is aligned.
 *
 * @param tensors Tensors by name.
 * @param metadata Strings for the header.
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

/** Returns the header and the tensors as views, which avoids a second copy of a large file. */
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
 * @throws {CheckpointError} If the file is damaged.
 */
export async function readSafetensors(path: string | URL): Promise<Safetensors> {
  const bytes = await readWhole(path, { limit: MAX_BYTES });
  return inFile(path, () => parseSafetensors(bytes));
}

/**
 * Writes a safetensors file atomically: under a temporary name, renamed once it is on disk.
 *
 * @param path File to write; its folder is created.
 * @param options `tensors`; `metadata` for the header; `overwrite` replaces an existing file.
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
  const chunks = safetensorsChunks(tensors, metadata);
  await makeFolderOf(target);
  await writeFileAtomically(target, chunks, { overwrite });
}
