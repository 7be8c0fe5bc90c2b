/**
 * `emrdm enqueue`: adds the scenes of a manifest to a queue.
 *
 * @module
 */

import { enqueue } from "../archives/mod.ts";
import { command, operandsOf } from "./command.ts";
import { count } from "./flags.ts";
import { QUEUE_FLAGS, queueOf } from "./queue_flags.ts";

/** `emrdm enqueue`. */
export const enqueueCommand = command({
  operands: "<manifest>",
  details:
    `Adds each scene of the manifest to a queue on a NATS server with JetStream (nats-server -js), from
which emrdm work takes them. The queue is made if there is none of its name. A scene whose output is in
the queue isn't added again; one that is complete is added, and skipped by the worker.

The queue holds the paths and addresses of the manifest, which have to be valid on the workers. Signed
addresses are kept as they are: who may read the queue sees them.`,
  flags: {
    ...QUEUE_FLAGS,
    redeliver: count(
      "Seconds without a sign of life of its worker after which a scene goes to another one. Default: " +
        "300 for a new queue.",
      { min: 1 },
    ),
  },
  examples: ["enqueue scenes.csv --queue nats://host:4222/spring"],
  async run(values, context) {
    const [manifest] = operandsOf(context, { min: 1, what: "a manifest" });
    const { redeliver, retry } = values;
    const found = await enqueue(manifest!, {
      ...{ queue: queueOf(values), redeliver, retry, log: context.log },
    });
    const { queue, scenes, added, present } = found;
    const more = present === 0 ? "" : `, ${present} in the queue already`;
    return { text: `${queue}: ${added} of ${scenes} scenes added${more}`, json: found };
  },
});
