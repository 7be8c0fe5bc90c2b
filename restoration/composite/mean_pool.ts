/**
 * Applies a mean to windows on several threads, with a bounded number of windows in memory.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import type { MeanImage } from "../../means/mod.ts";
import { buffersOf, type MeanAnswer, type MeanJob, type MeanWork } from "./mean_worker.ts";

/** More threads wait for the pixels that the calling thread reads. */
const MOST_THREADS = 4;

/**
 * Threads that make a composite beside the calling one: all processors but one of many. The calling
 * thread reads, which takes a fraction of the work; two processors would leave one thread to compute.
 */
export function meanThreads(): number {
  const processors = globalThis.navigator?.hardwareConcurrency ?? 1;
  return processors < 2 ? 0 : Math.min(MOST_THREADS, Math.max(2, processors - 1));
}

/** Memory of the values of a window's frames. */
export type WindowMemory = (Float32Array | undefined)[];

/** A port that can be kept from keeping the program alive. */
type NodePort = MessagePort & { ref(): void; unref(): void };

interface Task {
  readonly job: MeanJob;
  resolve(image: MeanImage): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly port: NodePort;
  task: Task | undefined;
}

/** Threads that apply a mean. They keep the program alive only while they work. */
export class MeanPool {
  readonly #work: MeanWork;
  readonly #most: number;
  readonly #threads: Thread[] = [];
  readonly #queue: Task[] = [];
  readonly #free: WindowMemory[];
  readonly #takers: { resolve(memory: WindowMemory): void; reject(error: Error): void }[] = [];
  #dead: Error | undefined;

  /** @param threads Number of Workers, at least 1; they are started on demand. */
  constructor(work: MeanWork, { threads }: { readonly threads: number }) {
    this.#work = work;
    this.#most = threads;
    // One window is cut while all threads work.
    this.#free = Array.from({ length: threads + 1 }, () => []);
  }

  /** Takes memory for a window, and waits until there is some. */
  async take(): Promise<WindowMemory> {
    if (this.#dead !== undefined) throw this.#dead;
    const memory = this.#free.pop();
    if (memory !== undefined) return memory;
    return await new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  /** Applies the mean to a window whose values are in memory from {@linkcode take}. */
  async apply(job: MeanJob): Promise<MeanImage> {
    if (this.#dead !== undefined) throw this.#dead;
    return await new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
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
      (this.#threads.length < this.#most ? this.#start() : undefined);
    if (idle === undefined) return;
    const task = this.#queue.shift()!;
    idle.task = task;
    // A port whose other end is lost would let the program exit, so the worker is kept alive too.
    idle.port.ref();
    idle.worker.ref();
    const { frames, masks } = task.job.window;
    idle.port.postMessage(task.job, buffersOf([...frames, ...masks]));
  }

  #start(): Thread {
    const program = new URL("./mean_worker.ts", import.meta.url);
    // A data URL that imports the program also works for a program on the web.
    const source = `import ${JSON.stringify(program.href)};`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    // The worker's own messages are scanned value by value for transferables; a port's are not.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2 }, [port2 as never]);
    const thread: Thread = { worker, port: port1 as NodePort, task: undefined };
    thread.port.postMessage(this.#work);
    worker.on("error", (error: Error) => void this.#fail(ended(error.message)));
    worker.on("exit", (code: number) => void this.#fail(ended(`its end with code ${code}`)));
    port1.onmessage = ({ data }: MessageEvent<MeanAnswer>) => this.#receive(thread, data);
    this.#threads.push(thread);
    return thread;
  }

  #receive(thread: Thread, answer: MeanAnswer): void {
    const { task } = thread;
    thread.task = undefined;
    thread.port.unref();
    thread.worker.unref();
    const { frames } = task!.job.window;
    if ("error" in answer) {
      this.#give(frames.map(() => undefined));
      task!.reject(new Error(answer.error));
    } else {
      const buffers = [...answer.memory];
      this.#give(frames.map((frame) => frame && new Float32Array(buffers.shift()!)));
      task!.resolve(answer.image);
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
}

function ended(found: string): Error {
  const [line] = found.split("\n");
  return new Error(
    `Cannot make a composite: its Workers must keep running, got ${line}; set threads to 0 to work ` +
      "in the main thread",
  );
}
