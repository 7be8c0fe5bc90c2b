/**
 * Further attempts at requests that a busy server refused or a network broke.
 *
 * @module
 */

import { TransientError } from "./answer_body.ts";

/** Pauses in milliseconds before each further attempt. */
const PAUSES: readonly number[] = [300, 1500, 5000];
/** Longest pause in milliseconds that a server may ask for. */
const LONGEST = 30_000;

/** Time in milliseconds that the header Retry-After asks for: seconds or a date. */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/**
 * Runs `work` again after a {@linkcode TransientError}: up to three times, with growing pauses, or
 * after the pause that the server asks for, of at most 30 s.
 *
 * @throws {TypeError} In place of the last error, if no attempt succeeds.
 */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const pause = PAUSES[attempt];
      const asked = error.pause ?? 0;
      if (pause === undefined || asked > LONGEST) {
        const wait = asked > LONGEST
          ? `; the server asks to wait ${Math.ceil(asked / 1000)} s`
          : "";
        throw new TypeError(`${error.message}${wait}`);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, asked)));
    }
  }
}
