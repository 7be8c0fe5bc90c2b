/**
 * Workers that make the samples of a run.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import {
  type DatasetFacts,
  errorOf,
  type LoaderAnswer,
  type LoaderRequest,
  type WorkerDataset,
} from "./loader_protocol.ts";
import type { Made, SampleMakerOptions, SampleSource } from "./sample_maker.ts";

/** Options of {@linkcode openPool}. */
export interface PoolOptions {
  /** How many. */
  readonly workers: number;
  /** Samples of a step. */
  readonly batchSize: number;
  readonly dataset: WorkerDataset;
  readonly maker: SampleMakerOptions;
  /** The module that they run. Default `loader_worker.ts`. */
  readonly program?: URL;
}

/** Steps ahead: one is being used while the next is made. */
const STEPS_AHEAD = 2;
/** Samples ahead for each Worker: the next waits for it when it is done with one. */
const SAMPLES_AHEAD = 2;

/** Starts the Workers. @throws What opening the dataset throws. */
export async function openPool(
  { program, ...options }: PoolOptions,
): Promise<{ readonly dataset: DatasetFacts; readonly source: SampleSource }> {
  const url = program ?? new URL("./loader_worker.ts", import.meta.url);
  const pool = new SamplePool(url, options);
  try {
    return { dataset: await pool.open(options), source: pool };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** A port that can let the program end. */
type NodePort = MessagePort & { ref(): void; unref(): void };

interface Waiting {
  resolve(answer: LoaderAnswer): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly port: NodePort;
  /** What it was asked, by number. */
  readonly waiting: Map<number, Waiting>;
}

/** Keeps the program alive only while samples are being made. */
class SamplePool implements SampleSource {
  readonly ahead: number;
  readonly #threads: readonly Thread[];
  #next = 0;
  #dead: Error | undefined;

  constructor(
    program: URL,
    { workers, batchSize }: { readonly workers: number; readonly batchSize: number },
  ) {
    // A bound on memory: batches may be large, so there are no more of them for more Workers.
    this.ahead = Math.max(STEPS_AHEAD, Math.ceil(SAMPLES_AHEAD * workers / batchSize));
    this.#threads = Array.from({ length: workers }, () => this.#start(program));
  }

  async open({ dataset, maker }: Pick<PoolOptions, "dataset" | "maker">): Promise<DatasetFacts> {
    const request = { type: "open", dataset, maker } as const;
    const [answer] = await Promise.all(
      this.#threads.map((thread) => this.#ask(thread, request)),
    );
    return (answer as Extract<LoaderAnswer, { opened: unknown }>).opened;
  }

  async make(n: number): Promise<Made> {
    const idlest = this.#threads.reduce((least, thread) =>
      thread.waiting.size < least.waiting.size ? thread : least
    );
    const answer = await this.#ask(idlest, { type: "make", n });
    return (answer as Extract<LoaderAnswer, { made: unknown }>).made;
  }

  async close(): Promise<void> {
    this.#fail(new Error("Cannot make a sample: the loader must be open"));
    for (const { port } of this.#threads) port.close();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #ask(thread: Thread, request: LoaderRequest): Promise<LoaderAnswer> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      // The worker too: a port that lost its other end would let the program end unanswered.
      thread.port.ref();
      thread.worker.ref();
      thread.port.postMessage({ id, request });
    });
  }

  #start(program: URL): Thread {
    // A worker from a URL of the web starts by way of a data URL, which imports it.
    const source = `import ${JSON.stringify(program.href)};`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    // A port of its own, as messages of the worker itself are searched through, number by number.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2 as never]);
    const thread: Thread = { worker, port: port1 as NodePort, waiting: new Map() };
    worker.on("error", (error: Error) => this.#fail(ended(error.message)));
    worker.on("exit", (code: number) => this.#fail(ended(`its end with code ${code}`)));
    port1.onmessage = ({ data }: MessageEvent) => this.#receive(thread, data);
    rest(thread);
    return thread;
  }

  #receive(thread: Thread, answer: LoaderAnswer & { readonly id: number }): void {
    const { waiting } = thread;
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) rest(thread);
    if ("error" in answer) asked?.reject(errorOf(answer.error));
    else asked?.resolve(answer);
  }

  /** Whoever waits, and whoever asks from now on, gets the error. */
  #fail(error: Error): void {
    this.#dead ??= error;
    for (const thread of this.#threads) {
      for (const { reject } of thread.waiting.values()) reject(this.#dead);
      thread.waiting.clear();
      rest(thread);
    }
  }
}

/** Lets the program end. */
function rest({ port, worker }: Thread): void {
  port.unref();
  worker.unref();
}

function ended(found: string): Error {
  const [line] = found.split("\n");
  return new Error(
    `Cannot make samples: a Worker of the loader must go on running, got ${line}; set workers to 0 ` +
      `to do without`,
  );
}
