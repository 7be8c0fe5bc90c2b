/**
 * A traced function that runs: its sessions, and the results of what changes seldom.
 *
 * @module
 */

import { type Tensor, type TensorDataType, tf } from "../tfjs.ts";
import type { NativeBackend } from "./backend.ts";
import { type Graph, sizeOf, type Value, withoutUnused } from "./graph.ts";
import { onnxParts } from "./onnx.ts";
import { partition } from "./partition.ts";
import { joinParts } from "./protobuf.ts";
import type { Feed, Fetch, TensorData } from "./protocol.ts";
import type { Trace } from "./trace.ts";

/** Noise levels whose conditioning is kept: those of any usual sampler. */
const LEVELS_KEPT = 32;

/** Options of {@linkcode NativeProgram.build}. */
export interface ProgramOptions {
  /** Whether an input changes seldom. */
  readonly isSlow: (input: string) => boolean;
  /** Whether an output stays with the worker. */
  readonly isResident: (output: string) => boolean;
  readonly threads: number;
  readonly profile?: string;
}

/** One graph with its session. */
interface Part {
  readonly session: number;
  readonly graph: Graph;
}

/** Numbers for a random input. */
export type RandomNumbers = (name: string, shape: readonly number[]) => Float32Array;

/** A function that was traced for one set of shapes. */
export class NativeProgram {
  readonly #backend: NativeBackend;
  readonly #trace: Trace;
  readonly #early: Part | undefined;
  readonly #late: Part;
  readonly #isResident: ProgramOptions["isResident"];
  /** Handles of the early outputs by the numbers that they were computed from. */
  readonly #kept = new Map<string, Readonly<Record<string, Feed>>>();

  private constructor(
    backend: NativeBackend,
    { trace, early, late, isResident }: {
      readonly trace: Trace;
      readonly early: Part | undefined;
      readonly late: Part;
      readonly isResident: ProgramOptions["isResident"];
    },
  ) {
    this.#backend = backend;
    this.#trace = trace;
    this.#early = early;
    this.#late = late;
    this.#isResident = isResident;
  }

  /** Makes the sessions of a trace. */
  static async build(
    backend: NativeBackend,
    trace: Trace,
    { isSlow, isResident, threads, profile }: ProgramOptions,
  ): Promise<NativeProgram> {
    const { early, late } = partition(trace.graph, isSlow);
    const make = async (graph: Graph, name: string): Promise<Part> => {
      const used = withoutUnused(graph);
      const model = joinParts(onnxParts(used, { name }));
      const options = { threads, ...(profile !== undefined && { profile: `${profile}-${name}` }) };
      return { graph: used, session: await backend.host.create(model, options) };
    };
    return new NativeProgram(backend, {
      trace,
      isResident,
      early: early && await make(early, "early"),
      late: await make(late, "late"),
    });
  }

  /**
   * Runs the function.
   *
   * @param tensors Inputs by name; they stay the caller's.
   * @returns Outputs by name; the caller owns them.
   */
  async run(
    tensors: Readonly<Record<string, Tensor>>,
    random: RandomNumbers,
  ): Promise<Record<string, Tensor>> {
    const drawn = new Map(this.#trace.random.map((one) => [one.input, one]));
    const feedOf = async (name: string): Promise<Feed> => {
      const asked = drawn.get(name);
      if (asked !== undefined) {
        const { shape } = asked;
        return { data: random(asked.name, shape), shape, type: "float32" };
      }
      return await this.#feed(tensors[name] ?? this.#trace.captured[name]!);
    };
    const early = this.#early === undefined ? {} : await this.#runEarly(this.#early, feedOf);
    const feeds: Record<string, Feed> = { ...early };
    for (const name of Object.keys(this.#late.graph.inputs)) {
      if (feeds[name] === undefined) feeds[name] = await feedOf(name);
    }
    return await this.#runPart(this.#late, feeds);
  }

  async #feed(tensor: Tensor): Promise<Feed> {
    const handle = this.#backend.handleOf(tensor);
    const { shape, dtype } = tensor;
    const type = dtype as Feed["type"];
    if (handle !== undefined) return { handle, shape, type };
    return { data: await tensor.data() as TensorData, shape, type };
  }

  /** The early outputs: computed, or kept from when the numbers were the same. */
  async #runEarly(
    part: Part,
    feedOf: (name: string) => Promise<Feed>,
  ): Promise<Readonly<Record<string, Feed>>> {
    const feeds: Record<string, Feed> = {};
    for (const name of Object.keys(part.graph.inputs)) feeds[name] = await feedOf(name);
    const key = Object.values(feeds).map((feed) => "data" in feed ? feed.data.join() : feed.handle)
      .join(";");
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const outputs = Object.entries(part.graph.outputs);
    const fetches = Object.fromEntries(
      outputs.map(([name, { shape, type }]) => [
        name,
        { shape, type, keep: this.#backend.host.handle() },
      ]),
    );
    await this.#backend.host.run(part.session, feeds, fetches);
    const made = Object.fromEntries(
      Object.entries(fetches).map(([name, { shape, type, keep }]) => [
        name,
        { handle: keep, shape, type } as Feed,
      ]),
    );
    if (this.#kept.size >= LEVELS_KEPT) {
      const [oldest, old] = this.#kept.entries().next().value!;
      this.#kept.delete(oldest);
      this.#backend.host.free(handlesOf(old));
    }
    this.#kept.set(key, made);
    return made;
  }

  async #runPart(
    { graph, session }: Part,
    feeds: Readonly<Record<string, Feed>>,
  ): Promise<Record<string, Tensor>> {
    const { host } = this.#backend;
    const fetches: Record<string, Fetch> = {};
    for (const [name, { shape, type }] of Object.entries(graph.outputs)) {
      fetches[name] = { shape, type, ...(this.#isResident(name) && { keep: host.handle() }) };
    }
    const sent = await host.run(session, feeds, fetches);
    return Object.fromEntries(
      Object.entries(fetches).map(([name, { shape, type, keep }]) => [
        name,
        keep === undefined
          ? tf.tensor(sent[name]!, [...shape], type as TensorDataType)
          : this.#backend.resident(keep, shape, type as TensorDataType),
      ]),
    );
  }

  /** Ends the sessions. */
  async dispose(): Promise<void> {
    const { host } = this.#backend;
    for (const kept of this.#kept.values()) host.free(handlesOf(kept));
    this.#kept.clear();
    if (this.#early !== undefined) await host.release(this.#early.session);
    await host.release(this.#late.session);
  }
}

function handlesOf(feeds: Readonly<Record<string, Feed>>): number[] {
  return Object.values(feeds).flatMap((feed) => "handle" in feed ? [feed.handle] : []);
}

/** Bytes of a value. */
export function bytesOf({ shape, type }: Value): number {
  return sizeOf(shape) * { float32: 4, int32: 4, int64: 8, bool: 1 }[type];
}
