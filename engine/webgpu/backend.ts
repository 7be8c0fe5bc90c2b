/**
 * The one door to tfjs-backend-webgpu: a backend on our own GPUDevice whose errors are thrown.
 *
 * tfjs alone asks for fewer limits than the adapter has and answers every WebGPU error with zeros.
 *
 * @module
 */

import { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { DeviceLostError, GpuError } from "../errors.ts";
import type { Elementwise } from "../ops/blockwise.ts";
import { recordsGradient } from "../ops/tape.ts";
import { type Tensor, type TensorInfo, tf } from "../tfjs.ts";
import { BufferPool } from "./buffer_pool.ts";
import { Chain, ChainError } from "./chain.ts";
import { halvesShader } from "./kernels/rows.ts";
import { shaderOf } from "./kernels/run.ts";
import type { LayerSizes } from "../ops/transformer_layer.ts";
import { attentionFits } from "./kernels/attention/blocks.ts";
import type { Capabilities, Shader, ShaderRunner, TilingChoices } from "./shader.ts";

const SCOPES = ["validation", "out-of-memory", "internal"] as const;

/** What one traced program reported. */
interface OpReport {
  readonly op: string;
  readonly error: Promise<GPUError | null>;
}

/** What tfjs's recording of commands consists of; it has no other way in. */
interface Recording {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  activeTimers: { name: string; query: Promise<number> }[] | null;
  querySet: GPUQuerySet | null;
}

/** Dispatches after which tfjs submits; ours count alike. */
const SUBMIT_AFTER = "WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE";

/** Most bind groups that are kept. */
const BIND_GROUPS = 4096;

/** Most sets of numbers of chains that are kept. */
const PACKED_SCALARS = 256;

/** A pipeline and its part of a bind group's key. */
interface NumberedPipeline {
  readonly pipeline: GPUComputePipeline;
  readonly id: number;
}

/** tfjs on a GPUDevice of ours. */
export class GuardedWebGPUBackend extends WebGPUBackend implements ShaderRunner {
  readonly capabilities: Capabilities;
  /** Which tilings products take; undefined before they were measured. */
  tilings: TilingChoices | undefined;
  /** Whether chains of elementwise ops become shaders. */
  readonly chains: boolean;
  readonly #pipelines = new Map<Shader, NumberedPipeline>();
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #bufferIds = new WeakMap<GPUBuffer, number>();
  readonly #scalars = new Map<string, TensorInfo>();
  readonly #remembered = new Map<object, Map<string, readonly TensorInfo[]>>();
  #chain: Chain | undefined;
  #buffers = 0;
  #dispatches = 0;
  #bytes = 0;
  #flops = 0;
  readonly #debug: boolean;
  readonly #reports: OpReport[] = [];
  readonly #uncaptured: string[] = [];
  #lost: GPUDeviceLostInfo | undefined;

  /**
   * @param device Made by {@linkcode requestDevice}.
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
    this.#debug = debug;
    this.chains = chains;
    this.capabilities = {
      sharedBytes: device.limits.maxComputeWorkgroupStorageSize,
      invocations: device.limits.maxComputeInvocationsPerWorkgroup,
      bindingBytes: device.limits.maxStorageBufferBindingSize,
      float16: float16 && device.features.has("shader-f16"),
      buffers: device.limits.maxStorageBuffersPerShaderStage,
    };
    device.lost.then((lost) => this.#lost = lost);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#uncaptured.push((event as GPUUncapturedErrorEvent).error.message);
    });
  }

  /** Whether errors name the op. */
  get debug(): boolean {
    return this.#debug;
  }

  /** Whether the device is gone. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Runs f and throws what the GPU has to say about it.
   *
   * @throws {DeviceLostError} If the device is gone.
   * @throws {GpuError} If a shader, a binding or an allocation failed; names the op when debugging.
   */
  async guard<T>(f: () => T): Promise<T> {
    this.#throwIfLost();
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
    let result: { value: T } | undefined;
    let thrown: { error: unknown } | undefined;
    try {
      result = { value: f() };
      this.#flush();
    } catch (error) {
      thrown = { error };
    }
    const first = await this.#reported();
    if (first !== undefined || thrown !== undefined) {
      // A lost device fails the calls first and settles `lost` a moment later.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#throwIfLost();
    if (first !== undefined) throw new GpuError(first);
    if (thrown !== undefined) throw thrown.error;
    return result!.value;
  }

  /** The first error since the scopes were pushed. */
  async #reported(): Promise<string | undefined> {
    const scopes = await Promise.allSettled(SCOPES.map(() => this.device.popErrorScope()));
    for (const { op, error } of this.#reports.splice(0)) {
      const reported = await error.catch(() => null);
      if (reported !== null) return `Cannot run ${op} on the GPU: ${reported.message}`;
    }
    const inScope = scopes.flatMap((scope) => scope.status === "fulfilled" ? [scope.value] : [])
      .find((error) => error !== null)?.message;
    const message = inScope ?? this.#uncaptured.splice(0)[0];
    if (message === undefined) return undefined;
    return `Cannot compute on the GPU: ${message}${
      this.#debug ? "" : " (debug mode names the op)"
    }`;
  }

  /** Submits what is recorded, so that its errors fall into the open scopes. */
  #flush(): void {
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this.submitQueue();
  }

  #throwIfLost(): void {
    if (this.#lost !== undefined) {
      const { reason, message } = this.#lost;
      throw new DeviceLostError(
        `Cannot compute on the GPU: the device was lost (${reason || "unknown"}): ${message}`,
      );
    }
  }

  /** Reads a buffer; a device that is lost meanwhile is told as such. */
  override async getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer> {
    try {
      return await super.getBufferData(buffer);
    } catch (error) {
      // `lost` settles a moment after the calls that fail for it.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#throwIfLost();
      const message = error instanceof Error ? error.message : String(error);
      throw new GpuError(`Cannot read from the GPU: ${message}`, { cause: error });
    }
  }

  /** Waits until everything that was recorded is done. */
  async settle(): Promise<void> {
    this.#flush();
    await this.device.queue.onSubmittedWorkDone();
  }

  /** What is being recorded. */
  get chain(): Chain | undefined {
    return this.#chain;
  }

  /** What `blockwise()` calls: the chain as one shader, or undefined where it cannot be one. */
  inBlocks(f: Elementwise, tensors: readonly Tensor[]): readonly Tensor[] | undefined {
    if (!this.chains || this.#chain !== undefined || tensors[0]!.size === 0) return undefined;
    const chain = new Chain(this, tensors);
    this.#chain = chain;
    try {
      const results = f(tensors);
      const key = chain.keyOf(results);
      if (chain.buffers + results.length > this.capabilities.buffers) {
        throw new ChainError("more buffers than a shader may have");
      }
      const shader = shaderOf(key, () => chain.shader(results));
      this.#chain = undefined;
      const scalars = chain.scalars.length === 0 ? undefined : this.#packed(chain.scalars);
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

  /** What `remembered()` calls: tensors that live as long as their source. */
  remember(source: Tensor, key: string, make: () => readonly Tensor[]): readonly Tensor[] {
    const infos = this.#kept(source, key, () =>
      make().map(({ dataId, shape, dtype }) => {
        this.incRef(dataId);
        return { dataId, shape, dtype };
      }));
    return infos.map((info) => {
      this.incRef(info.dataId);
      return tf.engine().makeTensorFromTensorInfo(info, this) as Tensor;
    });
  }

  /** What was made of a tensor, now or before; this holds one reference to it. */
  #kept(
    { dataId }: TensorInfo,
    key: string,
    make: () => readonly TensorInfo[],
  ): readonly TensorInfo[] {
    let known = this.#remembered.get(dataId);
    if (known === undefined) {
      known = new Map();
      this.#remembered.set(dataId, known);
    }
    let infos = known.get(key);
    if (infos === undefined) {
      infos = make();
      known.set(key, infos);
    }
    return infos;
  }

  override disposeData(dataId: object, force = false): boolean {
    const gone = super.disposeData(dataId, force);
    const known = gone ? this.#remembered.get(dataId) : undefined;
    if (known !== undefined) {
      this.#remembered.delete(dataId);
      for (const info of [...known.values()].flat()) this.disposeData(info.dataId);
    }
    return gone;
  }

  /** The number of a scalar that is not on the GPU yet. */
  scalarOf({ dataId }: TensorInfo): number | undefined {
    const values = this.tensorMap.get(dataId).values as Float32Array | null;
    return values?.[0];
  }

  /** Numbers of chains on the GPU; all parameters of a step have the same. */
  #packed(numbers: readonly number[]): TensorInfo {
    const key = numbers.join();
    let info = this.#scalars.get(key);
    if (info === undefined) {
      if (this.#scalars.size >= PACKED_SCALARS) {
        for (const { dataId } of this.#scalars.values()) this.disposeData(dataId);
        this.#scalars.clear();
      }
      info = this.makeTensorInfo([numbers.length], "float32", new Float32Array(numbers));
      this.#scalars.set(key, info);
    }
    return info;
  }

  override uploadToGPU(dataId: object): void {
    if (this.#chain?.holds(dataId)) throw new ChainError("an op that is not elementwise");
    super.uploadToGPU(dataId);
  }

  /** Whether a transformer layer runs in one piece: its largest tensor must fit a binding. */
  runsLayer({ images, height, width, channels, heads, hidden }: LayerSizes): boolean {
    const widest = Math.max(3 * channels, hidden);
    return this.attends(channels / heads) &&
      images * height * width * widest * 4 <= this.capabilities.bindingBytes;
  }

  /** Gradients need more than float16's range. */
  get float16(): boolean {
    return this.capabilities.float16 && !recordsGradient();
  }

  inHalf(weight: TensorInfo): TensorInfo {
    return this.#kept(weight, "float16", () => {
      const count = weight.shape.reduce((a, b) => a * b, 1);
      const shader = shaderOf(`halves ${count}`, () => halvesShader(count));
      return this.runShader(shader, [weight], [[count / 2]]);
    })[0]!;
  }

  /** Whether attention has a shader for heads of a size. */
  attends(size: number): boolean {
    return attentionFits(size, this.capabilities);
  }

  /** Shaders that were dispatched so far, tfjs's and ours. */
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
    for (const shape of shapes) this.#bytes += 4 * shape.reduce((a, b) => a * b, 1);
  }

  override runWebGPUProgram(
    ...args: Parameters<WebGPUBackend["runWebGPUProgram"]>
  ): ReturnType<WebGPUBackend["runWebGPUProgram"]> {
    const [program, inputs] = args;
    this.#count([...inputs.map(({ shape }) => shape), program.outputShape]);
    return this.#reporting(
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
    return this.#reporting(
      () => this.#record(shader, inputs, outputs),
      () => shader.name,
      inputs,
    );
  }

  #record(
    shader: Shader,
    inputs: readonly TensorInfo[],
    outputs: readonly (readonly number[])[],
  ): TensorInfo[] {
    const { name, workgroups } = shader;
    const results = outputs.map((shape) => this.makeTensorInfo([...shape], "float32"));
    const buffers = [...inputs, ...results].map(({ dataId }) => {
      this.uploadToGPU(dataId);
      return this.tensorMap.get(dataId).resource as GPUBuffer;
    });
    const recording = this as unknown as Recording;
    for (const { dataId } of [...inputs, ...results]) recording.commandQueueOwnedIds.add(dataId);
    const timers = recording.activeTimers;
    this.ensureCommandEncoderReady();
    if (timers !== null && timers !== undefined) this.#beginTimedPass();
    recording.computePassEncoder ??= recording.commandEncoder.beginComputePass();
    const pass = recording.computePassEncoder;
    const first = !this.#pipelines.has(shader);
    const pipeline = this.#pipeline(shader);
    pass.setPipeline(pipeline.pipeline);
    pass.setBindGroup(0, this.#bindGroup(pipeline, buffers));
    pass.dispatchWorkgroups(...workgroups);
    recording.dispatchCountInPass++;
    if (timers !== null && timers !== undefined) {
      this.endComputePassEncoder();
      timers.push({ name, query: this.getQueryTime() });
    } else if (first || recording.dispatchCountInPass >= tf.env().getNumber(SUBMIT_AFTER)) {
      // A software adapter compiles when it runs, and a submission may not take a minute.
      this.endComputePassEncoder();
      this.submitQueue();
    }
    return results;
  }

  /** A pass of its own, between two timestamps. */
  #beginTimedPass(): void {
    this.endComputePassEncoder();
    const recording = this as unknown as Recording;
    recording.querySet ??= this.device.createQuerySet({ type: "timestamp", count: 2 });
    recording.computePassEncoder = recording.commandEncoder.beginComputePass({
      timestampWrites: {
        querySet: recording.querySet,
        beginningOfPassWriteIndex: 0,
        endOfPassWriteIndex: 1,
      },
    });
  }

  #pipeline(shader: Shader): NumberedPipeline {
    let pipeline = this.#pipelines.get(shader);
    if (pipeline === undefined) {
      const module = this.device.createShaderModule({ label: shader.name, code: shader.code });
      pipeline = {
        pipeline: this.device.createComputePipeline({
          label: shader.name,
          layout: "auto",
          compute: { module, entryPoint: "main" },
        }),
        id: this.#pipelines.size,
      };
      this.#pipelines.set(shader, pipeline);
    }
    return pipeline;
  }

  /** A loop takes its buffers in the same order each time, so that groups are met again. */
  #bindGroup({ pipeline, id }: NumberedPipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const key = `${id}:${buffers.map((buffer) => this.#bufferId(buffer))}`;
    let group = this.#bindGroups.get(key);
    if (group === undefined) {
      group = this.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      if (this.#bindGroups.size >= BIND_GROUPS) this.#bindGroups.clear();
      this.#bindGroups.set(key, group);
    }
    return group;
  }

  #bufferId(buffer: GPUBuffer): number {
    let id = this.#bufferIds.get(buffer);
    if (id === undefined) {
      id = this.#buffers++;
      this.#bufferIds.set(buffer, id);
    }
    return id;
  }

  /** When debugging, an error scope and a submission of its own for one op. */
  #reporting<T>(run: () => T, describe: () => string, inputs: readonly TensorInfo[]): T {
    if (!this.#debug) return run();
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
    try {
      const output = run();
      this.#flush();
      return output;
    } finally {
      const shapes = inputs.map(({ shape }) => `[${shape}]`).join(", ");
      const op = `${describe()} of ${shapes}`;
      const errors = SCOPES.map(() => this.device.popErrorScope());
      this.#reports.push({
        op,
        error: Promise.all(errors).then((all) => all.find((error) => error !== null) ?? null),
      });
    }
  }
}
