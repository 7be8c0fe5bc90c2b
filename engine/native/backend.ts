/**
 * The backend of engine native: plain JavaScript for the few numbers between compiled functions, and
 * tensors whose numbers lie with the worker.
 *
 * @module
 */

import { MathBackendCPU } from "npm:@tensorflow/tfjs-backend-cpu@4.22.0";
import { type BackendValues, type Tensor, type TensorDataType, type TensorInfo, tf } from "../tfjs.ts";
import type { TensorTree } from "../tree.ts";
import { type FunctionOptions, NativeFunction, runTraced, type TreeFunction } from "./function.ts";
import { fastBinary } from "./glue.ts";
import type { NativeHost } from "./host.ts";
import type { TensorData } from "./protocol.ts";
import { isTracing, refuseRead } from "./trace.ts";

/** The name of the backend in TensorFlow.js. */
export const NATIVE = "native";

/** What MathBackendCPU keeps of a tensor, and where it lies if not here. */
interface Entry {
  values?: BackendValues;
  refCount: number;
  handle?: number;
}

/** TensorFlow.js's own CPU backend, with tensors that stay with the worker. */
export class NativeBackend extends MathBackendCPU {
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
    this.#entry(dataId).handle = handle;
    const info: TensorInfo = { dataId, shape: [...shape], dtype: type };
    return tf.engine().makeTensorFromTensorInfo(info, this) as Tensor;
  }

  /** The handle of a tensor's numbers, if the worker holds them. */
  handleOf({ dataId }: TensorInfo): number | undefined {
    return this.data.has(dataId) ? this.#entry(dataId).handle : undefined;
  }

  #entry(dataId: object): Entry {
    return this.data.get(dataId) as Entry;
  }

  override async read(dataId: object): Promise<BackendValues> {
    const { handle } = this.#entry(dataId);
    return handle === undefined ? this.readSync(dataId) : await this.host.get(handle);
  }

  override readSync(dataId: object): Float32Array | Int32Array | Uint8Array {
    if (isTracing()) refuseRead();
    if (this.#entry(dataId).handle !== undefined) {
      throw new Error("Cannot read a tensor at once: the native worker holds it; await its data()");
    }
    return super.readSync(dataId) as TensorData;
  }

  override disposeData(dataId: object, force = false): boolean {
    const handle = this.data.has(dataId) ? this.#entry(dataId).handle : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && handle !== undefined) {
      // One message for all that is freed in a row.
      if (this.#freed.push(handle) === 1) {
        queueMicrotask(() => this.host.free(this.#freed.splice(0)));
      }
    }
    return gone;
  }
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
            if (input !== undefined && backend.handleOf(input) !== undefined) {
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
