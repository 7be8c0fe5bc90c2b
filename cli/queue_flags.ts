/**
 * Flags of commands that use a queue.
 *
 * @module
 */

import { count, text, UsageError } from "./flags.ts";

/** Variable whose value stands for `--queue`. */
const VARIABLE = "EMRDM_QUEUE";

/** The address of the queue and the time in which it has to answer. */
export const QUEUE_FLAGS = {
  queue: text(
    `Queue: nats://USER:PASSWORD@HOST:PORT/NAME. Default: the variable ${VARIABLE}.`,
    "ADDRESS",
  ),
  retry: count("Seconds to keep trying while the server doesn't answer. Default: 60."),
} as const;

/** The queue of a call, or of the environment. @throws {UsageError} If neither names one. */
export function queueOf({ queue }: { readonly queue: string | undefined }): string {
  const found = queue ?? Deno.env.get(VARIABLE);
  if (found !== undefined && found !== "") return found;
  throw new UsageError(`--queue, or the variable ${VARIABLE}, is required`);
}
