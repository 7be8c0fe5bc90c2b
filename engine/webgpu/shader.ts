/**
 * Compute shaders on tensors of TensorFlow.js. All sizes are part of a shader's code, so a dispatch needs a
 * cached pipeline and a cached bind group, and no uniform buffer.
 *
 * @module
 */

import type { TensorInfo } from "../tfjs.ts";

/** A compute shader for given sizes. */
export interface Shader {
  /** Name in profiles and errors. */
  readonly name: string;
  /** WGSL; group 0 binds the inputs from 0 on, then the outputs; the entry point is `main`. */
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Multiplications and additions of its products; for benches. */
  readonly flops?: number;
}

/** The fastest tiling, as an index, for outputs of about this many elements. */
export interface TilingChoice {
  readonly outputs: number;
  readonly tiling: number;
}

/** From small outputs to large ones. */
export type TilingChoices = readonly TilingChoice[];

/** A backend that runs shaders. */
export interface ShaderRunner {
  /** Makes a tensor of given values. */
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
  /** Limits of the device. */
  readonly capabilities: Capabilities;
  /** Tilings of products; undefined before they are measured. */
  readonly tilings: TilingChoices | undefined;
  /** True if products are in float16 now; never while a gradient is recorded. */
  readonly float16: boolean;
  /** A weight of 4·n elements as float16, converted once. */
  inHalf(weight: TensorInfo): TensorInfo;
  /**
   * Records a dispatch.
   *
   * @param outputs Shapes of the results, float32.
   */
  runShader(
    shader: Shader,
    inputs: readonly TensorInfo[],
    outputs: readonly (readonly number[])[],
  ): TensorInfo[];
}

/** Limits that a device grants. */
export interface Capabilities {
  /** Bytes of shared memory of a workgroup at most. */
  readonly sharedBytes: number;
  /** Invocations of a workgroup at most. */
  readonly invocations: number;
  /** True if shaders may use f16. */
  readonly float16: boolean;
  /** Storage buffers of a shader at most. */
  readonly buffers: number;
  /** Bytes of a binding at most. */
  readonly bindingBytes: number;
}

/** A binding as WGSL declares it: `[name, element type]`. */
export type Binding = readonly [string, string];

/** WGSL: declarations of inputs and outputs in the order of their bindings. */
export function bindings(inputs: readonly Binding[], outputs: readonly Binding[]): string {
  return [...inputs, ...outputs].map(([name, type], i) =>
    `@group(0) @binding(${i}) var<storage, ${
      i < inputs.length ? "read" : "read_write"
    }> ${name} : array<${type}>;`
  ).join("\n");
}

/** Workgroups along one axis that every device grants. */
const AXIS_LIMIT = 65535;

/** Workgroup counts for `count` items in a row; {@linkcode ROW_INDEX} is the index of an item. */
export function inARow(count: number): readonly [number, number, number] {
  if (count <= AXIS_LIMIT) return [count, 1, 1];
  const rows = Math.ceil(count / AXIS_LIMIT);
  return [Math.ceil(count / rows), rows, 1];
}

/** WGSL: the index of a workgroup of {@linkcode inARow}; may be ≥ count. */
export const ROW_INDEX = "group.y * groups.x + group.x";

/** WGSL: the parameters of `main` that {@linkcode ROW_INDEX} and threads need. */
export const MAIN_PARAMETERS = `@builtin(workgroup_id) group : vec3u,
  @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_index) thread : u32`;

/** A number as WGSL. */
export function number(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The integers 0, 1, …, count − 1. */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
