/**
 * Computes windows on several threads, with a bounded number of windows in memory.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { buffersOf, type WindowAnswer, type WindowJob, type WindowMemory } from "./window_job.ts";

/** More threads wait for the pixels that the calling thread reads. */
const MOST_THREADS = 4;

/**
 * Threads that compute windows beside the calling one: all processors but one of many. The calling
 * thread reads, which takes a fraction of the work; two processors would leave one thread to compute.
 */
export function windowThreads(): number {
  const processors = globalThis.navigator?.hardwareConcurrency ?? 1;
  return processors < 2 ? 0 : Math.min(MOST_THREADS, Math.max(2, processors - 1));
}

/** A port that can be kept from keeping the program alive. */
type NodePort = MessagePort & { ref(): void; unref(): void };

interface Task<Job, Result> {
  readonly message: WindowJob<Job>;
  resolve(result: Result): void;
  reject(error: Error): void;
}

interface Thread<Job, Result> {
  readonly worker: Worker;
  readonly port: NodePort;
  task: Task<Job, Result> | undefined;
}

/** Options of a {@linkcode WindowPool}. */
export interface WindowPoolOptions {
  /** Program of the Workers, which calls `serveWindows`. */
  readonly program: URL;
  /** What all windows share; plain data. */
  readonly work: unknown;
  /** Number of Workers, at least 1; they are started on demand. */
  readonly threads: number;
  /** Verb and object for errors: "make a composite". */
  readonly purpose: string;
}

/** Threads that compute windows. They keep the program alive only while they work. */
export class WindowPool<Job, Result> {
  readonly #options: WindowPoolOptions;
  readonly #threads: Thread<Job, Result>[] = [];
  readonly #queue: Task<Job, Result>[] = [];
  readonly #free: WindowMemory[];
  readonly #takers: { resolve(memory: WindowMemory): void; reject(error: Error): void }[] = [];
  #dead: Error | undefined;

  constructor(options: WindowPoolOptions) {
    this.#options = options;
    // One window is cut while all threads work.
    this.#free = Array.from({ length: options.threads + 1 }, () => []);
  }

  /** Takes memory for the values of a window, and waits until there is some. */
  async take(): Promise<WindowMemory> {
    if (this.#dead !== undefined) throw this.#dead;
    const memory = this.#free.pop();
    if (memory !== undefined) return memory;
    return await new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  /**
   * Computes a window.
   *
   * @param job Plain data, which may hold the arrays of `memory`.
   * @param memory Memory from {@linkcode take}, which is given back; its buffers are transferred.
   */
  async run(job: Job, memory: WindowMemory): Promise<Result> {
    if (this.#dead !== undefined) throw this.#dead;
    return await new Promise((resolve, reject) => {
      this.#queue.push({ message: { job, memory }, resolve, reject });
      this.#next();
    });
  }

  /** Stops the threads and rejects pending calls. */
  async close(): Promise<void> {
    await this.#fail(new Error("the pool was closed"));
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const idle = this.#threads.find(({ task }) => task === undefined) ??
      (this.#threads.length < this.#options.threads ? this.#start() : undefined);
    if (idle === undefined) return;
    const task = this.#queue.shift()!;
    idle.task = task;
    // A port whose other end is lost would let the program exit, so the worker is kept alive too.
    idle.port.ref();
    idle.worker.ref();
    idle.port.postMessage(task.message, buffersOf(task.message.memory));
  }

  #start(): Thread<Job, Result> {
    const { program, work } = this.#options;
    // A data URL that imports the program also works for a program on the web.
    const source = `import ${JSON.stringify(program.href)};`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    // The worker's own messages are scanned value by value for transferables; a port's are not.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2 as never]);
    const thread: Thread<Job, Result> = { worker, port: port1 as NodePort, task: undefined };
    thread.port.postMessage({ work });
    worker.on("error", (error: Error) => void this.#fail(this.#ended(error.message)));
    worker.on("exit", (code: number) => void this.#fail(this.#ended(`its end with code ${code}`)));
    port1.onmessage = ({ data }: MessageEvent<WindowAnswer<Result>>) => this.#receive(thread, data);
    this.#threads.push(thread);
    return thread;
  }

  #receive(thread: Thread<Job, Result>, answer: WindowAnswer<Result>): void {
    const { task } = thread;
    thread.task = undefined;
    thread.port.unref();
    thread.worker.unref();
    if ("error" in answer) {
      this.#give([]);
      task!.reject(new Error(answer.error));
    } else {
      const buffers = [...answer.memory];
      const { memory } = task!.message;
      this.#give(memory.map((values) => values && new Float32Array(buffers.shift()!)));
      task!.resolve(answer.result);
    }
    this.#next();
  }

  #give(memory: WindowMemory): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#free.push(memory);
    else taker.resolve(memory);
  }

  async #fail(error: Error): Promise<void> {
    if (this.#dead !== undefined) return;
    this.#dead = error;
    const tasks = [...this.#queue, ...this.#threads.flatMap(({ task }) => task ?? [])];
    for (const { reject } of [...tasks, ...this.#takers]) reject(error);
    this.#queue.length = this.#takers.length = 0;
    for (const { port } of this.#threads) port.close();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #ended(found: string): Error {
    const [line] = found.split("\n");
    return new Error(
      `Cannot ${this.#options.purpose}: its Workers must keep running, got ${line}; set threads to 0 ` +
        "to work in the main thread",
    );
  }
}
