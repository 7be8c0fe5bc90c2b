/**
 * Tracing: a function of tensors runs once on symbolic tensors, and what it computes is recorded as
 * a graph. Gradients and optimizers trace like anything else, as they are made of the same kernels.
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
  /** The numbers, where they are known and shall become part of the graph. */
  readonly constant?: ConstantData;
}

/** Random numbers that a traced function asks for; they are inputs of the graph. */
interface RandomInput {
  /** Its name among the inputs of the graph. */
  readonly input: string;
  /** The name that the function calls it. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Symbolic tensors by the names of their inputs, and random ones as they are asked for. */
export interface TraceScope {
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** A new input of the graph, to be filled with random numbers at every run. */
  random(name: string, shape: readonly number[]): Tensor;
}

/** Options of {@linkcode trace}. */
interface TraceOptions {
  /**
   * What a tensor from outside that is not an input is: an error, as its numbers would be frozen, or
   * an input of its own. Default "error".
   */
  readonly captures?: "error" | "inputs";
}

/** A traced function. */
export interface Trace {
  readonly graph: Graph;
  readonly random: readonly RandomInput[];
  /** Tensors from outside by the names of their inputs; they stay their owners'. */
  readonly captured: Readonly<Record<string, Tensor>>;
}

/** Set while a function is traced; backends ask before they give numbers away. */
let active: TraceBackend | undefined;

/** Whether a function is being traced. */
export function isTracing(): boolean {
  return active !== undefined;
}

/** For other backends: reading a tensor from outside freezes its numbers, too. */
export function refuseRead(): never {
  throw unreadable();
}

/**
 * Records what f computes.
 *
 * @param f Synchronous tensor code over symbolic tensors; gives tensors by name.
 * @param specs Inputs by name.
 * @throws {TraceError} If f uses a kernel that has no form in ONNX, reads numbers of a tensor, uses
 *   a tensor from outside or draws random numbers; names the op and the place.
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
  // Folding computes on the CPU backend, which must be up before it is asked.
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
        `Cannot trace Math.random at ${placeOf()}: its number would be frozen; take random numbers ` +
          `as an input`,
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
        // A tensor that f keeps would outlive its backend.
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
