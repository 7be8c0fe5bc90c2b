/** The functions of `node:zlib` that the library uses, in a browser. @module */

import { unzlibSync, zlibSync } from "npm:fflate@0.8.3";

interface Options {
  readonly maxOutputLength?: number;
}

type Done = (error: Error | null, bytes?: Uint8Array) => void;

async function inflateStream(input: Uint8Array, limit: number): Promise<Uint8Array> {
  const stream = new Blob([input as BlobPart]).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const reader = stream.getReader();;) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw Object.assign(new RangeError("too large"), { code: "ERR_BUFFER_TOO_LARGE" });
    }
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Decodes DEFLATE in the container of zlib. */
export function inflate(input: Uint8Array, { maxOutputLength = Infinity }: Options, done: Done) {
  inflateStream(input, maxOutputLength).then((bytes) => done(null, bytes), done);
}

/** Browsers have no decoder of Zstandard. */
export function zstdDecompress(_input: Uint8Array, _options: Options, done: Done): void {
  done(
    new Error(
      "Zstandard, which browsers do not decode; convert it: gdal_translate -co COMPRESS=DEFLATE",
    ),
  );
}

/** Decodes DEFLATE in the container of zlib at once. */
export function inflateSync(input: Uint8Array): Uint8Array {
  return unzlibSync(input);
}

/** Encodes DEFLATE in the container of zlib at once. */
export function deflateSync(input: Uint8Array, { level = 6 }: { readonly level?: number } = {}) {
  return zlibSync(input, { level: level as 6 });
}

/** Checksum of zip files, which pages do not read. */
export function crc32(): never {
  throw new TypeError("Cannot read a checkpoint of PyTorch in a browser: convert it first");
}
