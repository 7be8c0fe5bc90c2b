/** Shaders that treat rows: norms, unit length with rotation, and elementwise ops. @module */

import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";

/** Threads of a workgroup. */
const THREADS = 128;

/** Threads of one row: a power of two, so that halves can be added. */
function threadsPerRow(vectors: number): number {
  let threads = 1;
  while (threads < vectors && threads < THREADS) threads *= 2;
  return threads;
}

/** WGSL: adds `array[thread]` of the threads of a row; every thread calls it. */
function sumOfRow(perRow: number, array: string): string {
  const halves: number[] = [];
  for (let half = perRow / 2; half >= 1; half /= 2) halves.push(half);
  return halves.map((half) => `
  workgroupBarrier();
  if (lane < ${half}u) { ${array}[thread] += ${array}[thread + ${half}u]; }`).join("") + `
  workgroupBarrier();`;
}

interface Rows {
  readonly rows: number;
  /** Numbers of a row. */
  readonly size: number;
}

/** WGSL types and helpers for rows of a size. */
function vectorsOf(size: number) {
  const wide = size % 4 === 0;
  return {
    type: wide ? "vec4f" : "f32",
    count: wide ? size / 4 : size,
    dot: (a: string, b: string) => wide ? `dot(${a}, ${b})` : `${a} * ${b}`,
  };
}

/** Σ over the row of each of the products, then `after` for each vector. */
function rowShader(
  name: string,
  { rows, size }: Rows,
  { inputs, output, sums, after, inverse }: {
    readonly inputs: readonly string[];
    /** WGSL of one number per row, in the place of `after`. */
    readonly inverse?: string;
    readonly output: string;
    readonly sums: readonly (readonly [string, string])[];
    readonly after: string;
  },
): Shader {
  const { type, count, dot } = vectorsOf(size);
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
  const code = `${
    bindings(
      inputs.map((input) => [input, type]),
      [[output, inverse === undefined ? type : "f32"]],
    )
  }
${sums.map((_, i) => `var<workgroup> sum${i} : array<f32, ${THREADS}>;`).join("\n")}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${perGroup}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);
  ${sums.map((_, i) => `var part${i} = 0.0;`).join(" ")}
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let at = row * ${count}u + c;
    ${sums.map(([a, b], i) => `part${i} += ${dot(`${a}[at]`, `${b}[at]`)};`).join(" ")}
  }
  ${sums.map((_, i) => `sum${i}[thread] = part${i};`).join(" ")}
  ${sums.map((_, i) => sumOfRow(perRow, `sum${i}`)).join("")}
  ${sums.map((_, i) => `let total${i} = sum${i}[leader];`).join(" ")}
  if (wanted >= ${rows}u) { return; }
  ${
    inverse !== undefined ? `if (lane == 0u) { ${output}[row] = ${inverse}; }` : `
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let at = row * ${count}u + c;
    ${after}
  }`
  }
}
`;
  return { name: `${name} ${rows}×${size}`, code, workgroups: inARow(Math.ceil(rows / perGroup)) };
}

const rms = ({ size }: Rows, epsilon: number) =>
  `inverseSqrt(total0 / ${number(size)} + ${number(epsilon)})`;

/** A number as WGSL. */
export function number(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** 1/√(mean x² + epsilon), [rows]. */
export function inverseRmsShader(sizes: Rows, epsilon: number): Shader {
  return rowShader("inverseRms", sizes, {
    inputs: ["x"],
    output: "y",
    sums: [["x", "x"]],
    inverse: rms(sizes, epsilon),
    after: "",
  });
}

/** x/√(mean x² + epsilon). */
export function rmsNormalizeShader(sizes: Rows, epsilon: number): Shader {
  return rowShader("rmsNormalize", sizes, {
    inputs: ["x"],
    output: "y",
    sums: [["x", "x"]],
    after: `y[at] = x[at] * ${rms(sizes, epsilon)};`,
  });
}

/** Its gradient: r·dy − x·r³·mean(dy·x), r = 1/√(mean x² + epsilon). */
export function rmsNormalizeGradientShader(sizes: Rows, epsilon: number): Shader {
  return rowShader("rmsNormalizeGradient", sizes, {
    inputs: ["x", "dy"],
    output: "dx",
    sums: [["x", "x"], ["x", "dy"]],
    after: `let r = ${rms(sizes, epsilon)};
    dx[at] = r * (dy[at] - x[at] * (r * r * total1 / ${number(sizes.size)}));`,
  });
}

/** Sizes of queries and keys. */
export interface UnitRotateSpec {
  readonly images: number;
  readonly tokens: number;
  readonly heads: number;
  /** Channels of a head. */
  readonly size: number;
  /** Pairs (i, i + half), i < half, are rotated. */
  readonly half: number;
  readonly epsilon: number;
}

/**
 * Queries and keys of unit length times the root of their head's scale, rotated (spec §4.1).
 *
 * Inputs: qkv [images·tokens, 3, heads, size], scale [heads], cos and sin [tokens, heads, half].
 * Output: [images·tokens, 2, heads, size].
 */
export function unitRotateShader(spec: UnitRotateSpec): Shader {
  const { images, tokens, heads, size, half, epsilon } = spec;
  const rows = images * tokens * 2 * heads;
  const wide = half % 4 === 0 && size % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const step = wide ? 4 : 1;
  const [count, pairs] = [size / step, half / step];
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
  const square = wide ? "dot(value, value)" : "value * value";
  return {
    name: `unitRotate ${images}×${tokens}×${heads}×${size}`,
    workgroups: inARow(Math.ceil(rows / perGroup)),
    code: `${
      bindings(
        [["qkv", type], ["scale", "f32"], ["cosines", type], ["sines", type]],
        [["y", type]],
      )
    }
var<workgroup> sum0 : array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${perGroup}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);
  let head = row % ${heads}u;
  let token = row / ${2 * heads}u;
  let start = (token * ${3 * heads}u + row % ${2 * heads}u) * ${count}u;
  var part = 0.0;
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let value = qkv[start + c];
    part += ${square};
  }
  sum0[thread] = part;
  ${sumOfRow(perRow, "sum0")}
  if (wanted >= ${rows}u) { return; }
  let length = sqrt(scale[head]) * inverseSqrt(sum0[leader] + ${number(epsilon)});
  let angle = (token % ${tokens}u * ${heads}u + head) * ${pairs}u;
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    var value = qkv[start + c];
    if (c < ${pairs}u) {
      value = value * cosines[angle + c] - qkv[start + c + ${pairs}u] * sines[angle + c];
    } else if (c < ${2 * pairs}u) {
      let i = c - ${pairs}u;
      value = value * cosines[angle + i] + qkv[start + i] * sines[angle + i];
    }
    y[row * ${count}u + c] = value * length;
  }
}
`,
  };
}

/** y = f(inputs), number by number; `outputs` are WGSL expressions of the inputs' names. */
export function elementwiseShader(
  name: string,
  count: number,
  { inputs, outputs, numbers = [], helpers = "" }: {
    readonly inputs: readonly string[];
    /** Further inputs, of one number each. */
    readonly numbers?: readonly string[];
    readonly outputs: Readonly<Record<string, (type: string) => string>>;
    readonly helpers?: string;
  },
): Shader {
  const wide = count % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const vectors = wide ? count / 4 : count;
  return {
    name: `${name} ${count}`,
    workgroups: inARow(Math.ceil(vectors / THREADS)),
    code: `${
      bindings(
        [
          ...inputs.map((input) => [input, type] as const),
          ...numbers.map((input) => [input, "f32"] as const),
        ],
        Object.keys(outputs).map((output) => [output, type]),
      )
    }
${helpers}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at >= ${vectors}u) { return; }
  ${
      Object.entries(outputs).map(([output, expression]) => `${output}[at] = ${expression(type)};`)
        .join("\n  ")
    }
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
