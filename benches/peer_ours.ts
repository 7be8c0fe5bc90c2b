/**
 * Our side of `deno task bench:peer`: prepares one case, runs it once for each line "run" on standard
 * input, and reports its peak memory at "end".
 *
 *     deno run -A benches/peer_ours.ts CASE [ENGINE] [PROFILE]
 */

import { type EngineName, useEngine } from "../engine/mod.ts";
import { quickWeights } from "../tests/networks/published.ts";
import { forward, sampling, subjectOf, training } from "./cases.ts";

/** Returns the peak resident memory of this process (Linux). */
function peakBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(status.match(/VmHWM:\s+(\d+) kB/)![1]) * 1024;
}

if (import.meta.main) {
  const [name = "forward:sentinel", engine = "native", profile] = Deno.args;
  const [kind, which] = name.split(":") as [string, string];
  await useEngine(engine as EngineName, { threads: 2, ...(profile && { profile }) });
  const subject = subjectOf(which);
  const weights = quickWeights(subject.network);
  const make = { forward, sample: sampling, train: training }[kind]!;
  const { run, end } = make(subject, weights);
  const started = performance.now();
  await run();
  const first = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ ready: true, first, peak: peakBytes() }));
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const text of lines) {
    const all = (rest + text).split("\n");
    rest = all.pop()!;
    for (const line of all) {
      if (line === "end") {
        await end();
        console.log(JSON.stringify({ peak: peakBytes() }));
        Deno.exit(0);
      }
      const start = performance.now();
      await run();
      console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
    }
  }
}
