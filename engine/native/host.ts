/** Main-thread side of the worker that runs graphs. @module */

import { Worker } from "node:worker_threads";
import { NativeUnavailableError } from "./errors.ts";
import type { Answer, Feed, Fetch, Request, SessionOptions, TensorData } from "./protocol.ts";

/** A port that can stop keeping the program alive. */
type NodePort = MessagePort & { ref(): void; unref(): void };

/** A request waiting for its answer. */
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Sends requests to the worker, which serves them in order. The worker keeps the program alive only
 * while a request is pending.
 */
export class NativeHost {
  readonly #worker: Worker;
  readonly #port: NodePort;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #dead: Error | undefined;

  /** @param program The module that the worker runs. Default `worker.ts`. */
  constructor(program = new URL("./worker.ts", import.meta.url)) {
    // A worker from an http URL starts through a data URL that imports it.
    const source = `import ${JSON.stringify(program.href)};`;
    this.#worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("the native worker ended")));
    // A separate port: Deno scans messages of the worker itself element by element.
    const { port1, port2 } = new MessageChannel();
    this.#worker.postMessage({ port: port2 }, [port2 as never]);
    this.#port = port1 as NodePort;
    this.#port.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(data);
    this.#rest();
  }

  /** A fresh handle for a session or a tensor. */
  handle(): number {
    return this.#next++;
  }

  /** Loads the runtime. @throws {NativeUnavailableError} If it does not load. */
  async start(): Promise<void> {
    await this.#ask({ type: "start" });
  }

  /** Creates a session of a model, whose bytes are transferred. */
  async create(model: Uint8Array, options: SessionOptions): Promise<number> {
    const session = this.handle();
    await this.#ask({ type: "create", session, model, options }, [model.buffer as ArrayBuffer]);
    return session;
  }

  /** Runs a session; kept outputs stay with the worker. */
  async run(
    session: number,
    feeds: Readonly<Record<string, Feed>>,
    fetches: Readonly<Record<string, Fetch>>,
  ): Promise<Readonly<Record<string, TensorData>>> {
    // Transferring a copy costs a tenth of having it copied while it is sent.
    const sent: Record<string, Feed> = {};
    const buffers: ArrayBuffer[] = [];
    for (const [name, feed] of Object.entries(feeds)) {
      if (!("data" in feed)) {
        sent[name] = feed;
        continue;
      }
      const data = feed.data.slice();
      buffers.push(data.buffer);
      sent[name] = { ...feed, data };
    }
    const answer = await this.#ask({ type: "run", session, feeds: sent, fetches }, buffers);
    return (answer as Extract<Answer, { outputs: unknown }>).outputs;
  }

  /** Transfers values to the worker. @returns Their handle. */
  async put(data: TensorData): Promise<number> {
    const handle = this.handle();
    await this.#ask({ type: "put", handle, data }, [data.buffer as ArrayBuffer]);
    return handle;
  }

  /** Copies values within the worker. @returns The handle of the copy. */
  async copy(from: number): Promise<number> {
    const to = this.handle();
    await this.#ask({ type: "copy", from, to });
    return to;
  }

  /** Reads a copy of values that the worker holds. */
  async get(handle: number): Promise<TensorData> {
    const answer = await this.#ask({ type: "get", handle });
    return (answer as Extract<Answer, { data: unknown }>).data;
  }

  /** Frees values that the worker holds. */
  free(handles: readonly number[]): void {
    if (this.#dead === undefined) this.#send(this.#next++, { type: "free", handles });
  }

  /** Releases a session. */
  async release(session: number): Promise<void> {
    await this.#ask({ type: "release", session });
  }

  /** Terminates the worker and everything that it holds. */
  async terminate(): Promise<void> {
    this.#dead ??= new Error("the native engine was closed");
    await this.#worker.terminate();
  }

  #ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) {
        // The worker too: a port that lost its other end would let the program exit unanswered.
        this.#port.ref();
        this.#worker.ref();
      }
      this.#waiting.set(id, { resolve, reject });
      this.#send(id, request, transfer);
    });
  }

  #send(id: number, request: Request, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage({ id, request }, transfer as ArrayBuffer[]);
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#rest();
    if (waiting === undefined) return;
    if ("error" in answer) waiting.reject(explain(answer));
    else waiting.resolve(answer);
  }

  #fail(error: Error): void {
    this.#dead ??= explain({ name: error.name, error: error.message });
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
    this.#rest();
  }

  /** Stops keeping the program alive. */
  #rest(): void {
    this.#port.unref();
    this.#worker.unref();
  }
}

/** Turns an error of the worker into one that names its fix. */
function explain({ name, error }: { readonly name: string; readonly error: string }): Error {
  if (error.includes("usage data")) {
    return new NativeUnavailableError(`Cannot use engine native: ${error}`);
  }
  if (/ffi access|allow-ffi/.test(error)) {
    return new NativeUnavailableError(
      "Cannot use engine native: it runs native code; add --allow-ffi, or use --engine wasm",
    );
  }
  const missing = /Requires (read|import|net) access to "([^"\n]*)"/.exec(error);
  if (missing !== null) {
    const [, kind, what] = missing;
    return new NativeUnavailableError(
      `Cannot use engine native: its worker must be loaded from ${what}, got no permission; add ` +
        `--allow-${kind}=${what}, or use --engine wasm`,
    );
  }
  if (/npm package|Could not find|ERR_MODULE_NOT_FOUND|dlopen|shared object/.test(error)) {
    return new NativeUnavailableError(
      `Cannot use engine native: the package onnxruntime-node does not load (${error}); install it ` +
        `with deno cache npm:onnxruntime-node, or use --engine wasm`,
    );
  }
  return new Error(`Cannot compute on engine native: ${name}: ${error}`);
}
