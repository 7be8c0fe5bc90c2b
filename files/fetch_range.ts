/**
 * One range of bytes of a remote file, checked against what was asked for.
 *
 * @module
 */

import { answerBody, watch } from "./answer_body.ts";
import { RefusedError, request } from "./request.ts";

/** A range of bytes of a remote file. */
export interface RemoteRange {
  /** First byte. */
  readonly offset: number;
  /** Number of bytes, > 0. */
  readonly length: number;
}

/** The server's answer. */
export interface RangeAnswer {
  /** Bytes from the offset on; fewer than asked for if the server sends less or the file ends. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole file; infinite if the server does not report it. */
  readonly total: number;
  /** Version of the file: its ETag, or the time of its last change. */
  readonly version?: string;
}

const [PARTIAL, UNSATISFIABLE] = [206, 416];

function versionOf({ headers }: Response): Pick<RangeAnswer, "version"> {
  const version = headers.get("etag") ?? headers.get("last-modified");
  return version === null ? {} : { version };
}

/** Checks Content-Range against the request. */
function statedRange(
  response: Response,
  { offset, length }: RemoteRange,
): { readonly count: number; readonly total: number } {
  const text = response.headers.get("content-range") ?? "none";
  const [, first, last, size] = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(text.trim()) ??
    [];
  const total = size === undefined || size === "*" ? Infinity : Number(size);
  const [start, end] = [Number(first), Number(last)];
  if (
    first === undefined || start !== offset || end < start || end >= offset + length || end >= total
  ) {
    throw new TypeError(
      `its server must answer the range of bytes ${offset} to ${offset + length - 1}, got ` +
        `Content-Range ${text.slice(0, 80)}; a cache may be broken, download the file first`,
    );
  }
  return { count: end - start + 1, total };
}

/**
 * Fetches a range.
 *
 * @throws {TypeError} If the server refuses it, does not support ranges, or answers another range.
 * @throws {TransientError} If it is busy, does not answer, or breaks off.
 */
export async function fetchRange(url: string, range: RemoteRange): Promise<RangeAnswer> {
  const { offset, length } = range;
  const watching = watch();
  try {
    const response = await request(url, {
      watch: watching,
      headers: { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" },
    });
    const { status, headers } = response;
    const version = versionOf(response);
    if (status === UNSATISFIABLE) {
      await response.body?.cancel();
      const total = /^bytes \*\/(\d{1,16})$/i.exec(headers.get("content-range") ?? "")?.[1];
      return { bytes: new Uint8Array(0), total: Number(total ?? 0), ...version };
    }
    if (status !== PARTIAL) {
      const stated = Number(headers.get("content-length") ?? NaN);
      const whole = offset === 0 && stated <= length
        ? await answerBody(response, { limit: length, watch: watching })
        : undefined;
      if (whole !== undefined) return { bytes: whole, total: whole.length, ...version };
      if (!response.bodyUsed) await response.body?.cancel();
      throw new RefusedError(
        `its server must support range requests, got the whole file (HTTP ${status}); download ` +
          "the file first",
      );
    }
    let stated: ReturnType<typeof statedRange>;
    try {
      stated = statedRange(response, range);
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    const bytes = await answerBody(response, { limit: length, watch: watching });
    if (bytes?.length !== stated.count) {
      throw new TypeError(
        `its server must send the range that it states, ${stated.count} bytes, got ` +
          `${bytes?.length ?? "more"}; download the file first`,
      );
    }
    return { bytes, total: stated.total, ...version };
  } finally {
    watching.stop();
  }
}
