/**
 * The scenes of a manifest into a queue.
 *
 * @module
 */

import { resolve } from "node:path";
import { readManifest } from "../../restoration/mod.ts";
import { openQueue, type OpenQueueOptions } from "./queue.ts";

/** Messages that are on their way to the server at once. */
const AT_ONCE = 256;

/** Outcome of {@linkcode enqueue}. */
export interface Enqueued {
  /** Address of the queue without user and password. */
  readonly queue: string;
  /** Scenes of the manifest. */
  readonly scenes: number;
  /** Scenes that were added. */
  readonly added: number;
  /** Scenes that were in the queue already. */
  readonly present: number;
}

/**
 * Adds the scenes of a manifest to a queue. A scene whose output is in the queue isn't added again, so
 * the same call completes an interrupted one. Scenes that are complete are added, too: workers see it at
 * once. The first scenes of an empty queue begin a new count of outcomes.
 *
 * @param options `queue` is `nats://user:password@host:port/name`.
 * @throws {InputError} If the manifest is malformed, or the server refuses access.
 * @throws {RangeError} If the address isn't one of a queue.
 * @throws {UnavailableError} If the server can't be reached in time; the same call goes on.
 */
export async function enqueue(
  manifest: string,
  { queue: address, ...options }: OpenQueueOptions & { readonly queue: string },
): Promise<Enqueued> {
  // The paths of an absolute manifest are absolute.
  const scenes = await readManifest(resolve(manifest));
  await using queue = await openQueue(address, options);
  const { waiting, working } = await queue.counts();
  if (waiting + working === 0) await queue.forget();
  let added = 0;
  for (let from = 0; from < scenes.length; from += AT_ONCE) {
    options.signal?.throwIfAborted();
    const isNew = await Promise.all(
      scenes.slice(from, from + AT_ONCE)
        .map((scene, i) => queue.add({ number: from + i + 1, scene })),
    );
    added += isNew.filter((one) => one).length;
  }
  return { queue: queue.shown, scenes: scenes.length, added, present: scenes.length - added };
}
