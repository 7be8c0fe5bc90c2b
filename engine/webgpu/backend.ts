/**
 * The only module that imports tfjs-backend-webgpu: a backend on a GPUDevice of our own, which has all
 * limits of its adapter and throws what the GPU reports.
 *
 * @module
 */

import { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import type { Elementwise } from "../ops/blockwise.ts";
import { recordsGradient } from "../ops/tape.ts";
import { type Tensor, type TensorInfo, tf } from "../tfjs.ts";
import { BufferPool } from "./buffer_pool.ts";
import { Chain, ChainError, chainShader } from "./chain.ts";
import { DerivedTensors } from "./derived_tensors.ts";
import { ErrorReports } from "./error_reports.ts";
import { halvesShader } from "./kernels/halves.ts";
import { kernelTakes } from "./kernels/limits.ts";
import { shaderOf, sizeOf } from "./kernels/run.ts";
import { PackedScalars } from "./packed_scalars.ts";
import { Recorder, type Recording } from "./recorder.ts";
import type { Capabilities, Shader, ShaderRunner, TilingChoices } from "./shader.ts";

/** TensorFlow.js on a GPUDevice of our own. */
export class GuardedWebGPUBackend extends WebGPUBackend implements ShaderRunner {
  readonly capabilities: Capabilities;
  /** Tilings of products; undefined before they are measured. */
  tilings: TilingChoices | undefined;
  /** True if chains of elementwise ops become shaders. */
  readonly chains: boolean;
  /** True if errors name the op. */
  readonly debug: boolean;
  readonly #errors: ErrorReports;
  readonly #recorder: Recorder;
  readonly #scalars = new PackedScalars(this);
  readonly #derived = new DerivedTensors();
  #chain: Chain | undefined;
  #dispatches = 0;
  #bytes = 0;
  #flops = 0;

  /**
   * @param device Made by `requestDevice()`.
   * @param debug Find the op behind an error: one error scope and one submission per op, slow.
   */
  constructor(
    device: GPUDevice,
    { info, debug, chains = true, float16 = false }: {
      readonly info: GPUAdapterInfo;
      readonly debug: boolean;
      readonly chains?: boolean;
      readonly float16?: boolean;
    },
  ) {
    super(device, info);
    this.bufferManager = new BufferPool(device) as unknown as WebGPUBackend["bufferManager"];
    this.debug = debug;
    this.chains = chains;
    this.capabilities = {
      sharedBytes: device.limits.maxComputeWorkgroupStorageSize,
      invocations: device.limits.maxComputeInvocationsPerWorkgroup,
      bindingBytes: device.limits.maxStorageBufferBindingSize,
      float16: float16 && device.features.has("shader-f16"),
      buffers: device.limits.maxStorageBuffersPerShaderStage,
    };
    this.#errors = new ErrorReports(device);
    this.#recorder = new Recorder(this as unknown as Recording);
  }

  /** True once the device is lost. */
  get lost(): boolean {
    return this.#errors.lost;
  }

  /**
   * Runs f and throws the first error that the GPU reports.
   *
   * @throws {DeviceLostError} If the device is lost.
   * @throws {GpuError} If a shader, a binding or an allocation failed; names the op when debugging.
   */
  async guard<T>(f: () => T): Promise<T> {
    return await this.#errors.guard(() => {
      const value = f();
      this.#recorder.flush();
      return value;
    }, this);
  }

  override async getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer> {
    return await this.#errors.reading(super.getBufferData(buffer));
  }

  /** Waits until all recorded commands are done. */
  async settle(): Promise<void> {
    this.#recorder.flush();
    await this.device.queue.onSubmittedWorkDone();
  }

  /** The chain being recorded. */
  get chain(): Chain | undefined {
    return this.#chain;
  }

  /** Runs a chain for `blockwise()` as one shader; undefined where it cannot be one. */
  inBlocks(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] | undefined {
    if (!this.chains || this.#chain !== undefined || tensors[0]!.size === 0) return undefined;
    const chain = new Chain(this, tensors);
    this.#chain = chain;
    try {
      const results = f(tensors);
      const plan = chain.plan(results);
      if (chain.buffers + results.length > this.capabilities.buffers) {
        throw new ChainError("more buffers than a shader may have");
      }
      const shader = shaderOf(chainShader, plan);
      this.#chain = undefined;
      const scalars = chain.scalars.length === 0 ? undefined : this.#scalars.get(chain.scalars);
      const shapes = results.map(({ shape }) => shape);
      return this.runShader(shader, chain.inputs(scalars), shapes)
        .map((info) => tf.engine().makeTensorFromTensorInfo(info, this) as Tensor);
    } catch (error) {
      if (error instanceof ChainError) return undefined;
      throw error;
    } finally {
      this.#chain = undefined;
    }
  }

  /** Keeps tensors for `remembered()` for as long as their source lives. */
  remember(source: Tensor, key: string, make: () => readonly Tensor[]): readonly Tensor[] {
    const infos = this.#derived.get(source, key, () =>
      make().map(({ dataId, shape, dtype }) => {
        this.incRef(dataId);
        return { dataId, shape, dtype };
      }));
    return infos.map((info) => {
      this.incRef(info.dataId);
      return tf.engine().makeTensorFromTensorInfo(info, this) as Tensor;
    });
  }

  override disposeData(dataId: object, force = false): boolean {
    const gone = super.disposeData(dataId, force);
    if (gone) {
      for (const derived of this.#derived.take(dataId)) {
        this.disposeData(derived.dataId);
      }
    }
    return gone;
  }

  /** The value of a scalar that is not on the GPU yet. */
  scalarOf({ dataId }: TensorInfo): number | undefined {
    const values = this.tensorMap.get(dataId).values as Float32Array | null;
    return values?.[0];
  }

  override uploadToGPU(dataId: object): void {
    if (this.#chain?.holds(dataId)) throw new ChainError("an op that is not elementwise");
    super.uploadToGPU(dataId);
  }

  /** True if a kernel of ours takes these inputs. */
  takes(name: string, inputs: Readonly<Record<string, TensorInfo>>): boolean {
    return kernelTakes(name, inputs, this.capabilities);
  }

  /** True if products are in float16 now; gradients need a larger range. */
  get float16(): boolean {
    return this.capabilities.float16 && !recordsGradient();
  }

  inHalf(weight: TensorInfo): TensorInfo {
    return this.#derived.get(weight, "float16", () => {
      const count = sizeOf(weight.shape);
      return this.runShader(shaderOf(halvesShader, count), [weight], [[count / 2]]);
    })[0]!;
  }

  /** Shaders dispatched so far, tfjs's and ours. */
  get dispatches(): number {
    return this.#dispatches;
  }

  /** Bytes of the tensors that they read and wrote, each tensor once a dispatch. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Multiplications and additions of our products. */
  get flops(): number {
    return this.#flops;
  }

  #count(shapes: readonly (readonly number[])[]): void {
    this.#dispatches++;
    for (const shape of shapes) this.#bytes += 4 * sizeOf(shape);
  }

  override runWebGPUProgram(
    ...args: Parameters<WebGPUBackend["runWebGPUProgram"]>
  ): ReturnType<WebGPUBackend["runWebGPUProgram"]> {
    const [program, inputs] = args;
    this.#count([...inputs.map(({ shape }) => shape), program.outputShape]);
    return this.#tracing(
      () => super.runWebGPUProgram(...args),
      () => `${program.constructor.name} (${program.shaderKey.split("_")[0]})`,
      inputs,
    );
  }

  runShader(
    shader: Shader,
    inputs: readonly TensorInfo[],
    outputs: readonly (readonly number[])[],
  ): TensorInfo[] {
    this.#count([...inputs.map(({ shape }) => shape), ...outputs]);
    this.#flops += shader.flops ?? 0;
    return this.#tracing(
      () => {
        const results = outputs.map((shape) => this.makeTensorInfo([...shape], "float32"));
        const bindings = [...inputs, ...results].map(({ dataId }) => {
          this.uploadToGPU(dataId);
          return { dataId, buffer: this.tensorMap.get(dataId).resource as GPUBuffer };
        });
        this.#recorder.dispatch(shader, bindings);
        return results;
      },
      () => shader.name,
      inputs,
    );
  }

  /** Runs one op; in debug mode with a submission of its own, so that errors name it. */
  #tracing<T>(run: () => T, describe: () => string, inputs: readonly TensorInfo[]): T {
    if (!this.debug) return run();
    return this.#errors.trace(
      () => {
        const output = run();
        this.#recorder.flush();
        return output;
      },
      () => `${describe()} of ${inputs.map(({ shape }) => `[${shape}]`).join(", ")}`,
    );
  }
}
