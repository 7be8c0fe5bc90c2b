/** Float32 as float16. @module */

import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import { THREADS } from "./rows.ts";

/** Converts 4·n elements to float16. */
export function halvesShader(count: number): Shader {
  return {
    name: `halves ${count}`,
    workgroups: inARow(Math.ceil(count / 4 / THREADS)),
    code: `enable f16;
${bindings([["x", "vec4f"]], [["y", "vec4<f16>"]])}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at < ${count / 4}u) { y[at] = vec4<f16>(x[at]); }
}
`,
  };
}
