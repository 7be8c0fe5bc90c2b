/**
 * Bodies of HTTP answers, read with limits of size and time.
 *
 * @module
 */

/** A failure that a further attempt may avoid. */
export class TransientError extends Error {
  /** "TransientError". */
  override readonly name = "TransientError";
  /** Pause in milliseconds that the server asks for. */
  readonly pause: number | undefined;
  /** Makes the error; the message says what must hold. */
  constructor(message: string, { pause }: { readonly pause?: number | undefined } = {}) {
    super(message);
    this.pause = pause;
  }
}

/** First line of an error's message, with the reason that fetch() puts into the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${inner}`.split("\n")[0]!;
}

/** Ends a request whose server sends nothing for a while, or hardly anything for long. */
export interface Watch {
  /** The request's signal. */
  readonly signal: AbortSignal;
  /** Counts received bytes. */
  received(bytes: number): void;
  /** Stops the watch. */
  stop(): void;
}

/** Limits of {@linkcode watch}. */
export interface WatchOptions {
  /** Longest time in milliseconds without a byte. Default 30 s. */
  readonly stall?: number;
  /** Time in milliseconds after which the mean rate counts. Default 60 s. */
  readonly patience?: number;
  /** Smallest mean rate in bytes per second. Default 1000. */
  readonly rate?: number;
}

/** Starts a watch over one request. */
export function watch(
  { stall = 30_000, patience = 60_000, rate = 1000 }: WatchOptions = {},
): Watch {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException("no answer in time", "TimeoutError"));
  const start = performance.now();
  let timer = setTimeout(abort, stall);
  let total = 0;
  return {
    signal: controller.signal,
    received(bytes) {
      clearTimeout(timer);
      total += bytes;
      const elapsed = performance.now() - start;
      if (elapsed > patience && total * 1000 < rate * elapsed) abort();
      else timer = setTimeout(abort, stall);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Called during a download with the bytes received, and how many there will be if that is known. */
export type OnBytes = (received: number, total: number | undefined) => void;

/**
 * Reads the body of an answer.
 *
 * @returns The bytes, or undefined if there are more than `limit`; the rest is not fetched then.
 * @throws {TransientError} If the answer breaks off or stalls.
 */
export async function answerBody(
  response: Response,
  { limit, watch, onBytes }: {
    readonly limit: number;
    readonly watch: Watch;
    readonly onBytes?: OnBytes | undefined;
  },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stated = Number(response.headers.get("content-length") ?? NaN);
  if (stated > limit) {
    await response.body?.cancel();
    return undefined;
  }
  // The length of a compressed answer is not that of its content.
  const total = stated > 0 && !response.headers.has("content-encoding") ? stated : undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Leaving the loop cancels the rest.
    for await (const chunk of response.body ?? []) {
      watch.received(chunk.length);
      length += chunk.length;
      onBytes?.(length, total);
      if (length > limit) return undefined;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new TransientError(`the response must be complete, got ${reasonOf(error)}`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
