/**
 * Fuzzes the readers of files: `deno task fuzz --inputs 100000 --seed 1`, or runs one saved input
 * again: `deno task fuzz --replay runs/fuzz/rasters-1-17`.
 */

import { parseArgs } from "node:util";
import { fuzz, type FuzzResult } from "./fuzz.ts";
import { openOracle } from "./oracle.ts";
import { readerOf } from "./readers.ts";
import { runInput } from "./run_input.ts";

const COLUMNS = [
  "reader",
  "inputs",
  "results",
  "typed errors",
  "untyped",
  "hangs",
  "crashes",
  "over 2 s",
  "over 1 GB",
  "wrong",
  "longest ms",
  "peak MB",
  "equal to GDAL",
  "harmless",
];

/** The table of a run, in Markdown. */
export function fuzzTable({ tallies }: FuzzResult): string {
  const rows = [...tallies].map(([name, { counts, inputs, longest, peak, equal, harmless }]) => {
    const of = (kind: string) => counts.get(kind as never) ?? 0;
    const kinds = ["result", "typed", "untyped", "hang", "crash", "slow", "large", "wrong"].map(of);
    const differing = [...harmless.values()].reduce((sum, n) => sum + n, 0);
    return [name, inputs, ...kinds, Math.round(longest), Math.round(peak / 1e6), equal, differing];
  });
  const sums = COLUMNS.map((name, i) =>
    i === 0
      ? "all"
      : /longest|peak/.test(name)
      ? Math.max(...rows.map((row) => Number(row[i])))
      : rows.reduce((sum, row) => sum + Number(row[i]), 0)
  );
  const line = (cells: readonly unknown[]) => `| ${cells.join(" | ")} |`;
  const reasons = [...tallies].flatMap(([name, { harmless }]) =>
    [...harmless].map(([reason, count]) => `- ${name}, ${count} × ${reason}`)
  );
  return [
    ...[line(COLUMNS), line(COLUMNS.map(() => "---")), ...rows.map(line), line(sums)],
    ...(reasons.length === 0 ? [] : ["", ...reasons]),
  ].join("\n");
}

/** Runs a saved input. */
async function replay(folder: string): Promise<boolean> {
  const { reader, index, call } = JSON.parse(await Deno.readTextFile(`${folder}/input.json`));
  const oracle = await openOracle();
  const scratch = await Deno.makeTempDir({ prefix: "emrdm-fuzz-" });
  try {
    const copied = await new Deno.Command("cp", { args: ["-r", `${folder}/files/.`, scratch] })
      .output();
    if (!copied.success) throw new Error(`Cannot replay ${folder}: its files must be readable`);
    const outcome = await runInput(readerOf(reader), {
      folder: scratch,
      input: { files: {}, call },
      index,
      oracle,
    });
    console.log(JSON.stringify(outcome, null, 2).replaceAll("\\n", "\n"));
    return outcome.kind === "result" || outcome.kind === "typed";
  } finally {
    await oracle?.close();
    await Deno.remove(scratch, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      inputs: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: "2" },
      reader: { type: "string", multiple: true },
      save: { type: "string", default: "runs/fuzz" },
      replay: { type: "string" },
    },
  });
  if (values.replay !== undefined) return await replay(values.replay) ? 0 : 1;
  const { reader, save } = values;
  const start = performance.now();
  const result = await fuzz({
    inputs: Number(values.inputs),
    seed: Number(values.seed),
    workers: Number(values.workers),
    save,
    ...(reader && { readers: reader.map(readerOf) }),
    onProgress(done, sofar) {
      if (done % 1000 === 0) {
        console.error(`${done} inputs, ${Math.round((performance.now() - start) / 1000)} s`);
      }
      if (done % 10_000 === 0) console.error(fuzzTable(sofar));
    },
  });
  console.log(fuzzTable(result));
  const kinds = new Map<string, typeof result.failures[number][]>();
  for (const failure of result.failures) {
    const key = `${failure.reader} ${failure.kind}: ${
      failure.message.replace(/\/\S+/g, "…").replace(/\d+/g, "N").slice(0, 260)
    }`;
    kinds.set(key, [...kinds.get(key) ?? [], failure]);
  }
  for (const [kind, all] of [...kinds].sort(([, a], [, b]) => b.length - a.length)) {
    const [{ reader, index, message }] = all as [typeof result.failures[number]];
    console.log(
      `\n${all.length} × ${kind}\n  such as ${save}/${reader}-${values.seed}-${index}: ${message}`,
    );
  }
  return result.failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
