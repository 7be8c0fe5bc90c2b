/**
 * Progress of work that blocks the JavaScript thread, as engines in JavaScript do for minutes: another
 * thread writes the last state to stderr every 10 s until the first one answers again.
 *
 * @module
 */

import { Worker } from "node:worker_threads";

/** State of a piece of work, as it was before it blocked. */
export interface BlockedState {
  /** The text of the line, as in `restore: 4/25 tiles`. */
  readonly text: string;
  /** Time since which it is so, in milliseconds since 1970. */
  readonly since: number;
}

/** The other thread. */
export interface BlockedProgress {
  /** Reports that this thread answers. */
  beat(): void;
  /** Hands over the state; undefined if nothing is going on. */
  show(state: BlockedState | undefined): void;
  /** Time of the last line, of this or the other thread. */
  readonly spoken: number;
  /** Sets the time of the last line. */
  spoke(): void;
  /** Ends the thread. */
  end(): void;
}

/** Times in milliseconds. */
export interface BlockedTimes {
  /** Time without a beat after which the thread counts as blocked. */
  readonly silent: number;
  /** Time between two lines. */
  readonly between: number;
  /** Time between two looks at the clock. */
  readonly look: number;
}

const TIMES: BlockedTimes = { silent: 2500, between: 10_000, look: 500 };

/** Fields of the shared memory: times of the last beat and of the last line. */
const [BEAT, SPOKEN] = [0, 1];

/** Program of the other thread, which imports nothing of ours: no file of it has to be read. */
const PROGRAM = `
import { parentPort, workerData } from "node:worker_threads";
import { writeSync } from "node:fs";

const { memory, times } = workerData;
const shared = new Float64Array(memory);
let state;
parentPort.on("message", (next) => state = next);
const clock = (seconds) => {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return (hours > 0 ? hours + ":" + two(minutes) : minutes) + ":" + two(seconds % 60);
};
setInterval(() => {
  const now = Date.now();
  if (!state || now - shared[${BEAT}] < times.silent) return;
  if (now - shared[${SPOKEN}] < times.between) return;
  shared[${SPOKEN}] = now;
  writeSync(2, state.text + ", " + clock(Math.round((now - state.since) / 1000)) + " so far\\n");
}, times.look);
`;

/** Starts the other thread, which doesn't keep the program running. */
export function watchBlocking(times: BlockedTimes = TIMES): BlockedProgress {
  const memory = new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT);
  const shared = new Float64Array(memory);
  shared[BEAT] = Date.now();
  // The first line comes once the thread counts as blocked.
  shared[SPOKEN] = Date.now() - times.between;
  const worker = new Worker(
    new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`),
    { workerData: { memory, times } },
  );
  worker.unref();
  // Without the thread, this one writes its lines as before.
  worker.on("error", () => {});
  return {
    beat: () => void (shared[BEAT] = Date.now()),
    show: (state) => worker.postMessage(state),
    get spoken() {
      return shared[SPOKEN]!;
    },
    spoke: () => void (shared[SPOKEN] = Date.now()),
    end: () => void worker.terminate(),
  };
}
