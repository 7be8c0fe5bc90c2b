/**
 * `deno task archive --scenes 200 --kills 100 --nodes 2 --seed 1`: an archive on a real Slurm of two
 * emulated nodes whose tasks and nodes are killed at random moments; with `--queue`, through a real NATS
 * server whose workers and, `--nodes` times, itself are killed. Prints counts; the exit code is 1 if a
 * scene is lost, made twice, or differs from that of one machine.
 */

import { parseArgs } from "node:util";
import { killQueue } from "./queue_kills.ts";
import { killArchive } from "./slurm_kills.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    scenes: { type: "string", default: "200" },
    kills: { type: "string", default: "100" },
    nodes: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    queue: { type: "boolean", default: false },
  },
});
const folder = await Deno.makeTempDir({ prefix: "archive-" });
const options = {
  folder,
  scenes: Number(values.scenes),
  kills: Number(values.kills),
  seed: Number(values.seed),
  log: console.error,
};
const counts =
  await (values.queue
    ? killQueue({ ...options, serverKills: Number(values.nodes) })
    : killArchive({ ...options, nodeKills: Number(values.nodes) }));
console.log(JSON.stringify(counts, null, 2));
await Deno.remove(folder, { recursive: true });
Deno.exit(counts.lost + counts.twice + counts.left === 0 ? 0 : 1);
