/** Ops that an engine may have in one piece, with a composed form for those that do not. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** An op in its two forms, and its gradient. */
export interface FusedOp {
  /**
   * The kernel's name; an engine that registered it runs that. One that registered NAMEGradient, with
   * the inputs by their numbers and `dy`, runs that for the gradients.
   */
  readonly name: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  /** The op in TensorFlow.js's own ops. */
  readonly composed: (...inputs: Tensor[]) => Tensor;
  /** Gradients by the inputs from that by the output, the inputs and the output. */
  readonly gradient: (dy: Tensor, inputs: readonly Tensor[], output: Tensor) => readonly Tensor[];
}

/** Runs the op as the engine in use runs it best. */
export function fused(
  { name, attrs = {}, composed, gradient }: FusedOp,
  inputs: readonly Tensor[],
): Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const xs = args as Tensor[];
    const kernel = tf.getKernel(name, tf.getBackend());
    const value = kernel === undefined
      ? composed(...xs)
      : tf.engine().runKernel(name, { ...xs } as never, attrs as never) as Tensor;
    save([...xs, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const all = saved as Tensor[];
        const backwards = `${name}Gradient`;
        if (tf.getKernel(backwards, tf.getBackend()) !== undefined) {
          const known = { ...all.slice(0, -1), dy: dy as Tensor };
          return tf.engine().runKernel(backwards, known as never, attrs as never) as Tensor[];
        }
        return [...gradient(dy as Tensor, all.slice(0, -1), all.at(-1)!)];
      },
    };
  });
  return op(...inputs) as Tensor;
}
