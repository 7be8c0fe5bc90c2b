/** Functions compiled for the engine in use: run as they are, or traced to a graph. @module */

import { execute } from "./execute.ts";
import type { NativeFunction } from "./native/function.ts";
import { type Tensor, type TensorContainer, tf } from "./tfjs.ts";
import type { TensorTree } from "./tree.ts";

/** Source of the random values of a compiled function, by name and shape. */
export type RandomNumbers = (name: string, shape: readonly number[]) => Float32Array;

/** Context of a compiled function, passed next to its inputs. */
export interface CompileContext {
  /** A tensor of random values, new at every call; a graph input when traced. */
  random(name: string, shape: readonly number[]): Tensor;
}

/** Options of {@linkcode compile}. Names are keys of the inputs or outputs. */
export interface CompileOptions {
  /**
   * Inputs that become part of the program, such as the weights of a sampling model. Other tensors in
   * their place compile a new program.
   */
  readonly constants?: readonly string[];
  /** Inputs that change rarely: results that depend on them alone are computed once per value. */
  readonly slow?: readonly string[];
  /**
   * Outputs that stay where they were computed until they are read, such as the state of a training
   * run, which the next call receives.
   */
  readonly resident?: readonly string[];
  /**
   * Inputs that the outputs of the same name may overwrite, such as the state of a training run. They
   * must not be read after the call, only disposed.
   */
  readonly donated?: readonly string[];
}

/** A compiled function. */
export interface Compiled<I, O> {
  /**
   * Runs the function.
   *
   * @param inputs Owned by the caller.
   * @param random Source of the random values that the function asks for.
   * @returns Outputs, owned by the caller.
   */
  (inputs: I, random?: RandomNumbers): Promise<O>;
  /** Frees the programs. */
  dispose(): Promise<void>;
}

/** A backend that compiles functions itself. */
interface Compiling {
  makeFunction(f: unknown, options: Required<CompileOptions>): NativeFunction;
}

/**
 * Compiles a function of tensors.
 *
 * On webgpu, wasm and cpu the function runs as it is at every call. On native it is traced once per set
 * of input shapes and runs as a graph. A traced function must not read values, use tensors that are not
 * inputs, or draw random values except through the context.
 *
 * @param f Synchronous tensor code; its outputs are records and lists of tensors.
 * @returns The compiled function; it throws the errors of tracing and of computing.
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
    throw new TypeError(
      `Cannot run a compiled function: it needs random values for ${name}, got no source`,
    );
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
