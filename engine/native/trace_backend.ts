/** Backend of a trace: its tensors stand for values of a graph. @module */

import {
  type BackendValues,
  type KernelBackend,
  type Tensor,
  type TensorDataType,
  type TensorInfo,
  tf,
} from "../tfjs.ts";
import type { Elementwise } from "../ops/blockwise.ts";
import { type LayerAttrs, TRANSFORMER_LAYER } from "../ops/transformer_layer.ts";
import { placeOf, stackOf, TraceError, unreadable } from "./errors.ts";
import type { FoldCache } from "./fold.ts";
import type { ConstantData, ElementType, Value } from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { tracesLayer } from "./kernels/transformer_layer.ts";

/** Stack frame of a random op of TensorFlow.js, which computes in JavaScript. */
const RANDOM_OP = /at (random\w*|truncatedNormal|multinomial|dropout)_ \(\S*tf-core/;

/** The backend whose kernels record; it exists for one trace. */
export class TraceBackend extends tf.KernelBackend implements KernelBackend {
  /** Builder of the graph, or of the operator body being recorded. */
  builder = new GraphBuilder();
  readonly captured: Record<string, Tensor> = {};
  readonly folded: FoldCache = new Map();
  readonly #values = new Map<object, Value>();
  readonly #captures: "error" | "inputs";

  constructor(captures: "error" | "inputs") {
    super();
    this.#captures = captures;
  }

  /** True if a kernel can be traced for these inputs. */
  takes(
    name: string,
    { x }: Readonly<Record<string, TensorInfo>>,
    attrs: Readonly<Record<string, unknown>>,
  ): boolean {
    return name !== TRANSFORMER_LAYER || tracesLayer(x!, attrs as unknown as LayerAttrs);
  }

  /** Records a chain for `blockwise()` as the body of a Scan. */
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

  /** Makes a tensor, owned by the engine, that stands for a value. */
  tensor(value: Value): Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(value), this) as Tensor;
  }

  /** Makes a tensor handle that stands for a value. */
  info(value: Value): TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    if (value.type === "int64") throw new TypeError("Cannot trace: no tensor is of type int64");
    return { dataId, shape: [...value.shape], dtype: value.type };
  }

  /** The value that a tensor stands for. @throws {TraceError} If it comes from outside. */
  value(tensor: TensorInfo, op: string): Value {
    const known = this.#values.get(tensor.dataId);
    if (known !== undefined) return known;
    if (this.#captures === "error") {
      throw new TraceError(
        `Cannot trace ${op} at ${placeOf()}: every tensor must be an input or made by the function, ` +
          `got one of shape [${tensor.shape}] from outside, whose values would become constants`,
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
        `Cannot trace ${random} at ${placeOf()}: its values would become constants; take random values ` +
          `as an input`,
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

/** Elements of a block: 256 KiB, so that the few arrays of a chain fit the cache. */
const BLOCK_ELEMENTS = 2 ** 16;

/** Number of equal blocks within {@linkcode BLOCK_ELEMENTS}; 1 if the size has no such divisor. */
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
