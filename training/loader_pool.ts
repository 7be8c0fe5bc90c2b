/**
 * Pool of Workers that load the samples of a run.
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
  /** Number of Workers. */
  readonly workers: number;
  /** Number of samples per step. */
  readonly batchSize: number;
  readonly dataset: WorkerDataset;
  readonly maker: SampleMakerOptions;
  /** Module that the Workers run. Default `loader_worker.ts`. */
  readonly program?: URL;
}

/** Minimum number of steps prepared ahead. */
const STEPS_AHEAD = 2;
/** Samples prepared ahead per Worker, so that its next sample is always queued. */
const SAMPLES_AHEAD = 2;

/** Starts the Workers and opens the dataset in each. @throws The error of opening the dataset. */
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

/** Port that can keep the program alive. */
type NodePort = MessagePort & { ref(): void; unref(): void };

interface Waiting {
  resolve(answer: LoaderAnswer): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly port: NodePort;
  /** Unanswered requests by number. */
  readonly waiting: Map<number, Waiting>;
}

/** Source of samples from Workers. It keeps the program alive only while requests are unanswered. */
class SamplePool implements SampleSource {
  readonly ahead: number;
  readonly #threads: readonly Thread[];
  #next = 0;
  #failure: Error | undefined;

  constructor(
    program: URL,
    { workers, batchSize }: { readonly workers: number; readonly batchSize: number },
  ) {
    // Batches may be large, so the number of steps ahead grows only with the idle Workers.
    this.ahead = Math.max(STEPS_AHEAD, Math.ceil(SAMPLES_AHEAD * workers / batchSize));
    this.#threads = Array.from({ length: workers }, () => this.#start(program));
  }

  async open({ dataset, maker }: Pick<PoolOptions, "dataset" | "maker">): Promise<DatasetFacts> {
    const request = { type: "open", dataset, maker } as const;
    const [answer] = await Promise.all(
      this.#threads.map((thread) => this.#request(thread, request)),
    );
    return (answer as Extract<LoaderAnswer, { opened: unknown }>).opened;
  }

  async make(n: number): Promise<Made> {
    const idle = this.#threads.reduce((least, thread) =>
      thread.waiting.size < least.waiting.size ? thread : least
    );
    const answer = await this.#request(idle, { type: "make", n });
    return (answer as Extract<LoaderAnswer, { made: unknown }>).made;
  }

  async close(): Promise<void> {
    this.#fail(new Error("Cannot load a sample: the loader must be open"));
    for (const { port } of this.#threads) port.close();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #request(thread: Thread, request: LoaderRequest): Promise<LoaderAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      // A port whose other end is lost would let the program exit, so the worker is kept alive too.
      thread.port.ref();
      thread.worker.ref();
      thread.port.postMessage({ id, request });
    });
  }

  #start(program: URL): Thread {
    // A data URL that imports the program also works for a program on the web.
    const source = `import ${JSON.stringify(program.href)};`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    // The worker's own messages are scanned value by value for transferables; a port's are not.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2 as never]);
    const thread: Thread = { worker, port: port1 as NodePort, waiting: new Map() };
    worker.on("error", (error: Error) => this.#fail(ended(error.message)));
    worker.on("exit", (code: number) => this.#fail(ended(`its end with code ${code}`)));
    port1.onmessage = ({ data }: MessageEvent) => this.#receive(thread, data);
    unref(thread);
    return thread;
  }

  #receive(thread: Thread, answer: LoaderAnswer & { readonly id: number }): void {
    const { waiting } = thread;
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) unref(thread);
    if ("error" in answer) request?.reject(errorOf(answer.error));
    else request?.resolve(answer);
  }

  /** Rejects all current and future requests with an error. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const thread of this.#threads) {
      for (const { reject } of thread.waiting.values()) reject(this.#failure);
      thread.waiting.clear();
      unref(thread);
    }
  }
}

/** Lets the program exit while the thread is idle. */
function unref({ port, worker }: Thread): void {
  port.unref();
  worker.unref();
}

function ended(found: string): Error {
  const [line] = found.split("\n");
  return new Error(
    `Cannot load samples: the loader's Workers must keep running, got ${line}; set workers to 0 to ` +
      `load in the main thread`,
  );
}
