/**
 * `deno task kills --count 1000 --seed 1`: kills calls of the command line at random moments, repeats them
 * and compares. Prints counts by call; the exit code is 1 if anything was lost or left. `--from` goes on
 * with the turns after those of an earlier run.
 */

import { parseArgs } from "node:util";
import { useEngine } from "../../engine/mod.ts";
import { killCalls } from "./kill_loop.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
await useEngine("cpu");
const begun = performance.now();
const { counts, next } = await killCalls({
  count: Number(values.count),
  seed: Number(values.seed),
  from: Number(values.from),
  ...(values.only !== undefined && { only: values.only.split(",") }),
  folder: await Deno.makeTempDir({ prefix: "kills-" }),
  log: console.error,
});
console.table(counts);
const sum = (key: "kills" | "halfDone" | "lost" | "temporaries") =>
  Object.values(counts).reduce((total, count) => total + count[key], 0);
console.log(`more of this seed: --from ${next}`);
console.log(
  `${sum("kills")} kills, ${sum("halfDone")} with files half done: lost ${sum("lost")}, ` +
    `temporaries left ${sum("temporaries")} (${Math.round((performance.now() - begun) / 1000)} s)`,
);
Deno.exit(sum("lost") + sum("temporaries") === 0 ? 0 : 1);
