/** Attention on a grid of tokens in one piece, for engines that have it. @module */

import { type Tensor, tf } from "../tfjs.ts";

/** Name of the kernel: q, k, v → attended, logarithms of the sums of exponentials. */
export const ATTEND_GRID = "AttendGrid";
/** Name of its gradient's kernel: q, k, v, o, sums, dy → dQ, dK, dV. */
export const ATTEND_GRID_GRADIENT = "AttendGridGradient";

/** The grid, and what a query sees of it. */
export interface GridAttrs {
  readonly height: number;
  readonly width: number;
  /** Side of the neighborhood; 0 for all tokens. */
  readonly kernel: number;
}

/** An engine that does not have it for every size. */
interface Limited {
  attendsGrid?(size: number): boolean;
}

/** Whether the engine in use has it for heads of `size` channels. */
export function hasAttendGrid(size: number): boolean {
  return tf.getKernel(ATTEND_GRID, tf.getBackend()) !== undefined &&
    ((tf.backend() as Limited).attendsGrid?.(size) ?? true);
}

/**
 * softmax(q·kᵀ)·v over all tokens or a neighborhood, where {@linkcode hasAttendGrid} says so; logits
 * are never in memory, also not for the gradient.
 *
 * @param tensors q, k, v [N, height·width, heads, size].
 * @returns [N, height·width, heads, size].
 */
export function attendGrid(
  tensors: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  attrs: GridAttrs,
): Tensor {
  const run = (name: string, inputs: Readonly<Record<string, Tensor>>) =>
    tf.engine().runKernel(name, inputs as never, attrs as never) as unknown as Tensor[];
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [q, k, v] = args as Tensor[] as [Tensor, Tensor, Tensor];
    const [o, sums] = run(ATTEND_GRID, { q, k, v }) as [Tensor, Tensor];
    save([q, k, v, o, sums]);
    return {
      value: o,
      gradFunc: (dy, saved) => {
        const [q, k, v, o, sums] = saved as Tensor[];
        return run(ATTEND_GRID_GRADIENT, {
          q: q!,
          k: k!,
          v: v!,
          o: o!,
          sums: sums!,
          dy: dy as Tensor,
        });
      },
    };
  });
  return op(tensors.q, tensors.k, tensors.v) as Tensor;
}
