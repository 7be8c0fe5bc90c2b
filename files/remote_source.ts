/**
 * Random access to a remote file over HTTP range requests.
 *
 * @module
 */

import type { ByteSource } from "./byte_source.ts";
import { fetchRange, type RangeAnswer, type RemoteRange } from "./fetch_range.ts";
import { UnreachableError } from "./request.ts";
import { retried } from "./retry.ts";

/** Bytes of a remote file that are fetched first and cached: a COG keeps its directory there. */
const HEAD_BYTES = 16384;
/**
 * Reads up to this size belong to directories: the bytes around them are fetched and cached too.
 */
const SMALL = 1024;
const KEPT_PARTS = 8;
/** Smallest part of a longer range that a server may send at once. */
const LEAST_PART = 4096;

/** The error of a file that is not what it was when it was opened. */
function changed(before: string | number, after: string | number): TypeError {
  return new TypeError(
    `the file must stay the same while it is read, got ${after} after ${before}; start again`,
  );
}

/** Checks that an answer comes from the version of the file that was opened. */
function checkSame(head: RangeAnswer, answer: RangeAnswer): void {
  if (Number.isFinite(head.total) && Number.isFinite(answer.total) && head.total !== answer.total) {
    throw changed(`${head.total} bytes`, `${answer.total} bytes`);
  }
  if (
    head.version !== undefined && answer.version !== undefined && head.version !== answer.version
  ) throw changed(`version ${head.version}`, `version ${answer.version}`);
}

/** Opens a remote file. @throws {TypeError} If it cannot be read. */
export async function openRemote(url: string): Promise<ByteSource> {
  const head = await retried(() =>
    fetchRange(url, { offset: 0, length: HEAD_BYTES }).catch((error: unknown) => {
      // A wrong address is reported at once.
      throw error instanceof UnreachableError ? new TypeError(error.message) : error;
    })
  );
  const size = head.bytes.length === 0 ? 0 : head.total;
  const kept = [{ offset: 0, bytes: head.bytes.buffer }];

  /** Fetches a range in as many parts as the server sends it. */
  async function fetchWhole({ offset, length }: RemoteRange): Promise<ArrayBuffer> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let at = 0;
    while (at < length) {
      const rest = { offset: offset + at, length: length - at };
      const answer = await retried(() => fetchRange(url, rest));
      if (answer.bytes.length === 0 && !Number.isFinite(size)) break;
      checkSame(head, answer);
      if (answer.bytes.length < Math.min(rest.length, LEAST_PART) && Number.isFinite(size)) {
        throw new TypeError(
          `its server must send the range that is asked for, ${rest.length} bytes, got ` +
            `${answer.bytes.length}; download the file first`,
        );
      }
      parts.push(answer.bytes);
      at += answer.bytes.length;
      // Without a size, a short part may end the file.
      if (!Number.isFinite(size) && answer.bytes.length < LEAST_PART) break;
    }
    return parts.length === 1 ? parts[0]!.buffer : await new Blob(parts).arrayBuffer();
  }

  async function read(offset: number, length: number): Promise<ArrayBuffer> {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (wanted === 0) return new ArrayBuffer(0);
    const found = kept.find((part) =>
      part.offset <= offset && offset + wanted <= part.offset + part.bytes.byteLength
    );
    if (found !== undefined) {
      return found.bytes.slice(offset - found.offset, offset - found.offset + wanted);
    }
    if (wanted > SMALL) return await fetchWhole({ offset, length: wanted });
    const bytes = await fetchWhole({ offset, length: Math.min(HEAD_BYTES, size - offset) });
    if (kept.push({ offset, bytes }) > KEPT_PARTS) kept.splice(1, 1);
    return bytes.slice(0, wanted);
  }

  return { size, read, close() {} };
}
