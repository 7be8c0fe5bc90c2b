/** Shaders of norms over rows. @module */

import { type Binding, bindings, inARow, MAIN_PARAMETERS, number, type Shader } from "../shader.ts";
import { rowOfThread, type Rows, sumOfRow, THREADS, threadsPerRow, vectorsOf } from "./rows.ts";

/** Work of a row's threads, in WGSL of `at`, `c`, `row` and the sums `total0`, `total1`, … */
interface RowWork {
  readonly inputs: readonly Binding[];
  readonly outputs: readonly Binding[];
  /** Factors whose products are summed over the row. */
  readonly sums: readonly (readonly [string, string])[];
  /** Run for each vector, after the sums. */
  readonly after: string;
  /** Run once per row, after the sums. */
  readonly once?: string;
}

function rowShader(
  name: string,
  { rows, size }: Rows,
  { inputs, outputs, sums, after, once = "" }: RowWork,
): Shader {
  const { count, dot } = vectorsOf(size);
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
  const code = `${bindings(inputs, outputs)}
${sums.map((_, i) => `var<workgroup> sum${i} : array<f32, ${THREADS}>;`).join("\n")}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  ${rowOfThread(rows, perRow)}
  ${sums.map((_, i) => `var part${i} = 0.0;`).join(" ")}
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let at = row * ${count}u + c;
    ${sums.map(([a, b], i) => `part${i} += ${dot(a, b)};`).join(" ")}
  }
  ${sums.map((_, i) => `sum${i}[thread] = part${i};`).join(" ")}
  ${sums.map((_, i) => sumOfRow(perRow, `sum${i}`)).join("")}
  ${sums.map((_, i) => `let total${i} = sum${i}[leader];`).join(" ")}
  if (wanted >= ${rows}u) { return; }
  ${once === "" ? "" : `if (lane == 0u) { ${once} }`}
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let at = row * ${count}u + c;
    ${after}
  }
}
`;
  return { name: `${name} ${rows}×${size}`, code, workgroups: inARow(Math.ceil(rows / perGroup)) };
}

const rms = ({ size }: Rows, epsilon: number) =>
  `inverseSqrt(total0 / ${number(size)} + ${number(epsilon)})`;

/** Rows in consecutive groups that share a scale. */
export interface ScaledRows extends Rows {
  readonly groups: number;
}

/** x/√(mean x² + epsilon), times scale [groups, size] where there are groups. */
export function rmsNormalizeShader(sizes: Rows & Partial<ScaledRows>, epsilon: number): Shader {
  const { type } = vectorsOf(sizes.size);
  const scaled = sizes.groups !== undefined;
  return rowShader(scaled ? "scaledNorm" : "rmsNormalize", sizes, {
    inputs: [["x", type], ...(scaled ? [["scale", type] as const] : [])],
    outputs: [["y", type]],
    sums: [["x[at]", "x[at]"]],
    after: `y[at] = x[at] * ${rms(sizes, epsilon)}${scaled ? ` * ${scaleAt(sizes)}` : ""};`,
  });
}

/** WGSL: the scale of a row's group. */
function scaleAt({ rows, size, groups = 1 }: Rows & Partial<ScaledRows>): string {
  return `scale[row / ${rows / groups}u * ${vectorsOf(size).count}u + c]`;
}

/**
 * Gradient of {@linkcode rmsNormalizeShader} by x: r·g − x·r³·mean(g·x), r = 1/√(mean x² + epsilon), g = dy·scale; where there are
 * groups, r [rows] is an output too.
 */
export function rmsNormalizeGradientShader(
  sizes: Rows & Partial<ScaledRows>,
  epsilon: number,
): Shader {
  const { type } = vectorsOf(sizes.size);
  const scaled = sizes.groups !== undefined;
  const g = scaled ? `dy[at] * ${scaleAt(sizes)}` : "dy[at]";
  return rowShader(scaled ? "scaledNormGradient" : "rmsNormalizeGradient", sizes, {
    inputs: [["x", type], ["dy", type], ...(scaled ? [["scale", type] as const] : [])],
    outputs: [["dx", type], ...(scaled ? [["inverse", "f32"] as const] : [])],
    sums: [["x[at]", "x[at]"], ["x[at]", g]],
    once: scaled ? `inverse[row] = ${rms(sizes, epsilon)};` : "",
    after: `let r = ${rms(sizes, epsilon)};
    dx[at] = r * (${g} - x[at] * (r * r * total1 / ${number(sizes.size)}));`,
  });
}
