/**
 * A worker: takes scenes of a queue one by one until it is empty.
 *
 * @module
 */

import { BusyError } from "../../files/mod.ts";
import type { SceneOutcome } from "../outcome_log.ts";
import type { RetryOptions } from "../until_reached.ts";
import { type QueuedScene, sceneOf } from "./message.ts";
import type { JsMsg } from "./nats.ts";
import { openQueue, type Queue } from "./queue.ts";
import { type QueueState, stateOf } from "./state.ts";

/** Deliveries after which a scene that fails is given up. */
const ATTEMPTS = 5;
/** Signs of life in the time after which a scene goes to another worker. */
const SIGNS = 4;
/** Part of that time for which a scene rests after a failure. */
const REST = 0.1;

/** Options of {@linkcode work}. */
export interface WorkOptions extends RetryOptions {
  /** `nats://user:password@host:port/name`. */
  readonly queue: string;
  /** Makes a scene; its files have their names when it returns. Throws what isn't the scene's failure. */
  readonly make: (scene: QueuedScene) => Promise<SceneOutcome>;
  /** Called with the outcome of each scene that has ended. */
  readonly onOutcome?: (outcome: SceneOutcome) => void;
  /** Deliveries after which a scene that fails, or whose workers die, is given up. Default 5. */
  readonly attempts?: number | undefined;
  /** Seconds after which no further scene begins. Default: no limit. */
  readonly maxTime?: number | undefined;
  /** Waits for scenes when the queue is empty. Default false. */
  readonly wait?: boolean;
}

/** Outcome of {@linkcode work}. */
export interface Worked extends QueueState {
  /** Scenes that this worker made. */
  readonly made: number;
  /** Scenes that it found complete. */
  readonly complete: number;
}

/** Runs work while the server gets signs of life, so that it gives the scene to nobody else. */
async function alive<T>(message: JsMsg, redeliver: number, run: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => message.working(), redeliver * 1000 / SIGNS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

/** True if no scene waits and none is at work. */
async function isEmpty(queue: Queue): Promise<boolean> {
  const { waiting, working } = await queue.counts();
  return waiting + working === 0;
}

/** Outcome of a scene that is given up without another attempt. */
function givenUp(scene: Pick<QueuedScene, "number"> & { output: string }, error: string) {
  const time = new Date().toISOString();
  return { number: scene.number, output: scene.output, status: "failed", seconds: 0, error, time };
}

/** Makes the scene of a message; undefined if it goes back to the queue. */
async function attempt(
  message: JsMsg,
  { queue, attempts = ATTEMPTS, make, log = () => {} }:
    & Pick<WorkOptions, "attempts" | "make" | "log">
    & { readonly queue: Queue },
): Promise<SceneOutcome | undefined> {
  const { redeliver } = queue;
  const delivery = message.info.deliveryCount;
  const rest = redeliver * REST * 1000;
  let queued: QueuedScene;
  try {
    queued = sceneOf(message.string());
  } catch (error) {
    return givenUp({ number: 0, output: message.subject }, (error as Error).message);
  }
  const { number, scene: { output } } = queued;
  if (delivery > attempts) {
    const error = `it was delivered ${delivery - 1} times, and its workers ended before it did`;
    return givenUp({ number, output }, error);
  }
  try {
    const outcome = await alive(message, redeliver, () => make(queued));
    if (outcome.status !== "failed" || delivery >= attempts) return outcome;
    log(`scene ${number}, ${output}: attempt ${delivery} of ${attempts} failed: ${outcome.error}`);
    message.nak(rest);
    return undefined;
  } catch (error) {
    // Another worker has it, which the server took for dead.
    const isBusy = error instanceof BusyError;
    message.nak(isBusy ? rest : undefined);
    if (!isBusy) throw error;
    log(`scene ${number}, ${output}: ${error.message}`);
    return undefined;
  }
}

/**
 * Makes the scenes of a queue, one at a time. A scene is acknowledged after its files have their names;
 * if this process is killed before, another worker gets it, and finds it complete if it is. A scene that
 * fails goes back to the queue, and is given up after `attempts` deliveries. The signal sends the scene at
 * work back at once.
 *
 * @returns What this worker did, and the state of the queue at its end: without `wait` or `maxTime`, no
 *   scene waits or is at work.
 * @throws {RangeError} If the address isn't one of a queue.
 * @throws {InputError} If the server refuses access or has no JetStream.
 * @throws {UnavailableError} If the server can't be reached in time; another worker goes on.
 */
export async function work(options: WorkOptions): Promise<Worked> {
  const { maxTime = Infinity, wait = false, signal, onOutcome } = options;
  const end = performance.now() + maxTime * 1000;
  await using queue = await openQueue(options.queue, options);
  const counts = { made: 0, complete: 0 };
  while (performance.now() < end) {
    signal?.throwIfAborted();
    if (!wait && await isEmpty(queue)) break;
    const message = await queue.take();
    if (signal?.aborted) message?.nak();
    signal?.throwIfAborted();
    if (message === undefined) continue;
    const outcome = await attempt(message, { ...options, queue });
    if (outcome === undefined) continue;
    await queue.note(outcome);
    await queue.remove(message);
    if (outcome.status !== "failed") counts[outcome.status === "complete" ? "complete" : "made"]++;
    onOutcome?.(outcome);
  }
  return { ...counts, ...await stateOf(queue) };
}
