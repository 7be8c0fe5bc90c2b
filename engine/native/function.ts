/**
 * Functions on engine native: traced once per set of input shapes, then run as graphs.
 *
 * @module
 */

import type { Tensor } from "../tfjs.ts";
import { flatten, rebuild, type TensorTree } from "../tree.ts";
import type { ConstantData, ElementType } from "./graph.ts";
import { NativeProgram, type RandomNumbers } from "./program.ts";
import type { TensorStore } from "./store.ts";
import { type InputSpec, trace } from "./trace.ts";

/** A function of trees of tensors. */
export type TreeFunction = (
  inputs: TensorTree,
  random: (name: string, shape: readonly number[]) => Tensor,
) => TensorTree;

/** Options of a compiled function; see `compile()`. */
export interface FunctionOptions {
  readonly constants: readonly string[];
  readonly slow: readonly string[];
  readonly resident: readonly string[];
  readonly donated: readonly string[];
}

interface Traced {
  readonly program: NativeProgram;
  /** The tree of outputs, with symbolic tensors. */
  readonly outputs: TensorTree;
}

/** Elements of all constants up to which they are embedded in the graph (64 MiB). */
const EMBEDDED_ELEMENTS = 2 ** 24;

/** Elements of a constant up to which it is always embedded. */
const HELD_ELEMENTS = 2 ** 12;

/** Prefix of output names, which keeps them apart from input names. */
const OUT = "out";

const under = (names: readonly string[]) => (path: string) =>
  names.some((name) => path === name || path.startsWith(`${name}.`));

/** A function with its programs, one per set of input shapes and constants. */
export class NativeFunction {
  readonly #backend: TensorStore;
  readonly #f: TreeFunction;
  readonly #options: FunctionOptions;
  readonly #programs = new Map<string, Promise<Traced>>();
  /** Identities of constant tensors: a program belongs to its constants. */
  readonly #identities = new WeakMap<object, number>();
  #identity = 0;

  constructor(backend: TensorStore, f: TreeFunction, options: FunctionOptions) {
    this.#backend = backend;
    this.#f = f;
    this.#options = options;
  }

  async call(inputs: TensorTree, random: RandomNumbers): Promise<TensorTree> {
    const leaves = flatten(inputs);
    const key = this.#key(leaves);
    let traced = this.#programs.get(key);
    if (traced === undefined) {
      traced = this.#trace(inputs, leaves);
      this.#programs.set(key, traced);
      traced.catch(() => this.#programs.delete(key));
    }
    const { program, outputs } = await traced;
    const results = await program.run(leaves, random);
    return rebuild(outputs, results, OUT);
  }

  #key(leaves: Readonly<Record<string, Tensor>>): string {
    const isConstant = under(this.#options.constants);
    return Object.entries(leaves).map(([name, tensor]) => {
      const identity = isConstant(name) ? this.#identityOf(tensor) : "";
      return `${name}:${tensor.dtype}[${tensor.shape}]${identity}`;
    }).join();
  }

  #identityOf({ dataId }: Tensor): number {
    let identity = this.#identities.get(dataId);
    if (identity === undefined) this.#identities.set(dataId, identity = this.#identity++);
    return identity;
  }

  async #trace(inputs: TensorTree, leaves: Readonly<Record<string, Tensor>>): Promise<Traced> {
    const { constants, slow, resident, donated } = this.#options;
    const isConstant = under(constants);
    const fixed = Object.entries(leaves).filter(([name]) => isConstant(name));
    const elements = fixed.reduce((sum, [, { size }]) => sum + size, 0);
    // Large models embed only small tensors and move the rest to the worker: the runtime would hold an
    // embedded weight three times while it reads the model.
    const most = elements <= EMBEDDED_ELEMENTS ? Infinity : HELD_ELEMENTS;
    const isHeld = (name: string) => isConstant(name) && leaves[name]!.size > most;
    const specs: Record<string, InputSpec> = {};
    for (const [name, tensor] of Object.entries(leaves)) {
      const embedded = isConstant(name) && !isHeld(name);
      specs[name] = {
        shape: tensor.shape,
        type: tensor.dtype as ElementType,
        ...(embedded && { constant: await tensor.data() as ConstantData }),
      };
    }
    let outputs: TensorTree;
    const traced = trace((scope) => {
      outputs = this.#f(rebuild(inputs, scope.inputs), (name, shape) => scope.random(name, shape));
      return flatten(outputs, OUT);
    }, specs);
    const program = await NativeProgram.build(this.#backend, traced, {
      isHeld,
      isSlow: under(slow),
      isResident: under(resident.map((name) => `${OUT}.${name}`)),
      successorOf: (input) => under(donated)(input) ? `${OUT}.${input}` : undefined,
      threads: this.#backend.threads,
      ...(this.#backend.profile !== undefined && { profile: this.#backend.profile }),
    });
    return { program, outputs };
  }

  /** Frees all programs. */
  async dispose(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const traced of programs) await (await traced).program.dispose();
  }
}

/** Runs a function once as a graph, with tensors from outside as inputs. */
export async function runTraced<T extends TensorTree>(
  backend: TensorStore,
  f: () => T,
): Promise<T> {
  let outputs: TensorTree;
  const traced = trace(
    () => {
      outputs = f();
      return flatten(outputs, OUT);
    },
    {},
    { captures: "inputs" },
  );
  const program = await NativeProgram.build(backend, traced, {
    isSlow: () => false,
    isResident: () => false,
    threads: backend.threads,
  });
  const results = await program.run({}, () => {
    throw new TypeError(
      "Cannot draw random values: a function that runs once must have no random inputs",
    );
  });
  await program.dispose();
  return rebuild(outputs, results, OUT) as T;
}
