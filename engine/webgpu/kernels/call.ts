/** Calls of our kernels. @module */

import type { KernelBackend, TensorInfo } from "../../tfjs.ts";
import type { ShaderRunner } from "../shader.ts";

/** The backend that a kernel runs on. */
export type Runner = ShaderRunner & KernelBackend;

/** A call of a kernel. The inputs of a `fused` op are numbered, those of other ops are named. */
export interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly runner: Runner;
}

/** A kernel of TensorFlow.js. */
type Kernel = (call: Call) => TensorInfo | TensorInfo[];

/** Kernels by name. */
export type Kernels = Readonly<Record<string, Kernel>>;
