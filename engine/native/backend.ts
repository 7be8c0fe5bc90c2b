/**
 * The backend of engine native: plain JavaScript for the few numbers between compiled functions, and
 * tensors whose numbers lie with the worker.
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

/** Blocks of columns that the worker holds: a weight of several matrices side by side, apart. */
interface Columns {
  /** Columns of each block; one block is the whole. */
  readonly sizes: readonly number[];
  readonly handles: readonly number[];
}

/** What MathBackendCPU keeps of a tensor, and where it lies if not here. */
interface Entry {
  values?: BackendValues | undefined;
  refCount: number;
  held?: Columns | undefined;
  /** Whether an output took over the memory. */
  spent?: boolean;
}

/** TensorFlow.js's own CPU backend, with tensors that stay with the worker. */
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

  /** What `compile()` calls. */
  makeFunction(f: TreeFunction, options: FunctionOptions): NativeFunction {
    return new NativeFunction(this, f, options);
  }

  /** Runs a function once as a graph; tensors from outside are its inputs. */
  async runOnce<T extends TensorTree>(f: () => T): Promise<T> {
    return await runTraced(this, f);
  }

  /** A tensor whose numbers the worker holds; the caller owns it. */
  resident(handle: number, shape: readonly number[], type: TensorDataType): Tensor {
    const dataId = this.write(undefined as unknown as BackendValues, [...shape], type);
    this.#entry(dataId).held = { sizes: [shape.at(-1) ?? 1], handles: [handle] };
    const info: TensorInfo = { dataId, shape: [...shape], dtype: type };
    return tf.engine().makeTensorFromTensorInfo(info, this) as Tensor;
  }

  /** The handle of a tensor's numbers, if the worker holds them in one block. */
  handleOf({ dataId }: TensorInfo): number | undefined {
    const held = this.data.has(dataId) ? this.#entry(dataId).held : undefined;
    return held?.handles.length === 1 ? held.handles[0] : undefined;
  }

  /** Whether the worker holds a tensor's numbers. */
  holds({ dataId }: TensorInfo): boolean {
    return this.data.has(dataId) && this.#entry(dataId).held !== undefined;
  }

  /**
   * Moves a matrix to the worker, where it stays until it is disposed; `data()` still reads it.
   *
   * @param sizes Columns of the blocks that it is cut into.
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
    // An array that nobody else uses is given away, or let go at once when it was cut.
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
   * The handle of a tensor's numbers for a run that overwrites them: of a copy where another tensor
   * shares them. The tensor cannot be read any more.
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
      throw new Error("Cannot read a tensor: a compiled function has overwritten it (donated)");
    }
    if (this.#entry(dataId).held !== undefined) {
      throw new Error("Cannot read a tensor at once: the native worker holds it; await its data()");
    }
    return super.readSync(dataId) as TensorData;
  }

  override disposeData(dataId: object, force = false): boolean {
    const held = this.data.has(dataId) ? this.#entry(dataId).held : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && held !== undefined) {
      // One message for all that is freed in a row.
      if (this.#freed.length === 0) queueMicrotask(() => this.host.free(this.#freed.splice(0)));
      this.#freed.push(...held.handles);
    }
    return gone;
  }
}

/** The blocks of columns of a matrix, each an array of its own. */
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

/** Gives the backend the kernels of the CPU backend, and faster ones for what is used in between. */
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
