/**
 * `deno task archive --scenes 200 --kills 100 --nodes 2 --seed 1`: an archive on a real Slurm of two
 * emulated nodes whose tasks and nodes are killed at random moments; with `--queue`, through a real NATS
 * server whose workers and, `--nodes` times, itself are killed; with `--cwl`, through the application
 * package under cwltool, without kills. Prints counts; the exit code is 1 if a scene is lost, made twice,
 * or differs from that of one machine.
 */

import { parseArgs } from "node:util";
import { killQueue } from "./queue_kills.ts";
import { killArchive } from "./slurm_kills.ts";
import { runPackage } from "./workflows.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    scenes: { type: "string", default: "200" },
    kills: { type: "string", default: "100" },
    nodes: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    queue: { type: "boolean", default: false },
    cwl: { type: "boolean", default: false },
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

/** Runs the archive; `wrong` are scenes that were made twice and files that are left. */
async function run(): Promise<{ readonly lost: number; readonly wrong: number }> {
  if (values.cwl) return { ...await runPackage(options), wrong: 0 };
  const counts =
    await (values.queue
      ? killQueue({ ...options, serverKills: Number(values.nodes) })
      : killArchive({ ...options, nodeKills: Number(values.nodes) }));
  return { ...counts, wrong: counts.twice + counts.left };
}

const counts = await run();
console.log(JSON.stringify(counts, null, 2));
await Deno.remove(folder, { recursive: true });
Deno.exit(counts.lost + counts.wrong === 0 ? 0 : 1);
