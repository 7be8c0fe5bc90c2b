/** Rotation of channel pairs, forward and backward. @module */

import type { TensorInfo } from "../../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import type { Call, Kernels } from "./call.ts";
import { THREADS } from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";

/**
 * Rotates the pairs (i, i + half) of the rows of x by the angles of row % angles, or back.
 *
 * Inputs: x [rows, size], cos and sin [angles, half].
 */
function rotatePairsShader(
  { rows, size, half, angles, back }: {
    readonly rows: number;
    readonly size: number;
    readonly half: number;
    readonly angles: number;
    readonly back: boolean;
  },
): Shader {
  const wide = half % 4 === 0 && size % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const step = wide ? 4 : 1;
  const [count, pairs] = [size / step, half / step];
  const total = rows * count;
  const sign = back ? ["+", "-"] : ["-", "+"];
  return {
    name: `rotatePairs ${rows}×${size}`,
    workgroups: inARow(Math.ceil(total / THREADS)),
    code: `${bindings([["x", type], ["cosines", type], ["sines", type]], [["y", type]])}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at >= ${total}u) { return; }
  let c = at % ${count}u;
  let angle = at / ${count}u % ${angles}u * ${pairs}u;
  var value = x[at];
  if (c < ${pairs}u) {
    value = value * cosines[angle + c] ${sign[0]} x[at + ${pairs}u] * sines[angle + c];
  } else if (c < ${2 * pairs}u) {
    let i = c - ${pairs}u;
    value = value * cosines[angle + i] ${sign[1]} x[at - ${pairs}u] * sines[angle + i];
  }
  y[at] = value;
}
`,
  };
}

/** Rotates rows by angles whose leading axes of size 1 broadcast. */
function rotatePairs({ inputs, runner }: Call, x: TensorInfo, back: boolean): TensorInfo {
  const [cos, sin] = [inputs[1]!, inputs[2]!];
  const half = cos.shape.at(-1)!;
  const angles = sizeOf(cos.shape) / half;
  const axes = x.shape.slice(0, -1);
  const own = cos.shape.slice(0, -1).slice(-axes.length);
  const first = own.findIndex((size) => size !== 1);
  const follows = first < 0 ||
    own.slice(first).every((size, i) => size === axes.slice(axes.length - own.length + first)[i]);
  if (!follows) {
    throw new TypeError(
      `Cannot rotate pairs: the angles' axes must be the last ones of x, got [${cos.shape}] for ` +
        `[${x.shape}]`,
    );
  }
  const sizes = { rows: sizeOf(axes), size: x.shape.at(-1)!, half, angles, back };
  const shader = shaderOf(rotatePairsShader, sizes);
  return runner.runShader(shader, [x, cos, sin], [x.shape])[0]!;
}

/** Rotation and its gradient; inputs x, cos, sin. The angles have no gradient: theirs are zeros. */
export const ROTATE_PAIRS_KERNELS: Kernels = {
  RotatePairs: (call) => rotatePairs(call, call.inputs[0]!, false),
  RotatePairsGradient: (call) => {
    const { inputs: { 1: cos, 2: sin, dy }, runner } = call;
    const none = (like: TensorInfo) =>
      runner.makeTensorInfo(like.shape, "float32", new Float32Array(sizeOf(like.shape)));
    return [rotatePairs(call, dy!, true), none(cos!), none(sin!)];
  },
};
