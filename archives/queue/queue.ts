/**
 * A queue of scenes on NATS JetStream.
 *
 * - Stream `emrdm_NAME`: a work queue with one message a scene, under a subject that is the hash of its
 *   output. A subject holds one message, so a scene that waits or is at work can't be added again.
 * - Consumer `workers`: hands each message to one worker, and again unless it is acknowledged.
 * - Stream `emrdm_NAME_outcomes`: the last outcome of each scene, under the same hash.
 *
 * @module
 */

import { InputError, redacted } from "../../core/mod.ts";
import type { SceneOutcome } from "../outcome_log.ts";
import type { RetryOptions } from "../until_reached.ts";
import { queueAddress } from "./address.ts";
import { messageOf, type QueuedScene, sceneKey } from "./message.ts";
import {
  codeOf,
  connect,
  type Connection,
  type Consumer,
  CONSUMER_NOT_FOUND,
  type JsMsg,
  STREAM_NOT_FOUND,
  type StreamConfig,
  SUBJECT_IS_FULL,
} from "./nats.ts";

const WORKERS = "workers";
/** Seconds without a sign of life of its worker after which a scene goes to another one. */
const REDELIVER = 300;
/** Nanoseconds of a second, in which JetStream counts. */
const SECOND = 1e9;
/** Time in milliseconds that a request for a scene waits for one. */
const EXPIRES = 2000;
/** Time in milliseconds after which a request counts as lost. */
const LOST = 5000;
/** Outcomes that are read at once. */
const BATCH = 1000;

/** Messages that wait, that are at work, and the time that workers have. */
export interface QueueCounts {
  /** Scenes that no worker has. */
  readonly waiting: number;
  /** Scenes that a worker has, or had when it was killed. */
  readonly working: number;
}

/** An open queue. */
export interface Queue extends AsyncDisposable {
  /** Address without user and password. */
  readonly shown: string;
  /** Seconds without a sign of life after which a scene goes to another worker. */
  readonly redeliver: number;
  /** Adds a scene; false if it is in the queue already. */
  add(scene: QueuedScene): Promise<boolean>;
  /** The next scene; undefined if there is none within two seconds. */
  take(): Promise<JsMsg | undefined>;
  /** Removes a scene for good; the server has noted it when this returns. */
  remove(message: JsMsg): Promise<void>;
  /** Notes the outcome of a scene in place of its earlier one. */
  note(outcome: SceneOutcome): Promise<void>;
  /** State of the queue. */
  counts(): Promise<QueueCounts>;
  /** Last outcome of each scene that has ended, by number. */
  outcomes(): Promise<readonly SceneOutcome[]>;
  /** Forgets all outcomes. */
  forget(): Promise<void>;
}

/** Options of {@linkcode openQueue}. */
export interface OpenQueueOptions extends RetryOptions {
  /**
   * Seconds without a sign of life of its worker after which a scene goes to another one. Default: as it
   * is, 300 for a new queue.
   */
  readonly redeliver?: number | undefined;
}

/** Makes a stream, unless there is one. @throws {InputError} If there is one that works differently. */
async function openStream(
  { manager, reach }: Connection,
  config: Partial<StreamConfig> & { readonly name: string },
  shown: string,
): Promise<void> {
  const info = await reach(async () => {
    try {
      return await manager.streams.info(config.name);
    } catch (error) {
      if (codeOf(error) !== STREAM_NOT_FOUND) throw error;
      return await manager.streams.add(config);
    }
  });
  for (const name of ["retention", "discard", "max_msgs_per_subject"] as const) {
    if (config[name] === info.config[name]) continue;
    throw new InputError(
      `Cannot use queue ${shown}: stream ${config.name} must have ${name} ${config[name]}, got ` +
        info.config[name],
    );
  }
}

/** Makes the consumer, or changes its time. Returns it with the seconds of `redeliver`. */
async function openConsumer(
  { manager, jetstream, reach }: Connection,
  { stream, redeliver }: { readonly stream: string; readonly redeliver: number | undefined },
): Promise<readonly [Consumer, number]> {
  return await reach(async () => {
    const known = await manager.consumers.info(stream, WORKERS).catch((error: unknown) => {
      if (codeOf(error) === CONSUMER_NOT_FOUND) return undefined;
      throw error;
    });
    if (known === undefined) {
      await manager.consumers.add(stream, {
        durable_name: WORKERS,
        ack_policy: "explicit",
        ack_wait: (redeliver ?? REDELIVER) * SECOND,
        // Workers count attempts themselves, and any number of them may be at work.
        ...{ max_deliver: -1, max_ack_pending: -1 },
      });
    } else if (redeliver !== undefined && known.config.ack_wait !== redeliver * SECOND) {
      await manager.consumers.update(stream, WORKERS, { ack_wait: redeliver * SECOND });
    }
    const consumer = await jetstream.consumers.get(stream, WORKERS);
    return [consumer, (await consumer.info()).config.ack_wait! / SECOND];
  });
}

/** One scene of a consumer, or none after a while. */
async function takeFrom(consumer: Consumer): Promise<JsMsg | undefined> {
  const messages = await consumer.fetch({ max_messages: 1, expires: EXPIRES });
  // Without a connection there is no end.
  const timer = setTimeout(() => messages.stop(), LOST);
  try {
    for await (const message of messages) return message;
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Outcomes of a consumer that starts at the first. */
async function readAll(reader: Consumer, count: number): Promise<readonly SceneOutcome[]> {
  const all: SceneOutcome[] = [];
  for (let before = -1; all.length < count && all.length > before;) {
    before = all.length;
    const missing = Math.min(count - all.length, BATCH);
    for await (const message of await reader.fetch({ max_messages: missing, expires: EXPIRES })) {
      all.push(message.json<SceneOutcome>());
    }
  }
  return all;
}

/**
 * Opens a queue, and makes it on the server if there is none of its name.
 *
 * @throws {RangeError} If the address isn't one of a queue.
 * @throws {InputError} If the server refuses access, has no JetStream, or other streams of these names.
 * @throws {UnavailableError} If the server can't be reached in time.
 */
export async function openQueue(
  given: string,
  { redeliver, ...retry }: OpenQueueOptions = {},
): Promise<Queue> {
  const address = queueAddress(given);
  const { name, shown } = address;
  const [scenes, outcomes] = [`emrdm_${name}`, `emrdm_${name}_outcomes`];
  const subject = (kind: "scene" | "outcome", key: string) => `emrdm.${name}.${kind}.${key}`;
  await using stack = new AsyncDisposableStack();
  const connection = stack.use(await connect(address, retry));
  const { jetstream, manager, reach } = connection;
  await openStream(connection, {
    ...{ name: scenes, subjects: [subject("scene", "*")], retention: "workqueue" },
    ...{ max_msgs_per_subject: 1, discard: "new", discard_new_per_subject: true },
  }, shown);
  await openStream(connection, {
    ...{ name: outcomes, subjects: [subject("outcome", "*")], retention: "limits" },
    ...{ max_msgs_per_subject: 1, discard: "old" },
  }, shown);
  const [consumer, seconds] = await openConsumer(connection, { stream: scenes, redeliver });
  const open = stack.move();
  return {
    shown,
    redeliver: seconds,
    async add(scene) {
      const to = subject("scene", await sceneKey(scene.scene));
      return await reach(async (attempt) => {
        try {
          await jetstream.publish(to, messageOf(scene));
          return true;
        } catch (error) {
          if (codeOf(error) !== SUBJECT_IS_FULL) throw error;
          // After an attempt without an answer, the message is that attempt's.
          return attempt > 0;
        }
      });
    },
    take: () => reach(() => takeFrom(consumer)),
    remove: (message) => reach(async () => void await message.ackAck()),
    async note(outcome) {
      const to = subject("outcome", await sceneKey(outcome));
      const text = redacted(JSON.stringify(outcome));
      await reach(() => jetstream.publish(to, text));
    },
    counts: () =>
      reach(async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info(scenes, WORKERS);
        return { waiting: num_pending, working: num_ack_pending };
      }),
    outcomes: () =>
      reach(async () => {
        const { state: { messages } } = await manager.streams.info(outcomes);
        return (await readAll(await jetstream.consumers.get(outcomes), messages))
          .toSorted((a, b) => a.number - b.number);
      }),
    forget: () => reach(async () => void await manager.streams.purge(outcomes)),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
