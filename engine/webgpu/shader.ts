/**
 * Running shaders of our own on tensors of tfjs: the shader is whole (sizes are in its text), so one
 * dispatch needs a pipeline and a bind group, both of which are kept, and no uniform buffer.
 *
 * @module
 */

import type { TensorInfo } from "../tfjs.ts";

/** A compute shader for given sizes. */
export interface Shader {
  /** For people: profiles and errors. */
  readonly name: string;
  /** WGSL; group 0 binds the inputs from 0 on, then the outputs; the entry point is `main`. */
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Multiplications and additions of its products; for benches. */
  readonly flops?: number;
}

/** For outputs of about so many numbers, the index of the best tiling. */
export interface TilingChoice {
  readonly outputs: number;
  readonly tiling: number;
}

/** From small outputs to large ones. */
export type TilingChoices = readonly TilingChoice[];

/** What runs shaders. */
export interface ShaderRunner {
  /** A tensor of given numbers. */
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
  /** What the device can do. */
  readonly capabilities: Capabilities;
  /** Which tilings products take; undefined before they were measured. */
  readonly tilings: TilingChoices | undefined;
  /** Whether to multiply in float16 now: not while a gradient is recorded. */
  readonly float16: boolean;
  /** A weight of 4·n numbers as float16, made once. */
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

/** What a device grants. */
export interface Capabilities {
  /** Bytes of shared memory of a workgroup. */
  readonly sharedBytes: number;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  /** Whether shaders can use f16, and are to. */
  readonly float16: boolean;
  /** Storage buffers that a shader may have. */
  readonly buffers: number;
  /** Bytes of a binding. */
  readonly bindingBytes: number;
}

/** Bindings, as WGSL declares them: `[name, element type]`. */
export type Binding = readonly [string, string];

/** Declarations of inputs and outputs in the order of their bindings. */
export function bindings(inputs: readonly Binding[], outputs: readonly Binding[]): string {
  return [...inputs, ...outputs].map(([name, type], i) =>
    `@group(0) @binding(${i}) var<storage, ${
      i < inputs.length ? "read" : "read_write"
    }> ${name} : array<${type}>;`
  ).join("\n");
}

/** Most workgroups along one axis that every device grants. */
const AXIS_LIMIT = 65535;

/** Workgroups for `count` items in a row; {@linkcode ROW_INDEX} is the index of one. */
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
