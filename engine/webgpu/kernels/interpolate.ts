/** Interpolation between two tensors. @module */

import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import type { Kernels } from "./call.ts";
import { THREADS } from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** skip + (x − skip)·factor, element by element. Inputs: x, skip, factor [1]. */
function interpolateShader(count: number): Shader {
  const wide = count % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const vectors = wide ? count / 4 : count;
  return {
    name: `interpolate ${count}`,
    workgroups: inARow(Math.ceil(vectors / THREADS)),
    code: `${bindings([["x", type], ["skip", type], ["factor", "f32"]], [["y", type]])}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at < ${vectors}u) { y[at] = skip[at] + (x[at] - skip[at]) * factor[0]; }
}
`,
  };
}

/** Interpolation; inputs x, skip, factor. */
export const INTERPOLATE_KERNELS: Kernels = {
  Interpolate: ({ inputs: { 0: x, 1: skip, 2: factor }, runner }) => {
    const shader = shaderOf(interpolateShader, sizeOf(x!.shape));
    return runner.runShader(shader, [x!, skip!, factor!], [x!.shape])[0]!;
  },
};
