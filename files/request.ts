/**
 * HTTP requests whose refusals are errors that say what to do.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { reasonOf, TransientError, type Watch } from "./answer_body.ts";
import { missingPermission } from "./permission.ts";
import { retryAfter } from "./retry.ts";

const [TOO_MANY, SERVER_ERROR, UNSATISFIABLE] = [429, 500, 416];
const REQUEST_TIMEOUT = 408;

/** An address that does not answer at all: a further attempt helps only after earlier successes. */
export class UnreachableError extends TransientError {}

/** A server that answers, but not with the file: a refusal (4xx), or a page in place of a range. */
export class RefusedError extends TypeError {
  /** HTTP status. */
  readonly status: number | undefined;
  /** Keeps the status of the answer, if there was one. */
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetches an address.
 *
 * @returns The answer, with a status of 200 to 299 or 416.
 * @throws {RefusedError} If the server refuses the request.
 * @throws {TypeError} If Deno may not send it.
 * @throws {TransientError} If it is busy (429, 5xx) or does not answer.
 */
export async function request(
  url: string,
  { watch, headers = {} }: {
    readonly watch: Watch;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: watch.signal });
  } catch (error) {
    // A further attempt would lack the same permission.
    const missing = missingPermission(error);
    if (missing !== undefined) {
      throw new TypeError(`${missing.reason}, or start with deno task online`);
    }
    const reason = redacted(reasonOf(error));
    throw new UnreachableError(
      `the address must answer, got ${reason}; check it, or download the file first`,
    );
  }
  const { status } = response;
  if (response.ok || status === UNSATISFIABLE) return response;
  await response.body?.cancel();
  const failed = `the address must hold a file, got HTTP ${status} ${response.statusText}`
    .trimEnd() + "; check it, or download the file first";
  if (status < SERVER_ERROR && status !== TOO_MANY && status !== REQUEST_TIMEOUT) {
    const login = status === 401 || status === 403
      ? " (the address needs a login, or its signature has expired)"
      : "";
    throw new RefusedError(failed.replace(";", `${login};`), status);
  }
  throw new TransientError(failed, { pause: retryAfter(response) });
}
