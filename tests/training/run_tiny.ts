/**
 * Trains an experiment of the tiny network in a process of its own, which a test may kill: the
 * folder of the run, Workers and the experiment as arguments. Every step is a line on stdout.
 */

import { useEngine } from "../../engine/mod.ts";
import { train } from "../../training/mod.ts";

const [out, workers, experiment] = Deno.args as [string, string, string];
await useEngine("native", { threads: 1 });
await train(JSON.parse(experiment), {
  ...{ out, workers: Number(workers), resume: true },
  onProgress: ({ step }) => console.log(step),
});
Deno.exit(0);
