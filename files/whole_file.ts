/**
 * Whole files, from a path or an address, up to a limit of size.
 *
 * @module
 */

import { InputError, shownAddress } from "../core/mod.ts";
import { isAddress, pathOf, unknownScheme } from "./address.ts";
import { answerBody, type OnBytes, watch } from "./answer_body.ts";
import { hasCode } from "./error_codes.ts";
import { request, UnreachableError } from "./request.ts";
import { retried } from "./retry.ts";

/** Options of {@linkcode readWhole} and {@linkcode readText}. */
export interface WholeFileOptions {
  /** Largest size in bytes. Default of {@linkcode readText}: 64 MiB. */
  readonly limit: number;
  /** Called while an address is downloaded. */
  readonly onBytes?: OnBytes | undefined;
}

const MIB = 2 ** 20;
/** Size of text files: JSON, CSV and XML of the largest data sets and products are smaller. */
const TEXT_LIMIT = 64 * MIB;
/** Bytes that are read at once from something that has no size, such as a pipe. */
const CHUNK = 2 ** 16;

function tooLarge(source: string | URL, limit: number): InputError {
  return new InputError(
    `Cannot read ${shownAddress(source)}: it must have at most ${
      limit < MIB ? `${limit} bytes` : `${Math.floor(limit / MIB)} MiB`
    }, got more; is it the right file?`,
  );
}

/** The condition that an error of the operating system violates; undefined for other errors. */
function reason(error: unknown): string | undefined {
  if (error instanceof Deno.errors.IsADirectory) return "it must be a file, got a folder";
  if (hasCode(error, "ENAMETOOLONG")) return "its name must be shorter; check the path";
  if (error instanceof Error && /NUL byte/.test(error.message)) {
    return "its name must not hold the character NUL; check the path";
  }
  const { NotFound, NotCapable } = Deno.errors;
  if (error instanceof NotFound || error instanceof NotCapable) return undefined;
  const isSystems = error instanceof Error && "code" in error;
  return isSystems ? `it must be a readable file, got ${error.message.split("\n")[0]}` : undefined;
}

async function readLocal(path: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readUpTo(path, limit);
  } catch (error) {
    const must = reason(error);
    if (must === undefined) throw error;
    throw new InputError(`Cannot read ${path}: ${must}`, { cause: error });
  }
}

async function readUpTo(path: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const { isFile, size } = await file.stat();
  if (isFile && size > limit) throw tooLarge(path, limit);
  let bytes = new Uint8Array(isFile ? size + 1 : CHUNK);
  let at = 0;
  for (;;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) return bytes.subarray(0, at);
    at += count;
    if (at > limit) throw tooLarge(path, limit);
    if (at < bytes.length) continue;
    const longer = new Uint8Array(bytes.length + Math.max(CHUNK, bytes.length));
    longer.set(bytes);
    bytes = longer;
  }
}

async function readRemote(
  url: string,
  { limit, onBytes }: WholeFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = shownAddress(url);
  if (!/^https?:/i.test(url)) throw new InputError(`Cannot read ${name}: ${unknownScheme(url)}`);
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await retried(async () => {
      const watching = watch();
      try {
        const response = await request(url, { watch: watching }).catch((error: unknown) => {
          // A wrong address is reported at once.
          throw error instanceof UnreachableError ? new TypeError(error.message) : error;
        });
        return await answerBody(response, { limit, watch: watching, onBytes });
      } finally {
        watching.stop();
      }
    });
  } catch (error) {
    throw new InputError(`Cannot read ${name}: ${(error as Error).message}`, { cause: error });
  }
  if (bytes === undefined) throw tooLarge(name, limit);
  return bytes;
}

/**
 * Reads a whole file from a path, a `file:` URL or an `http(s):` address.
 *
 * A server that is busy is asked again; one that sends nothing for 30 s ends the download.
 *
 * @throws {InputError} If the file is larger than the limit or cannot be read, or an address does not
 *   answer.
 * @throws {Deno.errors.NotFound} If a local file does not exist.
 * @throws {Deno.errors.NotCapable} If Deno may not read it.
 */
export async function readWhole(
  source: string | URL,
  options: WholeFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = pathOf(source);
  return isAddress(path) ? await readRemote(path, options) : await readLocal(path, options.limit);
}

/**
 * Reads a text file in UTF-8, without its byte order mark.
 *
 * @throws {InputError} As {@linkcode readWhole}.
 */
export async function readText(
  source: string | URL,
  { limit = TEXT_LIMIT }: Partial<WholeFileOptions> = {},
): Promise<string> {
  return new TextDecoder().decode(await readWhole(source, { limit }));
}
