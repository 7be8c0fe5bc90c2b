/**
 * Worker process: runs ranges of inputs that it is told on stdin, and prints the outcome of each.
 * A reader that hangs takes only this process with it.
 */

import { drawsOf } from "./draws.ts";
import { openOracle } from "./oracle.ts";
import { readerOf } from "./readers.ts";
import { runInput, writeInput } from "./run_input.ts";
import { loadSeeds } from "./seeds.ts";

/** A range of inputs of one reader. */
export interface Job {
  readonly reader: string;
  readonly seed: number;
  readonly from: number;
  /** Behind the last. */
  readonly to: number;
}

/** Keeps made-up addresses off the network; the servers of the readers are on this machine. */
function stayHome(): void {
  const own = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hostname === "127.0.0.1") return own(input, init);
    return Promise.reject(new TypeError(`no connection to ${hostname}`));
  };
}

const encoder = new TextEncoder();
function say(value: unknown): void {
  const bytes = encoder.encode(`${JSON.stringify(value)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

async function work(seedFolder: string): Promise<void> {
  stayHome();
  const oracle = await openOracle();
  const scratch = await Deno.makeTempDir({ prefix: "emrdm-fuzz-" });
  try {
    say({ ready: true });
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
    let rest = "";
    for await (const text of lines) {
      rest += text;
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const job: Job = JSON.parse(rest.slice(0, end));
        rest = rest.slice(end + 1);
        const reader = readerOf(job.reader);
        const seeds = await loadSeeds(seedFolder, reader.name);
        for (let index = job.from; index < job.to; index++) {
          say({ start: index });
          const draws = drawsOf({ seed: job.seed, reader: reader.name, index });
          const input = reader.mutate(draws, seeds);
          const folder = `${scratch}/${index}`;
          await Deno.mkdir(folder);
          writeInput(folder, input);
          say(await runInput(reader, { folder, input, index, oracle }));
          await Deno.remove(folder, { recursive: true });
        }
        say({ done: true });
      }
    }
  } finally {
    await oracle?.close();
    await Deno.remove(scratch, { recursive: true }).catch(() => {});
  }
}

if (import.meta.main) await work(Deno.args[0]!);
