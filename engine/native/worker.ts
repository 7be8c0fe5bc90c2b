/**
 * Worker that runs graphs. onnxruntime blocks its thread while it computes; the main thread stays free to
 * show progress and to handle Ctrl-C.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { product } from "../../core/mod.ts";
import { disableTelemetry } from "./telemetry.ts";
import type { Answer, Feed, Fetch, Request, SessionOptions, TensorData } from "./protocol.ts";

type Ort = typeof import("./ort.ts")["ort"];
type Session = Awaited<ReturnType<Ort["InferenceSession"]["create"]>>;

/** Bytes of freed buffers that are kept for reuse at most. */
const MOST_FREE_BYTES = 2 ** 28;

/** Sessions and held values; freed buffers are reused for outputs of the same size. */
class Runtime {
  readonly #ort: Ort;
  readonly #sessions = new Map<number, Session>();
  readonly #held = new Map<number, TensorData>();
  readonly #free = new Map<string, TensorData[]>();
  #freeBytes = 0;

  constructor(ort: Ort) {
    this.#ort = ort;
  }

  async create(
    id: number,
    model: Uint8Array,
    { threads, spin, profile }: SessionOptions,
  ): Promise<void> {
    const session = await this.#ort.InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      // Memory patterns double the memory of the first run and are no faster.
      enableMemPattern: false,
      // Spinning threads start sooner but get in the way on shared cores.
      extra: { session: { ["intra_op"]: { ["allow_spinning"]: spin ? "1" : "0" } } },
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    });
    this.#sessions.set(id, session);
  }

  async run(
    id: number,
    feeds: Readonly<Record<string, Feed>>,
    fetches: Readonly<Record<string, Fetch>>,
  ): Promise<Record<string, TensorData>> {
    const session = this.#sessions.get(id)!;
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => {
        const data = "data" in feed ? feed.data : this.#held.get(feed.handle)!;
        return [name, this.#tensor(data, feed)];
      }),
    );
    const buffers = Object.fromEntries(
      Object.entries(fetches).map(([name, fetch]) => [name, this.#buffer(fetch)]),
    );
    const outputs = Object.fromEntries(
      Object.entries(fetches).map(([name, fetch]) => [name, this.#tensor(buffers[name]!, fetch)]),
    );
    // The runtime writes into the given buffers.
    await session.run(inputs, outputs);
    const sent: Record<string, TensorData> = {};
    for (const [name, { keep, over }] of Object.entries(fetches)) {
      if (over !== undefined) this.#held.delete(over);
      if (keep === undefined) sent[name] = buffers[name]!;
      else this.#held.set(keep, buffers[name]!);
    }
    return sent;
  }

  put(handle: number, data: TensorData): void {
    this.#held.set(handle, data);
  }

  get(handle: number): TensorData {
    return this.#held.get(handle)!.slice();
  }

  free(handles: readonly number[]): void {
    for (const handle of handles) {
      const data = this.#held.get(handle);
      this.#held.delete(handle);
      if (data === undefined || this.#freeBytes + data.byteLength > MOST_FREE_BYTES) continue;
      this.#freeBytes += data.byteLength;
      const key = `${data.constructor.name} ${data.length}`;
      this.#free.set(key, [...this.#free.get(key) ?? [], data]);
    }
  }

  async release(id: number): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.endProfiling();
    await session?.release();
  }

  #tensor(data: TensorData, { shape, type }: Pick<Fetch, "shape" | "type">) {
    return new this.#ort.Tensor(type as "float32", data as Float32Array, [...shape]);
  }

  #buffer({ shape, type, keep, over }: Fetch): TensorData {
    if (over !== undefined) return this.#held.get(over)!;
    const size = product(shape);
    const kind =
      { float32: Float32Array, int32: Int32Array, bool: Uint8Array, int64: Uint8Array }[type];
    const free = keep === undefined ? undefined : this.#free.get(`${kind.name} ${size}`);
    const again = free?.pop();
    this.#freeBytes -= again?.byteLength ?? 0;
    return again ?? new kind(size);
  }
}

async function load(): Promise<Runtime> {
  disableTelemetry();
  return new Runtime((await import("./ort.ts")).ort);
}

let runtime: Promise<Runtime> | undefined;

async function answer(request: Request): Promise<Omit<Answer, "id">> {
  runtime ??= load();
  const { type } = request;
  const current = await runtime;
  switch (type) {
    case "start":
      return { done: true };
    case "create":
      await current.create(request.session, request.model, request.options);
      return { done: true };
    case "run":
      return { outputs: await current.run(request.session, request.feeds, request.fetches) };
    case "put":
      current.put(request.handle, request.data);
      return { done: true };
    case "copy":
      current.put(request.to, current.get(request.from));
      return { done: true };
    case "get":
      return { data: current.get(request.handle) };
    case "free":
      current.free(request.handles);
      return { done: true };
    case "release":
      await current.release(request.session);
      return { done: true };
  }
}

/** Buffers of a reply, which are transferred instead of copied. */
function transfers(reply: Omit<Answer, "id">): ArrayBuffer[] {
  const lists = "outputs" in reply
    ? Object.values(reply.outputs as Record<string, TensorData>)
    : "data" in reply
    ? [reply.data as TensorData]
    : [];
  return lists.map(({ buffer }) => buffer as ArrayBuffer);
}

// Requests run one at a time, in order of arrival.
let last: Promise<void> = Promise.resolve();
parentPort!.once("message", ({ port }: { port: MessagePort }) => {
  port.onmessage = ({ data: { id, request } }: MessageEvent<{ id: number; request: Request }>) => {
    last = last.then(async () => {
      try {
        const reply = await answer(request);
        port.postMessage({ id, ...reply }, transfers(reply));
      } catch (error) {
        const { name, message } = error as Error;
        port.postMessage({ id, name, error: message });
      }
    });
  };
});
