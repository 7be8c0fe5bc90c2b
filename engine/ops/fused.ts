/** Ops that an engine may run as one kernel, each with a composed form for engines without it. @module */

import { type Tensor, type TensorInfo, tf } from "../tfjs.ts";
import { recordsGradient } from "./tape.ts";

/** Attributes of a kernel by name. */
export type KernelAttrs = Readonly<Record<string, unknown>>;

/** A backend whose kernels do not take inputs of every size. */
interface Selective {
  takes?(name: string, inputs: Readonly<Record<string, TensorInfo>>, attrs: KernelAttrs): boolean;
}

/** An op in its two forms, and its gradient. */
export interface FusedOp {
  /**
   * Name of the kernel. An engine that registers it runs it. One that also registers NAMEGradient runs
   * that for the gradients, from the numbered inputs and `dy`.
   */
  readonly name: string;
  /** Attributes that the kernel receives. Default none. */
  readonly attrs?: KernelAttrs;
  /** The op in TensorFlow.js's own ops. */
  readonly composed: (...inputs: Tensor[]) => Tensor;
  /**
   * Gradients by the inputs, from the gradient by the output, the inputs and the output. An op without
   * it has a kernel for inference only: where a gradient is recorded, the composed form runs and
   * TensorFlow.js differentiates it op by op.
   */
  readonly gradient?: (
    dy: Tensor,
    inputs: readonly Tensor[],
    output: Tensor,
  ) => readonly Tensor[];
}

/** True if the engine in use runs an op on these inputs as one kernel. */
export function runsKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs: KernelAttrs,
): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined &&
    ((tf.backend() as Selective).takes?.(name, inputs, attrs) ?? true);
}

/** Runs a kernel of the engine in use. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs: KernelAttrs,
): Tensor | Tensor[] {
  return tf.engine().runKernel(name, inputs as never, attrs as never) as Tensor | Tensor[];
}

/**
 * Runs an op as one kernel where the engine in use has it, and composed elsewhere.
 *
 * @param inputs Numbered, or named as the kernel names them; `composed` receives them in this order.
 */
export function fused(
  op: FusedOp,
  inputs: readonly Tensor[] | Readonly<Record<string, Tensor>>,
): Tensor {
  const { name, attrs = {}, composed, gradient } = op;
  const given = { ...inputs } as Readonly<Record<string, Tensor>>;
  if (gradient !== undefined) return differentiable({ ...op, gradient }, Object.values(given));
  return !recordsGradient() && runsKernel(name, given, attrs)
    ? runKernel(name, given, attrs) as Tensor
    : composed(...Object.values(given));
}

function differentiable(
  { name, attrs = {}, composed, gradient }: FusedOp & Required<Pick<FusedOp, "gradient">>,
  inputs: readonly Tensor[],
): Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const xs = args as Tensor[];
    const value = runsKernel(name, { ...xs } as never, attrs)
      ? runKernel(name, { ...xs } as never, attrs) as Tensor
      : composed(...xs);
    save([...xs, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const all = saved as Tensor[];
        const backwards = `${name}Gradient`;
        if (tf.getKernel(backwards, tf.getBackend()) !== undefined) {
          const known = { ...all.slice(0, -1), dy: dy as Tensor };
          return runKernel(backwards, known as never, attrs) as Tensor[];
        }
        return [...gradient(dy as Tensor, all.slice(0, -1), all.at(-1)!)];
      },
    };
  });
  return op(...inputs) as Tensor;
}
