/**
 * `emrdm work`: a worker that takes scenes from a queue.
 *
 * @module
 */

import {
  type QueueState,
  queueState,
  work,
  type Worked,
  type WorkOptions,
} from "../archives/mod.ts";
import { command, type Context, Failure, type Result, type SceneFeed } from "./command.ts";
import { outcomeOf, outcomeText, sceneCommand } from "./fed_scenes.ts";
import { count, toggle, UsageError } from "./flags.ts";
import { QUEUE_FLAGS, queueOf } from "./queue_flags.ts";

/** Failures that are listed. */
const LISTED = 20;

function failureLines({ failed }: QueueState): readonly string[] {
  return [
    ...failed.slice(0, LISTED).map(({ number, output, error }) =>
      `scene ${number}, ${output}: ${error}`
    ),
    ...(failed.length > LISTED ? [`and ${failed.length - LISTED} more failures`] : []),
  ];
}

/** State of a queue in lines. */
function stateText(state: QueueState): string {
  const { queue, waiting, working, done, failed } = state;
  const counts = `${queue}: ${done} done, ${failed.length} failed, ${waiting} waiting, ` +
    `${working} at work`;
  return [counts, ...failureLines(state)].join("\n");
}

/** What a worker did; scenes that failed, whichever worker had them, make it a failure. */
function workedResult(worked: Worked): Result {
  const { made, complete, failed } = worked;
  const text = `scenes: ${made} made, ${complete} already complete\n${stateText(worked)}`;
  if (failed.length > 0) throw new Failure(text, worked);
  return { text, json: worked };
}

/** The scenes of a queue as a feed. */
function feedOf(
  { maxTime, ...options }: Pick<WorkOptions, "queue" | "attempts" | "maxTime" | "wait" | "retry">,
  { log, print }: Pick<Context, "log" | "print">,
): SceneFeed {
  const node = Deno.hostname();
  return async (make, signal) =>
    workedResult(
      await work({
        ...{ ...options, log, signal },
        ...(maxTime !== undefined && { maxTime: maxTime * 60 }),
        make: async ({ number, scene }) => outcomeOf(await make(scene), { number, node }),
        onOutcome: (outcome) => print(outcome, outcomeText(outcome)),
      }),
    );
}

/** `emrdm work`. */
export const workCommand = command({
  operands: "[-- restore|composite and its flags]",
  details:
    `Takes scenes from a queue that emrdm enqueue filled, and makes them, one at a time. Any number of
workers may share a queue, on machines that come and go. After -- come restore or composite and their
flags, the same for all workers of a queue.

A scene leaves the queue after its files have their names. If a worker is killed, the scene goes to
another one when the worker has given no sign of life for 5 minutes (enqueue --redeliver). SIGTERM sends
it back at once, with exit code 143. A scene that fails is tried again, and given up after --attempts
deliveries; preempted and killed ones count.

The worker ends when no scene waits and none is at work anywhere, lists the scenes of the queue that
were given up, and has code 1 if there are any.

While the server doesn't answer, the worker tries again for --retry seconds, then ends with code 5. The
queue stays as it is.`,
  flags: {
    ...QUEUE_FLAGS,
    attempts: count("Deliveries after which a scene is given up. Default: 5.", { min: 1 }),
    maxTime: count("Minutes after which no further scene begins. Default: no limit.", { min: 1 }),
    wait: toggle("Wait for scenes when the queue is empty."),
    status: toggle("Print the state of the queue, and do nothing."),
  },
  examples: [
    "work --queue nats://host:4222/spring -- restore --keep-clear",
    "work --queue nats://host:4222/spring --max-time 55 -- composite --method median",
    "work --queue nats://host:4222/spring --status",
  ],
  async run(values, context) {
    const queue = queueOf(values);
    const { attempts, maxTime, wait, status, retry } = values;
    const { operands, log } = context;
    if (status) {
      if (operands.length > 0) {
        throw new UsageError(`--status takes no command, got ${operands[0]}`);
      }
      const state = await queueState(queue, { retry, log });
      return { text: stateText(state), json: state };
    }
    return await context.call(sceneCommand(operands), {
      scenes: feedOf({ queue, attempts, maxTime, wait, retry }, context),
    });
  },
});
