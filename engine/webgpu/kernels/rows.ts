/** Shaders that treat rows: norms, unit length with rotation, and elementwise ops. @module */

import {
  type Binding,
  bindings,
  inARow,
  MAIN_PARAMETERS,
  number,
  ROW_INDEX,
  type Shader,
} from "../shader.ts";
import { GELU } from "./mat_mul.ts";

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
  let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${perGroup}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);
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

/**
 * Gradients of {@linkcode unitRotateShader} by qkv, where that of the values is known, and of each row
 * by its scale.
 *
 * Inputs: qkv [images·tokens, 3, heads, size], scale [heads], cos and sin [tokens, heads, half],
 * dQ [images·tokens, heads, size], dKV [images·tokens, 2, heads, size].
 * Outputs: dQkv like qkv, dScales [images·tokens, 2, heads].
 */
export function unitRotateGradientShader(spec: UnitRotateSpec): Shader {
  const { images, tokens, heads, size, half, epsilon } = spec;
  const wide = half % 4 === 0 && size % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const step = wide ? 4 : 1;
  const [count, pairs] = [size / step, half / step];
  const rows = images * tokens * 3 * heads;
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
  const dot = (a: string, b: string) => wide ? `dot(${a}, ${b})` : `${a} * ${b}`;
  return {
    name: `unitRotateGradient ${images}×${tokens}×${heads}×${size}`,
    workgroups: inARow(Math.ceil(rows / perGroup)),
    code: `${
      bindings([
        ["qkv", type],
        ["scale", "f32"],
        ["cosines", type],
        ["sines", type],
        ["dQ", type],
        ["dKV", type],
      ], [["dQkv", type], ["dScales", "f32"]])
    }
var<workgroup> sum0 : array<f32, ${THREADS}>;
var<workgroup> sum1 : array<f32, ${THREADS}>;
fn given(part : u32, token : u32, head : u32, c : u32) -> ${type} {
  if (part == 0u) { return dQ[(token * ${heads}u + head) * ${count}u + c]; }
  return dKV[((token * 2u + part - 1u) * ${heads}u + head) * ${count}u + c];
}
fn turnedBack(part : u32, token : u32, head : u32, c : u32) -> ${type} {
  let value = given(part, token, head, c);
  let angle = (token % ${tokens}u * ${heads}u + head) * ${pairs}u;
  if (part == 2u || c >= ${2 * pairs}u) { return value; }
  if (c < ${pairs}u) {
    return value * cosines[angle + c] + given(part, token, head, c + ${pairs}u) * sines[angle + c];
  }
  let i = c - ${pairs}u;
  return value * cosines[angle + i] - given(part, token, head, i) * sines[angle + i];
}
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${perGroup}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);
  let head = row % ${heads}u;
  let part = row / ${heads}u % 3u;
  let token = row / ${3 * heads}u;
  var squares = 0.0;
  var along = 0.0;
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let x = qkv[row * ${count}u + c];
    let g = turnedBack(part, token, head, c);
    squares += ${dot("x", "x")};
    along += ${dot("x", "g")};
  }
  sum0[thread] = squares;
  sum1[thread] = along;
  ${sumOfRow(perRow, "sum0")}
  ${sumOfRow(perRow, "sum1")}
  if (wanted >= ${rows}u) { return; }
  let root = sqrt(scale[head]);
  let r = inverseSqrt(sum0[leader] + ${number(epsilon)});
  let total = sum1[leader];
  if (lane == 0u && part < 2u) {
    dScales[(token * 2u + part) * ${heads}u + head] = 0.5 * total * r / root;
  }
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let at = row * ${count}u + c;
    let g = turnedBack(part, token, head, c);
    dQkv[at] = select(root * r * (g - qkv[at] * (r * r * total)), g, part == 2u);
  }
}
`,
  };
}

/** Columns of a workgroup of {@linkcode columnSumShader}. */
const SUM_COLUMNS = 32;

/** Sums over rows. */
export interface ColumnSumSpec {
  readonly groups: number;
  /** Of a group. */
  readonly rows: number;
  readonly columns: number;
  /** Parts of the rows that are summed each by itself. */
  readonly chunks: number;
  /** Products of two arrays, each row times a number of its own. */
  readonly weighted?: boolean;
}

/** Sums over the rows of a group, chunk by chunk: [groups·chunks, columns]. */
export function columnSumShader(spec: ColumnSumSpec): Shader {
  const { groups, rows, columns, chunks, weighted = false } = spec;
  const across = THREADS / SUM_COLUMNS;
  const perChunk = Math.ceil(rows / chunks);
  const parts = Math.ceil(columns / SUM_COLUMNS);
  const inputs = weighted ? ["x", "y", "factor"] : ["x"];
  const value = weighted ? "x[at] * y[at] * factor[row]" : "x[at]";
  return {
    name: `columnSum ${groups}×${rows}×${columns}`,
    workgroups: inARow(groups * chunks * parts),
    code: `${bindings(inputs.map((name) => [name, "f32"]), [["sums", "f32"]])}
var<workgroup> partial : array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let wanted = ${ROW_INDEX};
  let part = wanted % ${parts}u;
  let chunk = wanted / ${parts}u % ${chunks}u;
  let section = min(wanted / ${parts * chunks}u, ${groups - 1}u);
  let column = part * ${SUM_COLUMNS}u + thread % ${SUM_COLUMNS}u;
  let end = min((chunk + 1u) * ${perChunk}u, ${rows}u);
  var sum = 0.0;
  if (column < ${columns}u) {
    for (var i = chunk * ${perChunk}u + thread / ${SUM_COLUMNS}u; i < end; i += ${across}u) {
      let row = section * ${rows}u + i;
      let at = row * ${columns}u + column;
      sum += ${value};
    }
  }
  partial[thread] = sum;
  workgroupBarrier();
  if (thread >= ${SUM_COLUMNS}u || column >= ${columns}u || wanted >= ${groups * chunks * parts}u) {
    return;
  }
  ${
      Array.from({ length: across - 1 }, (_, i) =>
        `sum += partial[thread + ${(i + 1) * SUM_COLUMNS}u];`).join(" ")
    }
  sums[(section * ${chunks}u + chunk) * ${columns}u + column] = sum;
}
`,
  };
}

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
export function gatedHalvesShader({ rows, size }: Rows, gradient: boolean): Shader {
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

/** Numbers, a multiple of 4, as float16. */
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
