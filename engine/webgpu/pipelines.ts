/** Pipelines and bind groups of shaders, each made once. @module */

import type { Shader } from "./shader.ts";

/** Bind groups kept at most. */
const BIND_GROUPS = 4096;

/** A pipeline and its number, which is part of a bind group's key. */
interface NumberedPipeline {
  readonly pipeline: GPUComputePipeline;
  readonly id: number;
}

/** Caches the pipelines and bind groups of one device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<Shader, NumberedPipeline>();
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #bufferIds = new WeakMap<GPUBuffer, number>();
  #buffers = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** True if the shader has a pipeline. */
  has(shader: Shader): boolean {
    return this.#pipelines.has(shader);
  }

  /** Records a dispatch of a shader on buffers, in the order of its bindings. */
  dispatch(pass: GPUComputePassEncoder, shader: Shader, buffers: readonly GPUBuffer[]): void {
    const pipeline = this.#pipeline(shader);
    pass.setPipeline(pipeline.pipeline);
    pass.setBindGroup(0, this.#bindGroup(pipeline, buffers));
    pass.dispatchWorkgroups(...shader.workgroups);
  }

  #pipeline(shader: Shader): NumberedPipeline {
    let pipeline = this.#pipelines.get(shader);
    if (pipeline === undefined) {
      const module = this.#device.createShaderModule({ label: shader.name, code: shader.code });
      pipeline = {
        pipeline: this.#device.createComputePipeline({
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

  /** A loop acquires its buffers in the same order each time, so bind groups recur. */
  #bindGroup({ pipeline, id }: NumberedPipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const key = `${id}:${buffers.map((buffer) => this.#bufferId(buffer))}`;
    let group = this.#bindGroups.get(key);
    if (group === undefined) {
      group = this.#device.createBindGroup({
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
}
