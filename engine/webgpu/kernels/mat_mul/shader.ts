/**
 * Matrix products. Each thread computes a block of the output in registers from two tiles in shared
 * memory, while the next tiles are fetched.
 *
 * Tiles are filled in blocks of 4×4 elements, transposed in registers where the operand's rows do not run
 * along the tile's rows, so one inner loop serves all forms. Steps around the product are fused into it:
 * column scales and row norms of A (squares are summed as A is read), bias, gate, residual, and patch
 * layouts of A, B and the output.
 *
 * @module
 */

import { type Binding, bindings, range, type Shader } from "../../shader.ts";
import { finish } from "./finish.ts";
import { loadA, loadB, scaleA } from "./operands.ts";
import { planOf } from "./plan.ts";
import { multiplyTiles, normsOfRows, sumsOf, writeOutput } from "./registers.ts";
import { matMulInputs, type MatMulSpec } from "./spec.ts";
import { fetchTiles, storeTiles } from "./tiles.ts";
import type { MatMulTiling } from "./tilings.ts";

const element = (vector: boolean) => vector ? "vec4f" : "f32";

/** The shader of a product. */
export function matMulShader(spec: MatMulSpec, tiling: MatMulTiling): Shader {
  const plan = planOf(spec, tiling);
  const { batch, m, n, k, float16 = false, normalise } = spec;
  const { tileM, tileN, tileK, threads, threadsX, columns, rounds, scales } = plan;
  const { vectorA, vectorB, vectorC, shared, strideA, strideB, blocksA } = plan;
  const types: Record<string, string> = {
    a: element(vectorA),
    b: spec.halfB ? "vec4<f16>" : element(vectorB),
    residual: element(vectorC),
    columnScale: element(vectorA),
    bias: "f32",
  };
  const inputs: Binding[] = matMulInputs(spec).map((name) => [name, types[name]!]);
  const fetch = fetchTiles(plan);
  const names = sumsOf(plan);
  const code = `${float16 ? "enable f16;\n" : ""}${bindings(inputs, [["c", element(vectorC)]])}
var<workgroup> tileA : array<${shared}, ${tileK * strideA}>;
var<workgroup> tileB : array<${shared}, ${tileK * strideB}>;
${normalise === undefined ? "" : `var<workgroup> squares : array<vec4f, ${blocksA}>;`}
${loadA(spec, vectorA)}
${scaleA(spec, vectorA)}
${loadB(spec, { vector: vectorB, columns })}
${finish(spec, vectorC)}

@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(local_invocation_index) thread : u32
) {
  let batch = group.z;
  let tileRow = group.y * ${tileM}u;
  let tileColumn = group.x * ${tileN}u;
  let threadRow = thread / ${threadsX}u;
  let threadColumn = thread % ${threadsX}u;
  ${names.map((name) => `var s${name} = vec4f();`).join(" ")}
  ${
    range(rounds).flatMap((r) => [
      ...range(4).map((i) => `n${r}_${i}`),
      ...range(scales).map((i) => `z${r}_${i}`),
      ...(normalise === undefined ? [] : [`q${r}`]),
    ]).map((name) => `var ${name} = vec4f();`).join(" ")
  }
  var first = 0u;
  ${fetch}
  for (var step = 0u; step < ${Math.ceil(k / tileK)}u; step++) {
    workgroupBarrier();
    ${storeTiles(plan)}
    workgroupBarrier();
    first += ${tileK}u;
    if (first < ${k}u) {${fetch}
    }
    ${multiplyTiles(plan)}
  }${normsOfRows(plan)}
  ${writeOutput(plan)}
}
`;
  return {
    name: `matMul ${batch}×${m}×${n}×${k}`,
    code,
    workgroups: [Math.ceil(n / tileN), Math.ceil(m / tileM), batch],
    flops: 2 * batch * m * columns * k,
  };
}
