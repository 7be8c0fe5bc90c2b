/**
 * A traced function with its sessions and the kept results of its slow part.
 *
 * @module
 */

import { joinParts } from "../../core/mod.ts";
import { type Tensor, type TensorDataType, tf } from "../tfjs.ts";
import { type Graph, withoutUnused } from "./graph.ts";
import { cutHeld, type HeldColumns } from "./held_columns.ts";
import { onnxParts } from "./onnx.ts";
import { overwritable, withoutLastReshapes } from "./overwritable.ts";
import { partition } from "./partition.ts";
import type { Feed, Fetch, TensorData } from "./protocol.ts";
import type { TensorStore } from "./store.ts";
import type { Trace } from "./trace.ts";

/** Noise levels whose conditioning is kept, enough for any usual sampler. */
const LEVELS_KEPT = 32;

/** Options of {@linkcode NativeProgram.build}. */
interface ProgramOptions {
  /** True if an input moves to the worker at its first use and stays there. */
  readonly isHeld?: (input: string) => boolean;
  /** True if an input changes rarely. */
  readonly isSlow: (input: string) => boolean;
  /** True if an output stays with the worker. */
  readonly isResident: (output: string) => boolean;
  /** The output that may overwrite an input. */
  readonly successorOf?: (input: string) => string | undefined;
  readonly threads: number;
  readonly profile?: string;
}

/** One graph with its session. */
interface Part {
  readonly session: number;
  readonly graph: Graph;
}

/** Source of the values of random inputs. */
export type RandomNumbers = (name: string, shape: readonly number[]) => Float32Array;

/** A function traced for one set of input shapes. */
export class NativeProgram {
  readonly #backend: TensorStore;
  readonly #trace: Trace;
  readonly #early: Part | undefined;
  readonly #late: Part;
  readonly #isResident: ProgramOptions["isResident"];
  /** Inputs that are blocks of columns of held tensors. */
  readonly #columns: Readonly<Record<string, HeldColumns>>;
  /** Inputs that outputs overwrite, by output name. */
  readonly #overwritten: Readonly<Record<string, string>>;
  /** Handles of early outputs by the values of their inputs. */
  readonly #kept = new Map<string, Readonly<Record<string, Feed>>>();

  private constructor(
    backend: TensorStore,
    { trace, early, late, isResident, columns, overwritten }: {
      readonly overwritten: Readonly<Record<string, string>>;
      readonly trace: Trace;
      readonly columns: Readonly<Record<string, HeldColumns>>;
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
    this.#columns = columns;
    this.#overwritten = overwritten;
  }

  /** Creates the sessions of a trace. */
  static async build(
    backend: TensorStore,
    trace: Trace,
    options: ProgramOptions,
  ): Promise<NativeProgram> {
    const { isHeld = () => false, isSlow, isResident, threads, profile } = options;
    const { successorOf = () => undefined } = options;
    const { graph, columns } = cutHeld(trace.graph, isHeld);
    const { early, late } = partition(
      graph,
      (name) => columns[name] !== undefined ? "constant" : isSlow(name) ? "early" : "late",
    );
    const make = async (graph: Graph, name: string): Promise<Part> => {
      const used = withoutUnused(graph);
      const model = joinParts(onnxParts(withoutLastReshapes(used), { name }));
      // Spinning speeds up steps with a state, which are chains of short operators, by a seventh. It
      // gains 1 to 3 % of a forward pass, not worth its cost on shared cores.
      const spin = Object.keys(used.inputs).some((input) => successorOf(input) !== undefined);
      const options = {
        threads,
        spin,
        ...(profile !== undefined && { profile: `${profile}-${name}` }),
      };
      return { graph: used, session: await backend.host.create(model, options) };
    };
    return new NativeProgram(backend, {
      trace,
      overwritten: overwritable(late, successorOf),
      columns,
      isResident,
      early: early && await make(early, "early"),
      late: await make(late, "late"),
    });
  }

  /**
   * Runs the function.
   *
   * @param tensors Inputs by name; the caller owns them.
   * @returns Outputs by name; the caller owns them.
   */
  async run(
    tensors: Readonly<Record<string, Tensor>>,
    random: RandomNumbers,
  ): Promise<Record<string, Tensor>> {
    const drawn = new Map(this.#trace.random.map((one) => [one.input, one]));
    const feedOf = async (name: string): Promise<Feed> => {
      const columns = this.#columns[name];
      if (columns !== undefined) {
        const handles = await this.#backend.hold(tensors[columns.input]!, columns.sizes);
        const { shape } = columns.value;
        return { handle: handles[columns.index]!, shape, type: "float32" };
      }
      const asked = drawn.get(name);
      if (asked !== undefined) {
        const { shape } = asked;
        return { data: random(asked.name, shape), shape, type: "float32" };
      }
      return await this.#feed(tensors[name] ?? this.#trace.captured[name]!);
    };
    const spent = new Map<string, number>();
    for (const [output, input] of Object.entries(this.#overwritten)) {
      spent.set(output, await this.#backend.spend(tensors[input]!));
    }
    const early = this.#early === undefined ? {} : await this.#runEarly(this.#early, feedOf);
    const feeds: Record<string, Feed> = { ...early };
    for (const [output, input] of Object.entries(this.#overwritten)) {
      const { shape, type } = this.#late.graph.inputs[input]!;
      feeds[input] = { handle: spent.get(output)!, shape, type };
    }
    for (const name of Object.keys(this.#late.graph.inputs)) {
      if (feeds[name] === undefined) feeds[name] = await feedOf(name);
    }
    return await this.#runPart(this.#late, feeds, spent);
  }

  async #feed(tensor: Tensor): Promise<Feed> {
    const handle = this.#backend.handleOf(tensor);
    const { shape, dtype } = tensor;
    const type = dtype as Feed["type"];
    if (handle !== undefined) return { handle, shape, type };
    return { data: await tensor.data() as TensorData, shape, type };
  }

  /** Computes the early outputs, or returns those kept for equal inputs. */
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
    const computed = withoutLastReshapes(part.graph).outputs;
    const fetches: Record<string, Fetch> = {};
    const made: Record<string, Feed> = {};
    for (const [name, { shape, type }] of Object.entries(part.graph.outputs)) {
      const handle = this.#backend.host.handle();
      fetches[name] = { shape: computed[name]!.shape, type, keep: handle };
      made[name] = { handle, shape, type };
    }
    await this.#backend.host.run(part.session, feeds, fetches);
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
    spent: ReadonlyMap<string, number>,
  ): Promise<Record<string, Tensor>> {
    const { host } = this.#backend;
    const fetches: Record<string, Fetch> = {};
    const computed = withoutLastReshapes(graph).outputs;
    for (const [name, { type }] of Object.entries(graph.outputs)) {
      const over = spent.get(name);
      fetches[name] = {
        shape: computed[name]!.shape,
        type,
        ...(this.#isResident(name) && { keep: host.handle() }),
        ...(over !== undefined && { over }),
      };
    }
    const sent = await host.run(session, feeds, fetches);
    return Object.fromEntries(
      Object.entries(graph.outputs).map(([name, { shape, type }]) => {
        const { keep } = fetches[name]!;
        return [
          name,
          keep === undefined
            ? tf.tensor(sent[name]!, [...shape], type as TensorDataType)
            : this.#backend.resident(keep, shape, type as TensorDataType),
        ];
      }),
    );
  }

  /** Releases the sessions. */
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
