/**
 * Decoders of DEFLATE and Zstandard by the runtime, with a limit to what they write.
 *
 * @module
 */

import { promisify } from "node:util";
import { inflate, zstdDecompress } from "node:zlib";

/** Options of node:zlib. */
interface ZlibOptions {
  readonly maxOutputLength: number;
  /** Memory for the output: one chunk, as joining chunks takes memory and time. */
  readonly chunkSize: number;
}

type Decompress = (input: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>;

const inflateAsync = promisify(inflate) as Decompress;
const zstdAsync = promisify(zstdDecompress) as Decompress;

/** Smallest chunk that zlib accepts. */
const MIN_CHUNK = 64;
/** Largest chunk of DEFLATE: what decodes to more is joined from several. */
const MAX_CHUNK = 2 ** 26;

/** Decodes up to `limit` bytes. @throws {TypeError} If there are more, or the bytes are damaged. */
async function decompress(
  input: Uint8Array,
  limit: number,
  { name, by, maxChunk }: {
    readonly name: string;
    readonly by: Decompress;
    readonly maxChunk: number;
  },
): Promise<Uint8Array> {
  // One byte more than the limit, so that a full block does not begin a second chunk.
  const chunkSize = Math.min(Math.max(limit + 1, MIN_CHUNK), maxChunk);
  try {
    return await by(input, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    const found = code === "ERR_BUFFER_TOO_LARGE" ? "more" : message;
    throw new TypeError(
      `its ${name} must decode to up to ${limit} bytes, got ${found}; the file is damaged: download or copy it again`,
      { cause: error },
    );
  }
}

/**
 * Decodes DEFLATE in the container of zlib (RFC 1950).
 *
 * @throws {TypeError} If it decodes to more than `limit` bytes or is damaged.
 */
export function decodeDeflate(input: Uint8Array, limit: number): Promise<Uint8Array> {
  return decompress(input, limit, { name: "DEFLATE", by: inflateAsync, maxChunk: MAX_CHUNK });
}

/**
 * Decodes Zstandard (RFC 8878) into a single chunk: Deno 2.9 ends the process where an error is found
 * behind the first one.
 *
 * @throws {TypeError} If it decodes to more than `limit` bytes or is damaged.
 */
export function decodeZstd(input: Uint8Array, limit: number): Promise<Uint8Array> {
  return decompress(input, limit, { name: "Zstandard", by: zstdAsync, maxChunk: Infinity });
}
