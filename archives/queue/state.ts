/**
 * State of a queue.
 *
 * @module
 */

import type { SceneOutcome } from "../outcome_log.ts";
import type { RetryOptions } from "../until_reached.ts";
import { openQueue, type Queue, type QueueCounts } from "./queue.ts";

/** State of a queue. */
export interface QueueState extends QueueCounts {
  /** Address of the queue without user and password. */
  readonly queue: string;
  /** Scenes that are done. */
  readonly done: number;
  /** Scenes that were given up, with their reasons, by number. */
  readonly failed: readonly SceneOutcome[];
}

/** State of an open queue. */
export async function stateOf(queue: Queue): Promise<QueueState> {
  const { waiting, working } = await queue.counts();
  const outcomes = await queue.outcomes();
  const failed = outcomes.filter(({ status }) => status === "failed");
  return {
    queue: queue.shown,
    ...{ waiting, working, done: outcomes.length - failed.length, failed },
  };
}

/**
 * State of a queue: scenes that wait, are at work, are done and were given up, since scenes were added to
 * the empty queue.
 *
 * @throws {RangeError} If the address isn't one of a queue.
 * @throws {InputError} If the server refuses access or has no JetStream.
 * @throws {UnavailableError} If the server can't be reached in time.
 */
export async function queueState(address: string, options: RetryOptions = {}): Promise<QueueState> {
  await using queue = await openQueue(address, options);
  return await stateOf(queue);
}
