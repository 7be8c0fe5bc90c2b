/**
 * Ctrl-C and SIGTERM as an abort signal that ends work in an orderly way.
 *
 * @module
 */

/** Ctrl-C, and the signal that schedulers send before they kill; Windows has only the first. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Work that was interrupted by a signal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** Exit code: 128 and the number of the signal. */
  readonly code: number;
  constructor(message: string, signal: Deno.Signal) {
    super(message);
    this.code = codeOf(signal);
  }
}

/** 130 after Ctrl-C, 143 after SIGTERM. */
function codeOf(signal: Deno.Signal): number {
  return signal === "SIGTERM" ? 143 : 130;
}

/**
 * Runs with an abort signal that Ctrl-C or SIGTERM triggers; a second one exits at once.
 *
 * @param options `log` receives `stopping` at the first signal; `reason` is the message of the error.
 *   `free` runs at the end unless a signal came: then another thread may still compute, and the
 *   program exits anyway.
 */
export async function interruptible<T>(
  { log, stopping = "stopping; press Ctrl-C again to quit at once", reason, free = () => {} }: {
    readonly log: (line: string) => void;
    readonly stopping?: string;
    readonly reason: string;
    readonly free?: () => void;
  },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stops = SIGNALS.map((signal) => () => {
    if (controller.signal.aborted) Deno.exit(codeOf(signal));
    log(stopping);
    controller.abort(new Interrupted(reason, signal));
  });
  SIGNALS.forEach((signal, i) => Deno.addSignalListener(signal, stops[i]!));
  try {
    return await run(controller.signal);
  } finally {
    SIGNALS.forEach((signal, i) => Deno.removeSignalListener(signal, stops[i]!));
    if (!controller.signal.aborted) free();
  }
}

/** Reason of an interruption before anything is written. */
export const NOTHING_WRITTEN = "interrupted; nothing was written";

/** Reason of an interruption after which the same command resumes. */
export const RESUMES = "interrupted; run the same command again to resume";

/** Reaction to a signal during training. */
export const TRAINING = {
  stopping: "stopping after this step; press Ctrl-C again to quit at once",
  reason: "interrupted, checkpoint saved; run the same command with --resume to continue",
} as const;
