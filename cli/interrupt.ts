/**
 * Ctrl-C and SIGTERM as a signal that ends work in an orderly way.
 *
 * @module
 */

/** Ctrl-C, and what schedulers send before they kill; Windows knows the first only. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Work that was stopped by Ctrl-C; the program ends with code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * Runs with a signal that Ctrl-C or SIGTERM sets off; a second one ends the program at once.
 *
 * @param options Where to say that the first one was heard, and what; the reason of the signal.
 */
export async function interruptible<T>(
  { log, heard, reason }: {
    readonly log: (line: string) => void;
    readonly heard: string;
    readonly reason: string;
  },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) Deno.exit(130);
    log(heard);
    controller.abort(new Interrupted(reason));
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  }
}

/** What {@linkcode interruptible} says of training. */
export const TRAINING = {
  heard: "stopping after this step; Ctrl-C again ends at once",
  reason: "stopped with a checkpoint; the same call, of train with --resume, goes on from it",
} as const;
