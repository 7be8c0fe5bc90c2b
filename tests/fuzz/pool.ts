/** A pool of worker processes: jobs are handed out, hanging workers are killed and replaced. */

import type { Outcome } from "./outcome.ts";
import type { Job } from "./worker.ts";

const SCRIPT = new URL("worker.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
/** Time in milliseconds without an answer after which an input counts as a hang. */
const PATIENCE = 20_000;
/** A worker loads modules and GDAL first. */
const START_PATIENCE = 120_000;
const MAX_ROUNDS = 10;
const JOB_SIZE = 250;

/** An input whose reader did not return: it hung, or its process died. */
export interface Lost {
  readonly index: number;
  readonly kind: "hang" | "crash";
  readonly message: string;
}

export interface PoolOptions {
  readonly seedFolder: string;
  readonly seed: number;
  readonly workers: number;
  /** Number of inputs by reader. */
  readonly counts: ReadonlyMap<string, number>;
  readonly onOutcome: (reader: string, outcome: Outcome | Lost) => void;
}

interface Worker {
  readonly child: Deno.ChildProcess;
  readonly lines: AsyncGenerator<Record<string, unknown>>;
  send(job: Job): Promise<void>;
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Record<string, unknown>> {
  let rest = "";
  for await (
    const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith("{")) yield JSON.parse(line);
  }
}

function start(seedFolder: string): Worker {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", CONFIG, SCRIPT, seedFolder],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  return {
    child,
    lines: linesOf(child.stdout),
    send: (job) => writer.write(new TextEncoder().encode(`${JSON.stringify(job)}\n`)),
  };
}

async function stop({ child }: Worker): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await child.stdin.close().catch(() => {});
  await child.status;
}

/** Processor time of a process in milliseconds; infinite where the system does not tell. */
async function processorTime(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  // utime and stime, in hundredths of a second, behind the name in parentheses.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? Infinity : 10 * (Number(fields[11]) + Number(fields[12]));
}

/**
 * The next line of a worker, "crash" when it has ended, or "hang" after a time. On a busy machine a
 * worker that hardly runs is waited for much longer.
 */
async function nextLine(
  worker: Worker,
  patience: number,
): Promise<Record<string, unknown> | Lost["kind"]> {
  const line = worker.lines.next().then(({ value, done }) => done ? "crash" as const : value);
  const start = await processorTime(worker.child.pid);
  for (let round = 1;; round++) {
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), patience);
    try {
      const found = await Promise.race([line, late]);
      if (found !== "late") return found;
      const used = await processorTime(worker.child.pid) - start;
      if (!(used < patience / 2) || round === MAX_ROUNDS) return "hang";
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Runs all inputs. */
export async function runPool(
  { seedFolder, seed, workers, counts, onOutcome }: PoolOptions,
): Promise<void> {
  const jobs: Job[] = [];
  for (const [reader, count] of counts) {
    for (let from = 0; from < count; from += JOB_SIZE) {
      jobs.push({ reader, seed, from, to: Math.min(count, from + JOB_SIZE) });
    }
  }
  // All readers advance alike.
  jobs.sort((a, b) => a.from / counts.get(a.reader)! - b.from / counts.get(b.reader)!);
  async function serve(): Promise<void> {
    let worker: Worker | undefined;
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      if (worker === undefined) {
        worker = start(seedFolder);
        const ready = await nextLine(worker, START_PATIENCE);
        if (typeof ready === "string") {
          throw new Error(`a worker of the fuzzer must start, got a ${ready}`);
        }
      }
      await worker.send(job);
      let current = job.from;
      for (;;) {
        const line = await nextLine(worker, PATIENCE);
        if (typeof line === "string") {
          onOutcome(job.reader, { index: current, kind: line, message: "the process was ended" });
          await stop(worker);
          worker = undefined;
          if (current + 1 < job.to) jobs.unshift({ ...job, from: current + 1 });
          break;
        }
        if (line.done === true) break;
        if (typeof line.start === "number") current = line.start;
        else onOutcome(job.reader, line as unknown as Outcome);
      }
    }
    if (worker !== undefined) await stop(worker);
  }
  await Promise.all(Array.from({ length: workers }, serve));
}
