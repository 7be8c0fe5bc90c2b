/**
 * Tracing: a function of tensors runs once on symbolic tensors, and what it computes is recorded as
 * a graph. Gradients and optimizers trace like anything else, as they are made of the same kernels.
 *
 * @module
 */

import {
  type BackendValues,
  type KernelBackend,
  type Tensor,
  type TensorDataType,
  type TensorInfo,
  tf,
} from "../tfjs.ts";
import { type FoldCache, foldKernel } from "./fold.ts";
import {
  type ConstantData,
  type ElementType,
  type Graph,
  isConstant,
  type Value,
} from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { FUSED_KERNELS } from "./fused_kernels.ts";
import { transformerLayerKernel } from "./layer_kernel.ts";
import { TRANSFORMER_LAYER } from "../ops/transformer_layer.ts";
import { TFJS_KERNELS, type TracedKernel, UnmappedError } from "./kernels.ts";
import type { Elementwise } from "../ops/blockwise.ts";
import { placeOf, stackOf, TraceError } from "./errors.ts";

/** Shape and type of an input. */
export interface InputSpec {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly type?: ElementType;
  /** The numbers, where they are known and shall become part of the graph. */
  readonly constant?: ConstantData;
}

/** Random numbers that a traced function asks for; they are inputs of the graph. */
export interface RandomInput {
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
export interface TraceOptions {
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

const NAME = "native-trace";

/** Every kernel that can be traced. */
const KERNELS: Readonly<Record<string, TracedKernel>> = {
  ...TFJS_KERNELS,
  ...FUSED_KERNELS,
  [TRANSFORMER_LAYER]: transformerLayerKernel,
};

/** A frame of one of TensorFlow.js's own random ops, which compute in JavaScript. */
const RANDOM_OP = /at (random\w*|truncatedNormal|multinomial|dropout)_ \(\S*tf-core/;

/** The backend whose kernels record; it exists while a function is traced. */
class TraceBackend extends tf.KernelBackend implements KernelBackend {
  /** Of the graph, or of the graph inside of an operator that is being recorded. */
  builder = new GraphBuilder();
  readonly captured: Record<string, Tensor> = {};
  readonly folded: FoldCache = new Map();
  readonly #values = new Map<object, Value>();
  readonly #captures: "error" | "inputs";

  constructor(captures: "error" | "inputs") {
    super();
    this.#captures = captures;
  }

  /** What `blockwise()` calls: the chain as the body of a Scan. */
  inBlocks(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] | undefined {
    const [first] = tensors;
    const { size, shape } = first!;
    const blocks = blockCount(size);
    if (blocks === 1) return undefined;
    const outer = this.builder;
    const stacked = tensors.map((tensor) =>
      outer.reshape(this.value(tensor, "a block"), [blocks, size / blocks])
    );
    const results = outer.scan(stacked, (inner, slices) => {
      this.builder = inner;
      try {
        return f(slices.map((slice) => this.tensor(slice))).map((result) =>
          this.value(result, "a block")
        );
      } finally {
        this.builder = outer;
      }
    });
    return results.map((result) => this.tensor(outer.reshape(result, shape)));
  }

  /** A tensor of the engine that stands for a value. */
  tensor(value: Value): Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(value), this) as Tensor;
  }

  /** A tensor that stands for a value. */
  info(value: Value): TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    if (value.type === "int64") throw new TypeError("Cannot trace: no tensor is of type int64");
    return { dataId, shape: [...value.shape], dtype: value.type };
  }

  /** The value behind a tensor. @throws {TraceError} If it comes from outside. */
  value(tensor: TensorInfo, op: string): Value {
    const known = this.#values.get(tensor.dataId);
    if (known !== undefined) return known;
    if (this.#captures === "error") {
      throw new TraceError(
        `Cannot trace ${op} at ${placeOf()}: every tensor must be an input or made by the function, ` +
          `got one of shape [${tensor.shape}] from outside, whose numbers would be frozen`,
      );
    }
    const name = `captured.${Object.keys(this.captured).length}`;
    const value = this.builder.input(name, tensor.shape, tensor.dtype as ElementType);
    this.#values.set(tensor.dataId, value);
    this.captured[name] = tensor as Tensor;
    return value;
  }

  override write(values: BackendValues, shape: number[], dtype: TensorDataType): object {
    const random = stackOf().map((frame) => frame.match(RANDOM_OP)?.[1]).find(Boolean);
    if (random !== undefined) {
      throw new TraceError(
        `Cannot trace ${random} at ${placeOf()}: its numbers would be frozen; take random numbers as ` +
          `an input`,
      );
    }
    return this.info(this.builder.constant(elements(values, dtype), shape, dtype as ElementType))
      .dataId;
  }

  override numDataIds(): number {
    return this.#values.size;
  }
  override read(): Promise<BackendValues> {
    return Promise.reject(unreadable());
  }
  override readSync(): BackendValues {
    throw unreadable();
  }

  // Values live as long as the trace.
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  decRef(): void {}
  override memory() {
    return { unreliable: true, reasons: [] };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override dispose(): void {}
}

/** Elements of a block: 256 KiB, of which a chain holds a few at once. */
const BLOCK_ELEMENTS = 2 ** 16;

/** Blocks of equal size, none larger than {@linkcode BLOCK_ELEMENTS}; 1 where there are no such. */
function blockCount(size: number): number {
  const least = Math.ceil(size / BLOCK_ELEMENTS);
  for (let count = least; count <= 2 * least; count++) if (size % count === 0) return count;
  return 1;
}

function elements(values: BackendValues, type: TensorDataType): ConstantData {
  // Typed arrays are copied: their owner may write into them later.
  if (type === "float32") return Float32Array.from(values as Float32Array);
  if (type === "int32") return Int32Array.from(values as Int32Array);
  if (type === "bool") return Uint8Array.from(values as Uint8Array);
  throw new TraceError(`Cannot trace a tensor of type ${type} at ${placeOf()}`);
}

/** Runs a kernel symbolically. */
function record(
  kernelName: string,
  { inputs, attrs, backend }: {
    readonly inputs: Readonly<Record<string, TensorInfo>>;
    readonly attrs?: unknown;
    readonly backend: TraceBackend;
  },
): TensorInfo | TensorInfo[] {
  const named = Object.fromEntries(
    Object.entries(inputs).filter(([, tensor]) => tensor !== undefined && tensor !== null)
      .map(([name, tensor]) => [name, backend.value(tensor, kernelName)]),
  );
  const values = Object.values(named);
  const { builder } = backend;
  const call = { builder, inputs: values, named, attrs: attrs ?? {} };
  const folded = values.length > 0 && values.every(isConstant)
    ? foldKernel(kernelName, call, backend.folded)
    : undefined;
  try {
    const result = folded ?? KERNELS[kernelName]!(call);
    return Array.isArray(result)
      ? result.map((value) => backend.info(value))
      : backend.info(result as Value);
  } catch (error) {
    if (!(error instanceof UnmappedError)) throw error;
    throw new TraceError(`Cannot trace ${kernelName} at ${placeOf()}: ${error.message}`);
  }
}

/** Registers a recording kernel for every kernel that any backend has. */
function registerKernels(): void {
  const names = new Set([
    ...Object.keys(KERNELS),
    ...tf.getKernelsForBackend("cpu").map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of names) {
    if (tf.getKernel(kernelName, NAME) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: (params) => {
        if (KERNELS[kernelName] === undefined) {
          throw new TraceError(
            `Cannot trace ${kernelName} at ${placeOf()}: it has no form in ONNX here; ` +
              `engine wasm, cpu or webgpu runs it`,
          );
        }
        return record(kernelName, params as unknown as Parameters<typeof record>[1]);
      },
    });
  }
}

/** Set while a function is traced; backends ask before they give numbers away. */
let active: TraceBackend | undefined;

/** Whether a function is being traced. */
export function isTracing(): boolean {
  return active !== undefined;
}

function unreadable(): TraceError {
  return new TraceError(
    `Cannot trace a read of a tensor's numbers at ${placeOf()}: they would be frozen`,
  );
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
  registerKernels();
  // Folding computes on the CPU backend, which must be up before it is asked.
  tf.findBackend("cpu");
  const backend = new TraceBackend(captures);
  const engine = tf.engine();
  const before = engine.backendName;
  const { random: systemRandom } = Math;
  tf.registerBackend(NAME, () => backend);
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
    engine.setBackend(NAME);
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
    tf.removeBackend(NAME);
  }
  for (const [name, tensor] of Object.entries(backend.captured)) {
    inputs[name] = backend.value(tensor, name);
  }
  return { graph: { inputs, outputs }, random, captured: backend.captured };
}
