/** Normalization and rotation of queries and keys, forward and backward (docs/networks.md, "RoPE"). @module */

import { bindings, inARow, MAIN_PARAMETERS, number, type Shader } from "../shader.ts";
import { rowOfThread, sumOfRow, THREADS, threadsPerRow, vectorsOf } from "./rows.ts";

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

/** WGSL vectors of a head, as wide as its channels and pairs allow. */
function vectorsOfHead({ size, half }: UnitRotateSpec) {
  const { type, count, dot } = vectorsOf(half % 4 === 0 ? size : 1);
  const step = type === "vec4f" ? 4 : 1;
  return { type, dot, count: type === "vec4f" ? count : size, pairs: half / step };
}

/**
 * Scales queries and keys to the root of their head's scale and rotates them.
 *
 * Inputs: qkv [images·tokens, 3, heads, size], scale [heads], cos and sin [tokens, heads, half].
 * Output: [images·tokens, 2, heads, size].
 */
export function unitRotateShader(spec: UnitRotateSpec): Shader {
  const { images, tokens, heads, size, epsilon } = spec;
  const rows = images * tokens * 2 * heads;
  const { type, count, pairs, dot } = vectorsOfHead(spec);
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
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
  ${rowOfThread(rows, perRow)}
  let head = row % ${heads}u;
  let token = row / ${2 * heads}u;
  let start = (token * ${3 * heads}u + row % ${2 * heads}u) * ${count}u;
  var part = 0.0;
  for (var c = lane; c < ${count}u; c += ${perRow}u) {
    let value = qkv[start + c];
    part += ${dot("value", "value")};
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
 * Gradients of {@linkcode unitRotateShader} by qkv, including the given one of the values, and by the
 * scale of each row.
 *
 * Inputs: qkv [images·tokens, 3, heads, size], scale [heads], cos and sin [tokens, heads, half],
 * dQ [images·tokens, heads, size], dKV [images·tokens, 2, heads, size].
 * Outputs: dQkv like qkv, dScales [images·tokens, 2, heads].
 */
export function unitRotateGradientShader(spec: UnitRotateSpec): Shader {
  const { images, tokens, heads, size, epsilon } = spec;
  const { type, count, pairs, dot } = vectorsOfHead(spec);
  const rows = images * tokens * 3 * heads;
  const perRow = threadsPerRow(count);
  const perGroup = THREADS / perRow;
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
  ${rowOfThread(rows, perRow)}
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
