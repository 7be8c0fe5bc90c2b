/** Shaders that treat rows: norms and rotation; interpolation, and numbers as float16. @module */

import {
  type Binding,
  bindings,
  inARow,
  MAIN_PARAMETERS,
  number,
  ROW_INDEX,
  type Shader,
} from "../shader.ts";

/** Threads of a workgroup. */
export const THREADS = 128;

/** Threads of one row: a power of two, so that halves can be added. */
export function threadsPerRow(vectors: number): number {
  let threads = 1;
  while (threads < vectors && threads < THREADS) threads *= 2;
  return threads;
}

/** WGSL: the row of a thread, and its place among the row's threads; rows beyond are the last again. */
export function rowOfThread(rows: number, perRow: number): string {
  return `let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${THREADS / perRow}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);`;
}

/** WGSL: adds `array[thread]` of the threads of a row; every thread calls it. */
export function sumOfRow(perRow: number, array: string): string {
  const halves: number[] = [];
  for (let half = perRow / 2; half >= 1; half /= 2) halves.push(half);
  return halves.map((half) => `
  workgroupBarrier();
  if (lane < ${half}u) { ${array}[thread] += ${array}[thread + ${half}u]; }`).join("") + `
  workgroupBarrier();`;
}

/** Rows of numbers. */
export interface Rows {
  readonly rows: number;
  /** Numbers of a row. */
  readonly size: number;
}

/** WGSL types and helpers for rows of a size. */
export function vectorsOf(size: number) {
  const wide = size % 4 === 0;
  return {
    type: wide ? "vec4f" : "f32",
    count: wide ? size / 4 : size,
    dot: (a: string, b: string) => wide ? `dot(${a}, ${b})` : `${a} * ${b}`,
  };
}

/** What a row's threads compute: WGSL of `at`, `c`, `row` and the sums `total0`, `total1`, … */
interface RowWork {
  readonly inputs: readonly Binding[];
  readonly outputs: readonly Binding[];
  /** Factors whose products are summed over the row. */
  readonly sums: readonly (readonly [string, string])[];
  /** For each vector, once the sums are known. */
  readonly after: string;
  /** For each row, once the sums are known. */
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

/** Rows whose scales are those of their group. */
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
 * Its gradient by x: r·g − x·r³·mean(g·x), r = 1/√(mean x² + epsilon), g = dy·scale; where there are
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

/** skip + (x − skip)·factor, number by number. Inputs: x, skip, factor [1]. */
export function interpolateShader(count: number): Shader {
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

/**
 * The pairs (i, i + half) of rows of x turned by the angles of row % angles; back if `back`.
 *
 * Inputs: x [rows, size], cos and sin [angles, half].
 */
export function rotatePairsShader(
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

/** 4·n numbers as float16. */
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
