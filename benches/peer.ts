/**
 * `deno task bench:peer`: our native engine and PyTorch, alternating in one run. Reports medians,
 * minima, ratios, peak memory, and the speed relative to the machine's matrix product.
 *
 *     deno task bench:peer [--cases A,B] [--runs N] [--threads 2] [--forms tuned,plain]
 *         [--python python3] [--json FILE]
 *
 * Needs Python with PyTorch. The other side is `benches/peer/`, an independent implementation in two
 * forms: "tuned" uses oneDNN operators outside PyTorch's public interface and hand-written gradients;
 * "plain" uses PyTorch's own operators. Its allocator is configured to avoid page faults.
 */

import { parseArgs } from "node:util";

/**
 * GFLOP of one run of the published networks (docs/networks.md, "Published configurations"), with a
 * multiply-add as two operations. A training step takes about three forward passes.
 */
const CASES: Readonly<Record<string, { readonly gflop: number; readonly runs: number }>> = {
  "forward:sen2_mtc_new": { gflop: 254.5, runs: 9 },
  "forward:cuhk": { gflop: 383.8, runs: 7 },
  "forward:sentinel": { gflop: 384.2, runs: 7 },
  "sample:sen2_mtc_new": { gflop: 5 * 254.5, runs: 3 },
  "train:demo": { gflop: 3 * 1.64, runs: 60 },
  "forward:convolutional": { gflop: 12.26, runs: 20 },
  "train:convolutional": { gflop: 3 * 12.26, runs: 10 },
  "train:sen2_mtc_new": { gflop: 3 * 254.5, runs: 4 },
};

const ALLOCATOR = {
  ["MALLOC_MMAP_MAX_"]: "0",
  ["MALLOC_TRIM_THRESHOLD_"]: "100000000000",
  ["MALLOC_TOP_PAD_"]: "268435456",
  ["THP_MEM_ALLOC_ENABLE"]: "1",
};

/** Process that runs its case once for each line "run". */
class Side {
  readonly seconds: number[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(command: Deno.Command) {
    this.#child = command.spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = lines(this.#child.stdout);
  }

  /** Returns the next line of JSON. */
  async next(): Promise<Record<string, number>> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("Cannot time the case: its process must answer, got its end");
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }

  async request(word: string): Promise<Record<string, number>> {
    await this.#writer.write(new TextEncoder().encode(`${word}\n`));
    return await this.next();
  }

  async run(): Promise<void> {
    this.seconds.push((await this.request("run")).seconds!);
  }

  async end(): Promise<Record<string, number>> {
    const answer = await this.request("end");
    await this.#writer.close().catch(() => {});
    await this.#child.status;
    return answer;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const all = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = all.pop()!;
    yield* all;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

const piped = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;

interface Options {
  readonly runs: number;
  readonly threads: string;
  readonly forms: readonly string[];
  readonly python: string;
}

async function compare(name: string, { runs, threads, forms, python }: Options) {
  const here = (path: string) => new URL(path, import.meta.url).pathname;
  const ours = new Side(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", here("peer_ours.ts"), name, "native"],
      ...piped,
    }),
  );
  const first = await ours.next();
  const theirs = new Map<string, Side>();
  for (const form of forms) {
    const side = new Side(
      new Deno.Command(python, {
        args: [
          ...[here("peer/bench.py"), "--case", name, "--serve", "--threads", threads],
          ...form === "plain" ? ["--plain"] : [],
        ],
        env: ALLOCATOR,
        ...piped,
      }),
    );
    await side.next();
    theirs.set(form, side);
  }
  for (let i = 0; i < 2; i++) await ours.run();
  ours.seconds.length = 0;
  for (let i = 0; i < runs; i++) {
    await ours.run();
    for (const side of theirs.values()) await side.run();
  }
  const peak = (await ours.end()).peak!;
  const gflop = CASES[name]!.gflop;
  const rows = [];
  for (const [form, side] of theirs) {
    const end = await side.end();
    const best = { ours: Math.min(...ours.seconds), theirs: Math.min(...side.seconds) };
    rows.push({
      case: name,
      form,
      runs,
      oursMedian: median(ours.seconds),
      theirsMedian: median(side.seconds),
      oursMin: best.ours,
      theirsMin: best.theirs,
      ratioOfMedians: median(ours.seconds) / median(side.seconds),
      ratioOfMinima: best.ours / best.theirs,
      oursPeakGB: peak / 1e9,
      theirsPeakGB: end.peak_rss_bytes! / 1e9,
      oursGflops: gflop / best.ours,
      theirsGflops: gflop / best.theirs,
      matmulGflops: end.gemm_gflops!,
      oursFirst: first.first!,
    });
  }
  return rows;
}

if (import.meta.main) {
  const { values: args } = parseArgs({
    args: Deno.args,
    options: {
      cases: { type: "string", default: Object.keys(CASES).join() },
      runs: { type: "string" },
      threads: { type: "string", default: "2" },
      forms: { type: "string", default: "tuned,plain" },
      python: { type: "string", default: "python3" },
      json: { type: "string" },
    },
  });
  const rows = [];
  const line = (...cells: readonly string[]) =>
    console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(28) : cell.padStart(15)).join(""));
  line("case, PyTorch's form", "ours s (min)", "torch s (min)", "ratio (min)", "peak GB", "GF/s");
  for (const name of args.cases.split(",")) {
    if (CASES[name] === undefined) {
      const known = Object.keys(CASES).join(", ");
      throw new RangeError(`Cannot time the case: it must be one of ${known}, got ${name}`);
    }
    const runs = Number(args.runs ?? CASES[name].runs);
    const { threads, python } = args;
    for (
      const row of await compare(name, { runs, threads, python, forms: args.forms.split(",") })
    ) {
      rows.push(row);
      const two = (a: number, b: number, digits: number) =>
        `${a.toFixed(digits)} (${b.toFixed(digits)})`;
      line(
        `${name} ${row.form}`,
        two(row.oursMedian, row.oursMin, 3),
        two(row.theirsMedian, row.theirsMin, 3),
        two(row.ratioOfMedians, row.ratioOfMinima, 2),
        `${row.oursPeakGB.toFixed(2)} / ${row.theirsPeakGB.toFixed(2)}`,
        `${row.oursGflops.toFixed(0)} / ${row.theirsGflops.toFixed(0)} of ${
          row.matmulGflops.toFixed(0)
        }`,
      );
    }
  }
  if (args.json) await Deno.writeTextFile(args.json, JSON.stringify(rows, null, 1) + "\n");
}
