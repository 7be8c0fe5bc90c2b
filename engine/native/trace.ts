/**
 * Tracing: a function of tensors runs once on symbolic tensors, and its ops are recorded as a graph.
 * Gradients and optimizers consist of the same kernels and trace the same way.
 *
 * @module
 */

import { type Tensor, tf } from "../tfjs.ts";
import { placeOf, TraceError, unreadable } from "./errors.ts";
import type { ConstantData, ElementType, Graph, Value } from "./graph.ts";
import { RECORDING, registerRecording } from "./record.ts";
import { TraceBackend } from "./trace_backend.ts";

/** Shape and type of an input. */
export interface InputSpec {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly type?: ElementType;
  /** Values of a constant, which become part of the graph. */
  readonly constant?: ConstantData;
}

/** Random values that a traced function asks for; they are an input of the graph. */
interface RandomInput {
  /** Its name among the inputs of the graph. */
  readonly input: string;
  /** Its name in the function. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Symbolic inputs of a traced function. */
export interface TraceScope {
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Adds an input of the graph that is filled with random values at every run. */
  random(name: string, shape: readonly number[]): Tensor;
}

/** Options of {@linkcode trace}. */
interface TraceOptions {
  /**
   * Treatment of tensors from outside: an error, because their values would become constants, or inputs
   * of their own. Default "error".
   */
  readonly captures?: "error" | "inputs";
}

/** A traced function. */
export interface Trace {
  readonly graph: Graph;
  readonly random: readonly RandomInput[];
  /** Tensors from outside by the names of their inputs; they keep their owners. */
  readonly captured: Readonly<Record<string, Tensor>>;
}

/** The backend of the trace in progress; other backends check it before they return values. */
let active: TraceBackend | undefined;

/** True while a function is traced. */
export function isTracing(): boolean {
  return active !== undefined;
}

/** Refuses a read by another backend: values of a tensor from outside would become constants. */
export function refuseRead(): never {
  throw unreadable();
}

/**
 * Traces a function.
 *
 * @param f Synchronous tensor code over symbolic tensors; returns tensors by name.
 * @param specs Inputs by name.
 * @throws {TraceError} If f uses a kernel without an ONNX form, reads values of a tensor, uses a
 *   tensor from outside or draws random values; names the op and the line of code.
 *
 * @example
 * ```ts
 * import { tf } from "../tfjs.ts";
 * import { trace } from "./trace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { graph } = trace(({ inputs: { x } }) => ({ y: tf.square(x!) }), { x: { shape: [2, 3] } });
 * assertEquals(graph.outputs.y!.shape, [2, 3]);
 * ```
 */
export function trace(
  f: (scope: TraceScope) => Readonly<Record<string, Tensor>>,
  specs: Readonly<Record<string, InputSpec>>,
  { captures = "error" }: TraceOptions = {},
): Trace {
  if (active !== undefined) throw new TraceError("Cannot trace while another function is traced");
  registerRecording();
  // Folding runs on the CPU backend, which must be initialized first.
  tf.findBackend("cpu");
  const backend = new TraceBackend(captures);
  const engine = tf.engine();
  const before = engine.backendName;
  const { random: systemRandom } = Math;
  tf.registerBackend(RECORDING, () => backend);
  active = backend;
  const inputs: Record<string, Value> = {};
  const random: RandomInput[] = [];
  const outputs: Record<string, Value> = {};
  try {
    Math.random = () => {
      throw new TraceError(
        `Cannot trace Math.random at ${placeOf()}: its value would become a constant; take random ` +
          `values as an input`,
      );
    };
    engine.setBackend(RECORDING);
    tf.tidy(() => {
      const symbols: Record<string, Tensor> = {};
      for (const [name, { shape, type = "float32", constant }] of Object.entries(specs)) {
        const value = constant === undefined
          ? inputs[name] = backend.builder.input(name, shape, type)
          : backend.builder.constant(constant, shape, type);
        symbols[name] = backend.tensor(value);
      }
      const results = f({
        inputs: symbols,
        random(name, shape) {
          const input = `random.${name}`;
          if (inputs[input] === undefined) {
            random.push({ input, name, shape });
            inputs[input] = backend.builder.input(input, shape);
          }
          return backend.tensor(inputs[input]);
        },
      });
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = backend.value(tensor, `the output ${name}`);
        // A kept tensor would outlive its backend.
        tensor.dispose();
      }
    });
  } finally {
    Math.random = systemRandom;
    active = undefined;
    if (before) engine.setBackend(before);
    tf.removeBackend(RECORDING);
  }
  for (const [name, tensor] of Object.entries(backend.captured)) {
    inputs[name] = backend.value(tensor, name);
  }
  return { graph: { inputs, outputs }, random, captured: backend.captured };
}
