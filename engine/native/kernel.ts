/** ONNX forms of kernels while a function is traced. @module */

import type { Value } from "./graph.ts";
import type { GraphBuilder } from "./graph_builder.ts";

/** Call of a kernel while it is traced. */
export interface KernelCall {
  readonly builder: GraphBuilder;
  /** In the order of TensorFlow.js. */
  readonly inputs: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
  // deno-lint-ignore no-explicit-any -- every kernel has attributes of its own.
  readonly attrs: any;
}

/** A kernel in ONNX. */
export type TracedKernel = (call: KernelCall) => Value | readonly Value[];

/** Thrown if a kernel cannot be expressed; the tracer adds its name and line of code. */
export class UnmappedError extends Error {
  override readonly name = "UnmappedError";
}
