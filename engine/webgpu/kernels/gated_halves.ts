/** Gated GELU, value·GELU(gate), forward and backward. @module */

import type { TensorInfo } from "../../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import type { Kernels } from "./call.ts";
import { GELU } from "./gelu.ts";
import { type Rows, THREADS, vectorsOf } from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** Φ(g) and its slope, for the gradient of value·GELU(gate). */
const GELU_GRADIENT = `${GELU}
fn cdf1(x : f32) -> f32 { return select(gelu1(x) / x, 0.5, abs(x) < 1e-20); }
fn slope1(x : f32) -> f32 { return cdf1(x) + x * exp(-0.5 * x * x) * 0.3989422804014327; }
fn slope(x : vec4f) -> vec4f {
  return vec4f(slope1(x.x), slope1(x.y), slope1(x.z), slope1(x.w));
}`;

/**
 * value·GELU(gate) of the two halves of rows [rows, 2·size], or its gradient from dy.
 *
 * @param gradient Inputs x and dy, output dx; else input x, output y [rows, size].
 */
function gatedHalvesShader({ rows, size }: Rows, gradient: boolean): Shader {
  const { type, count } = vectorsOf(size);
  const one = type === "f32" ? "1" : "";
  const total = rows * count;
  return {
    name: `gatedHalves${gradient ? "Gradient" : ""} ${rows}×${size}`,
    workgroups: inARow(Math.ceil(total / THREADS)),
    code: `${
      bindings(
        (gradient ? ["x", "dy"] : ["x"]).map((name) => [name, type]),
        [[gradient ? "dx" : "y", type]],
      )
    }
${gradient ? GELU_GRADIENT : GELU}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at >= ${total}u) { return; }
  let first = at / ${count}u * ${2 * count}u + at % ${count}u;
  let second = first + ${count}u;
  ${
      gradient
        ? `dx[first] = dy[at] * gelu${one}(x[second]);
  dx[second] = dy[at] * x[first] * slope${one}(x[second]);`
        : `y[at] = x[first] * gelu${one}(x[second]);`
    }
}
`,
  };
}

/** Rows of two halves. */
function halvesOf({ shape }: TensorInfo): Rows {
  const size = shape.at(-1)! / 2;
  return { rows: sizeOf(shape) / size / 2, size };
}

/** Gated halves and their gradient; input x. */
export const GATED_HALVES_KERNELS: Kernels = {
  GatedHalves: ({ inputs: { 0: x }, runner }) => {
    const sizes = halvesOf(x!);
    const shader = shaderOf(gatedHalvesShader, sizes, false);
    return runner.runShader(shader, [x!], [[...x!.shape.slice(0, -1), sizes.size]])[0]!;
  },
  GatedHalvesGradient: ({ inputs: { 0: x, dy }, runner }) => {
    const shader = shaderOf(gatedHalvesShader, halvesOf(x!), true);
    return runner.runShader(shader, [x!, dy!], [x!.shape]);
  },
};
