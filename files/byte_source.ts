/**
 * Random access to the bytes of a file, on disk or over HTTP range requests.
 *
 * @module
 */

/** True for an address with a scheme, such as `https://…`; false for a path. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** The path that a `file:` URL names; paths and other addresses are returned unchanged. */
export function pathOf(source: string | URL): string {
  const text = String(source);
  if (!/^file:/i.test(text)) return text;
  return decodeURIComponent(new URL(text).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
}

/** An open file, read by ranges of bytes. */
export interface ByteSource {
  /** Size in bytes; infinite if the server does not report it. */
  readonly size: number;
  /** Reads `length` bytes from `offset`, or fewer at the end of the file. */
  read(offset: number, length: number): Promise<ArrayBuffer>;
  /** Closes the file; does nothing the second time. */
  close(): void;
}

/** Bytes of a remote file that are fetched first and cached: a COG keeps its directory there. */
const HEAD_BYTES = 16384;
/**
 * Reads up to this size belong to directories: the bytes around them are fetched and cached too.
 */
const SMALL = 1024;
const KEPT_PARTS = 8;
const HEAD_TIMEOUT = 30_000;
const READ_TIMEOUT = 120_000;
/** Pauses in milliseconds before each further attempt to read a file that has been opened. */
const RETRY_DELAYS: readonly number[] = [300, 1500];
const UNSATISFIABLE = 416;
const PARTIAL = 206;

/** First line of an error message, with the reason that fetch() puts into the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${inner}`.split("\n")[0]!;
}

async function openLocal(path: string): Promise<ByteSource> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new TypeError("the file must exist; check its path");
    }
    throw new TypeError(`the file must be readable, got ${reasonOf(error)}`);
  });
  if (!info.isFile) {
    throw new TypeError(`it must be a file, got ${info.isDirectory ? "a folder" : "a device"}`);
  }
  const file = await Deno.open(path).catch((error: unknown) => {
    throw new TypeError(`the file must be readable, got ${reasonOf(error)}`);
  });
  let isOpen = true;
  return {
    size: info.size,
    // Synchronous seek and read: concurrent reads of several tiles share one handle.
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, info.size - offset)));
      file.seekSync(offset, Deno.SeekMode.Start);
      let at = 0;
      while (at < bytes.length) {
        const count = file.readSync(bytes.subarray(at));
        if (count === null) break;
        at += count;
      }
      return Promise.resolve(bytes.buffer.slice(0, at));
    },
    close() {
      if (isOpen) file.close();
      isOpen = false;
    },
  };
}

interface RemotePart {
  readonly bytes: ArrayBuffer;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Reason of a failure that a further attempt may avoid. */
  readonly failed?: string;
}

/** The whole file, if a server that ignores ranges sends at most `limit` bytes. */
async function wholeBody(response: Response, limit: number): Promise<ArrayBuffer | undefined> {
  const stated = Number(response.headers.get("content-length") ?? NaN);
  if (stated <= limit) return await response.arrayBuffer();
  await response.body?.cancel();
  return undefined;
}

async function fetchRange(
  url: string,
  { offset, length, timeout }: {
    readonly offset: number;
    readonly length: number;
    readonly timeout: number;
  },
): Promise<RemotePart> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { range: `bytes=${offset}-${offset + length - 1}` },
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    // A further attempt would lack the same permission.
    if (error instanceof Deno.errors.NotCapable) throw new TypeError(reasonOf(error));
    return {
      bytes: new ArrayBuffer(0),
      size: 0,
      failed: `the address must answer, got ${
        reasonOf(error)
      }; check it, or download the file first`,
    };
  }
  if (response.status === UNSATISFIABLE) {
    await response.body?.cancel();
    return { bytes: new ArrayBuffer(0), size: 0 };
  }
  if (!response.ok) {
    await response.body?.cancel();
    const failed = `the address must hold a file, got HTTP ${response.status} ` +
      `${response.statusText}`.trimEnd() + "; check it, or download the file first";
    if (response.status < 500 && response.status !== 429) throw new TypeError(failed);
    return { bytes: new ArrayBuffer(0), size: 0, failed };
  }
  if (response.status !== PARTIAL) {
    const bytes = offset === 0 ? await wholeBody(response, length) : undefined;
    if (bytes !== undefined) return { bytes, size: bytes.byteLength };
    throw new TypeError(
      `its server must support range requests, got the whole file (HTTP ` +
        `${response.status}); download the file first`,
    );
  }
  const total = /\/(\d+)\s*$/.exec(response.headers.get("content-range") ?? "")?.[1];
  try {
    const bytes = await response.arrayBuffer();
    return { bytes, size: total === undefined ? Infinity : Number(total) };
  } catch (error) {
    return {
      bytes: new ArrayBuffer(0),
      size: 0,
      failed: `the response must be complete, got ${error}`,
    };
  }
}

async function openRemote(url: string): Promise<ByteSource> {
  const head = await fetchRange(url, { offset: 0, length: HEAD_BYTES, timeout: HEAD_TIMEOUT });
  if (head.failed !== undefined) throw new TypeError(head.failed);
  const { size } = head;

  const kept = [{ offset: 0, bytes: head.bytes }];

  async function fetchAgain(offset: number, length: number): Promise<ArrayBuffer> {
    for (const delay of [...RETRY_DELAYS, undefined]) {
      const part = await fetchRange(url, { offset, length, timeout: READ_TIMEOUT });
      if (part.failed === undefined) return part.bytes;
      if (delay === undefined) throw new TypeError(part.failed);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
    throw new TypeError("the address must answer");
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
    if (wanted > SMALL) return await fetchAgain(offset, wanted);
    const bytes = await fetchAgain(offset, Math.min(HEAD_BYTES, size - offset));
    if (kept.push({ offset, bytes }) > KEPT_PARTS) kept.splice(1, 1);
    return bytes.slice(0, wanted);
  }

  return { size, read, close() {} };
}

/**
 * Opens a file by path or `http(s):` address.
 *
 * @throws {TypeError} If the file cannot be read; the message has the reason.
 */
export async function openByteSource(name: string): Promise<ByteSource> {
  if (/^https?:\/\//i.test(name)) return await openRemote(name);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1];
  if (scheme !== undefined) {
    throw new TypeError(
      `it must be a path or an http(s) address, got ${scheme}://; use the file's https address or ` +
        `download it first`,
    );
  }
  return await openLocal(name);
}
