/** Functions that every engine runs in its own best way. @module */

import { execute } from "./execute.ts";
import type { NativeFunction } from "./native/function.ts";
import { type Tensor, type TensorContainer, tf } from "./tfjs.ts";
import type { TensorTree } from "./tree.ts";

/** Uniform or normal numbers by the name and shape that a function asks for. */
export type RandomNumbers = (name: string, shape: readonly number[]) => Float32Array;

/** What a compiled function is given beside its inputs. */
export interface CompileContext {
  /** A tensor of random numbers that change with every call; a graph input when traced. */
  random(name: string, shape: readonly number[]): Tensor;
}

/** How a function is compiled; all names are keys of the inputs or outputs. */
export interface CompileOptions {
  /**
   * Inputs that become part of the program, as the weights of a model that samples. The program is
   * made again when they are other tensors.
   */
  readonly constants?: readonly string[];
  /** Inputs that change seldom: what depends on them alone is computed once per value. */
  readonly slow?: readonly string[];
  /**
   * Outputs that stay where they were computed until they are read: what the next call is given, as
   * the state of a training run.
   */
  readonly resident?: readonly string[];
  /**
   * Inputs that may be overwritten by the outputs of the same name, as the state of a training run:
   * they must not be read after the call, only disposed.
   */
  readonly donated?: readonly string[];
}

/** A compiled function. */
export interface Compiled<I, O> {
  /**
   * @param inputs Stay the caller's.
   * @param random Fills what the function asks for as random.
   * @returns The caller's.
   */
  (inputs: I, random?: RandomNumbers): Promise<O>;
  /** Frees the programs. */
  dispose(): Promise<void>;
}

/** A backend that makes programs. */
interface Compiling {
  makeFunction(f: unknown, options: Required<CompileOptions>): NativeFunction;
}

/**
 * Compiles a function of tensors.
 *
 * On webgpu, wasm and cpu the function itself runs at each call. On native it is traced once for
 * each set of shapes, and a graph runs: it must not read numbers, use tensors that are not inputs, or
 * draw random numbers but through the context.
 *
 * @param f Synchronous tensor code; its outputs are records and lists of tensors.
 * @returns The function; what it throws is what tracing or computing says.
 *
 * @example
 * ```ts
 * import { compile, tf, useEngine } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await useEngine("cpu");
 * const double = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }));
 * const { y } = await double({ x: tf.tensor1d([1, 2]) });
 * assertEquals([...await y.data()], [2, 4]);
 * ```
 */
export function compile<I, O>(
  f: (inputs: I, context: CompileContext) => O,
  { constants = [], slow = [], resident = [], donated = [] }: CompileOptions = {},
): Compiled<I, O> {
  const functions = new Map<object, NativeFunction>();
  const noNumbers: RandomNumbers = (name) => {
    throw new TypeError(`Cannot run a compiled function: it needs random numbers for ${name}`);
  };
  const call = async (inputs: I, random: RandomNumbers = noNumbers): Promise<O> => {
    const backend = tf.backend() as object & Partial<Compiling>;
    if (backend.makeFunction === undefined) {
      const context: CompileContext = {
        random: (name, shape) => tf.tensor(random(name, shape), [...shape], "float32"),
      };
      return await execute(() => f(inputs, context) as TensorContainer) as O;
    }
    let native = functions.get(backend);
    if (native === undefined) {
      const tree = (given: TensorTree, draw: CompileContext["random"]) =>
        f(given as I, { random: draw });
      native = backend.makeFunction(tree, { constants, slow, resident, donated });
      functions.set(backend, native);
    }
    return await native.call(inputs as TensorTree, random) as O;
  };
  const dispose = async () => {
    const all = [...functions.values()];
    functions.clear();
    for (const native of all) await native.dispose();
  };
  return Object.assign(call, { dispose });
}
