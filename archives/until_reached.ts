/**
 * Further attempts at reaching a scheduler or queue, with growing pauses.
 *
 * @module
 */

import { UnavailableError } from "../core/mod.ts";

/** Options of {@linkcode untilReached}. */
export interface RetryOptions {
  /** Seconds after which no further attempt begins. Default 60. */
  readonly retry?: number | undefined;
  /** Receives a line before each pause. */
  readonly log?: ((line: string) => void) | undefined;
  /** Ends the attempts with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** First pause in milliseconds; each further one is twice as long, up to 30 s. */
const FIRST = 500;
const LONGEST = 30_000;

/** Waits, or until the signal. */
async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const stop = () => resolve();
  signal?.addEventListener("abort", stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
}

/**
 * Runs `work` again after an {@linkcode UnavailableError}, with pauses of 0.5 s, 1 s, 2 s, … 30 s.
 *
 * @param work Gets the number of the attempt, from 0.
 * @throws {UnavailableError} The last error, if no attempt succeeds in time.
 */
export async function untilReached<T>(
  work: (attempt: number) => Promise<T>,
  { retry = 60, log = () => {}, signal }: RetryOptions = {},
): Promise<T> {
  const start = performance.now();
  for (let attempt = 0;; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const pause = Math.min(FIRST * 2 ** attempt, LONGEST);
      const isLate = performance.now() - start + pause > retry * 1000;
      if (!(error instanceof UnavailableError) || isLate) throw error;
      log(`${error.message}; trying again in ${pause / 1000} s`);
      await pauseFor(pause, signal);
    }
  }
}
