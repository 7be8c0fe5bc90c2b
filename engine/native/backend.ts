/**
 * The backend of engine native: plain JavaScript for small ops between compiled functions, and tensors
 * whose values the worker holds.
 *
 * @module
 */

import { MathBackendCPU } from "npm:@tensorflow/tfjs-backend-cpu@4.22.0";
import {
  type BackendValues,
  type Tensor,
  type TensorDataType,
  type TensorInfo,
  tf,
} from "../tfjs.ts";
import type { TensorTree } from "../tree.ts";
import { type FunctionOptions, NativeFunction, runTraced, type TreeFunction } from "./function.ts";
import { isOwned } from "../owned.ts";
import { fastBinary } from "./glue.ts";
import type { NativeHost } from "./host.ts";
import type { TensorData } from "./protocol.ts";
import type { TensorStore } from "./store.ts";
import { isTracing, refuseRead } from "./trace.ts";

/** The name of the backend in TensorFlow.js. */
export const NATIVE = "native";

/** A matrix that the worker holds in blocks of columns, such as a weight of several matrices. */
interface Columns {
  /** Columns of each block. */
  readonly sizes: readonly number[];
  readonly handles: readonly number[];
}

/** Entry of MathBackendCPU for a tensor, with the location of values that the worker holds. */
interface Entry {
  values?: BackendValues | undefined;
  refCount: number;
  held?: Columns | undefined;
  /** True if an output took over the memory. */
  spent?: boolean;
}

/** The CPU backend of TensorFlow.js, with tensors that the worker holds. */
export class NativeBackend extends MathBackendCPU implements TensorStore {
  readonly host: NativeHost;
  readonly threads: number;
  readonly profile: string | undefined;
  readonly #freed: number[] = [];

  constructor(
    host: NativeHost,
    { threads, profile }: { readonly threads: number; readonly profile?: string | undefined },
  ) {
    super();
    this.host = host;
    this.threads = threads;
    this.profile = profile;
  }

  /** Compiles a function for `compile()`. */
  makeFunction(f: TreeFunction, options: FunctionOptions): NativeFunction {
    return new NativeFunction(this, f, options);
  }

  /** Runs a function once as a graph, with tensors from outside as inputs. */
  async runOnce<T extends TensorTree>(f: () => T): Promise<T> {
    return await runTraced(this, f);
  }

  /** Makes a tensor whose values the worker holds; the caller owns it. */
  resident(handle: number, shape: readonly number[], type: TensorDataType): Tensor {
    const dataId = this.write(undefined as unknown as BackendValues, [...shape], type);
    this.#entry(dataId).held = { sizes: [shape.at(-1) ?? 1], handles: [handle] };
    const info: TensorInfo = { dataId, shape: [...shape], dtype: type };
    return tf.engine().makeTensorFromTensorInfo(info, this) as Tensor;
  }

  /** The handle of a tensor's values, if the worker holds them in one block. */
  handleOf({ dataId }: TensorInfo): number | undefined {
    const held = this.data.has(dataId) ? this.#entry(dataId).held : undefined;
    return held?.handles.length === 1 ? held.handles[0] : undefined;
  }

  /** True if the worker holds a tensor's values. */
  holds({ dataId }: TensorInfo): boolean {
    return this.data.has(dataId) && this.#entry(dataId).held !== undefined;
  }

  /**
   * Moves a matrix to the worker, where it stays until it is disposed; `data()` still reads it.
   *
   * @param sizes Columns of the blocks that it is divided into.
   * @returns A handle for each block.
   */
  async hold(tensor: Tensor, sizes: readonly number[]): Promise<readonly number[]> {
    const entry = this.#entry(tensor.dataId);
    if (entry.spent) this.readSync(tensor.dataId);
    if (entry.held !== undefined && entry.held.sizes.join() === sizes.join()) {
      return entry.held.handles;
    }
    const whole = await tensor.data() as Float32Array;
    if (entry.held !== undefined) this.host.free(entry.held.handles);
    // An owned array is transferred, or released at once after it was divided.
    const given = isOwned(tensor) && whole.byteLength === whole.buffer.byteLength;
    const blocks = given && sizes.length === 1 ? [whole] : cutColumns(whole, sizes);
    if (given && sizes.length > 1) (whole.buffer as ArrayBuffer).transfer(0);
    const handles: number[] = [];
    for (const block of blocks) handles.push(await this.host.put(block));
    entry.held = { sizes: [...sizes], handles };
    entry.values = undefined;
    return handles;
  }

  /**
   * Gives a tensor's values to a run that overwrites them, or a copy if another tensor shares them. The
   * tensor cannot be read afterwards.
   *
   * @returns The handle of the values.
   */
  async spend(tensor: Tensor): Promise<number> {
    const [handle] = await this.hold(tensor, [tensor.shape.at(-1) ?? 1]);
    const entry = this.#entry(tensor.dataId);
    if (entry.refCount > 1) return await this.host.copy(handle!);
    entry.held = undefined;
    entry.spent = true;
    return handle!;
  }

  #entry(dataId: object): Entry {
    return this.data.get(dataId) as Entry;
  }

  override async read(dataId: object): Promise<BackendValues> {
    const { held } = this.#entry(dataId);
    if (held === undefined) return this.readSync(dataId);
    const blocks: TensorData[] = [];
    for (const handle of held.handles) blocks.push(await this.host.get(handle));
    return blocks.length === 1 ? blocks[0]! : joinColumns(blocks as Float32Array[], held.sizes);
  }

  override readSync(dataId: object): Float32Array | Int32Array | Uint8Array {
    if (isTracing()) refuseRead();
    if (this.#entry(dataId).spent) {
      throw new Error(
        "Cannot read a tensor: a compiled function has overwritten it, as a donated input",
      );
    }
    if (this.#entry(dataId).held !== undefined) {
      throw new Error(
        "Cannot read a tensor synchronously: the native worker holds it; await its data()",
      );
    }
    return super.readSync(dataId) as TensorData;
  }

  override disposeData(dataId: object, force = false): boolean {
    const held = this.data.has(dataId) ? this.#entry(dataId).held : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && held !== undefined) {
      // One message for all tensors freed in the same task.
      if (this.#freed.length === 0) queueMicrotask(() => this.host.free(this.#freed.splice(0)));
      this.#freed.push(...held.handles);
    }
    return gone;
  }
}

/** Divides a matrix into blocks of columns, each an array of its own. */
function cutColumns(whole: Float32Array, sizes: readonly number[]): Float32Array[] {
  if (sizes.length === 1) return [whole.slice()];
  const width = sizes.reduce((a, b) => a + b, 0);
  let first = 0;
  return sizes.map((size) => {
    const block = new Float32Array(whole.length / width * size);
    for (let from = first, to = 0; to < block.length; from += width, to += size) {
      block.set(whole.subarray(from, from + size), to);
    }
    first += size;
    return block;
  });
}

/** The inverse of {@linkcode cutColumns}. */
function joinColumns(blocks: readonly Float32Array[], sizes: readonly number[]): Float32Array {
  const width = sizes.reduce((a, b) => a + b, 0);
  const out = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let first = 0;
  blocks.forEach((block, i) => {
    const size = sizes[i]!;
    for (let from = 0, to = first; from < block.length; from += size, to += width) {
      out.set(block.subarray(from, from + size), to);
    }
    first += size;
  });
  return out;
}

/** Registers the kernels of the CPU backend, with faster ones for ops between compiled functions. */
export function registerKernels(): void {
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const { kernelName } = kernel;
    if (tf.getKernel(kernelName, NATIVE) !== undefined) continue;
    tf.registerKernel({
      ...kernel,
      backendName: NATIVE,
      kernelFunc: (params) => {
        const backend = params.backend as NativeBackend;
        const inputs = Object.values(params.inputs) as (TensorInfo | undefined)[];
        if (!["Identity", "Reshape", "ExpandDims"].includes(kernelName)) {
          for (const input of inputs) {
            if (input !== undefined && backend.holds(input)) {
              throw new Error(
                `Cannot compute ${kernelName}: the native worker holds an input of shape ` +
                  `[${input.shape}]; pass it to a compiled function, or await its data()`,
              );
            }
          }
        }
        return fastBinary(kernelName, params.inputs as Record<string, TensorInfo>, backend) ??
          kernel.kernelFunc(params);
      },
    });
  }
}
