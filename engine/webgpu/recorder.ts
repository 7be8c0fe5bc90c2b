/** Recording of our dispatches into the command encoder of TensorFlow.js. @module */

import { tf } from "../tfjs.ts";
import { Pipelines } from "./pipelines.ts";
import type { Shader } from "./shader.ts";

/** Members of tfjs's backend that record commands; it has no public interface for this. */
export interface Recording {
  readonly device: GPUDevice;
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  activeTimers: { name: string; query: Promise<number> }[] | null;
  querySet: GPUQuerySet | null;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  getQueryTime(): Promise<number>;
}

/** Name of the tfjs flag: dispatches between two submissions, ours and tfjs's together. */
const SUBMIT_AFTER = "WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE";

/** Records and submits commands of one backend. */
export class Recorder {
  readonly #recording: Recording;
  readonly #pipelines: Pipelines;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#pipelines = new Pipelines(recording.device);
  }

  /**
   * Records a dispatch.
   *
   * @param bindings Inputs and outputs in the order of the shader's bindings.
   */
  dispatch(
    shader: Shader,
    bindings: readonly { readonly dataId: object; readonly buffer: GPUBuffer }[],
  ): void {
    const recording = this.#recording;
    for (const { dataId } of bindings) recording.commandQueueOwnedIds.add(dataId);
    const timers = recording.activeTimers;
    recording.ensureCommandEncoderReady();
    if (timers !== null && timers !== undefined) this.#beginTimedPass();
    recording.computePassEncoder ??= recording.commandEncoder.beginComputePass();
    const first = !this.#pipelines.has(shader);
    const buffers = bindings.map(({ buffer }) => buffer);
    this.#pipelines.dispatch(recording.computePassEncoder, shader, buffers);
    recording.dispatchCountInPass++;
    if (timers !== null && timers !== undefined) {
      recording.endComputePassEncoder();
      timers.push({ name: shader.name, query: recording.getQueryTime() });
    } else if (first || recording.dispatchCountInPass >= tf.env().getNumber(SUBMIT_AFTER)) {
      // A software adapter compiles at the first run, and a submission must not take a minute.
      recording.endComputePassEncoder();
      recording.submitQueue();
    }
  }

  /** Begins a pass of its own between two timestamps. */
  #beginTimedPass(): void {
    const recording = this.#recording;
    recording.endComputePassEncoder();
    recording.querySet ??= recording.device.createQuerySet({ type: "timestamp", count: 2 });
    recording.computePassEncoder = recording.commandEncoder.beginComputePass({
      timestampWrites: {
        querySet: recording.querySet,
        beginningOfPassWriteIndex: 0,
        endOfPassWriteIndex: 1,
      },
    });
  }

  /** Submits the recorded commands, so that their errors fall into the open scopes. */
  flush(): void {
    this.#recording.ensureCommandEncoderReady();
    this.#recording.endComputePassEncoder();
    this.#recording.submitQueue();
  }
}
