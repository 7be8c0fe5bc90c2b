/**
 * Ctrl-C as a signal that ends work in an orderly way.
 *
 * @module
 */

/**
 * Runs with a signal that Ctrl-C sets off; a second Ctrl-C ends the program at once.
 *
 * @param log Says that the first one was heard.
 */
export async function interruptible<T>(
  log: (line: string) => void,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) Deno.exit(130);
    log("stopping after this step; Ctrl-C again ends at once");
    controller.abort(
      new Error(
        "stopped with a checkpoint; the same call, of train with --resume, goes on from it",
      ),
    );
  };
  Deno.addSignalListener("SIGINT", stop);
  try {
    return await run(controller.signal);
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}
