/**
 * Matrix products: every thread computes a block of the output in registers from two tiles in shared
 * memory, while the next tiles are on their way from memory.
 *
 * Tiles are filled in blocks of 4×4 numbers, turned around in registers where an operand's rows are
 * not along its tile's rows, so that one inner loop serves all forms. What comes before and after a
 * product is done on the way: scales of the columns of A, norms of its rows (their squares are added
 * up as they pass by), bias, activation, gate, residual, and other places to read A from and to write
 * to.
 *
 * @module
 */

import { type Binding, bindings, number, range, type Shader } from "../../shader.ts";
import { finish } from "./finish.ts";
import { loadA, loadB, scaleA } from "./operands.ts";
import { contiguousA, contiguousB, matMulInputs, type MatMulSpec, rowOfPatch } from "./spec.ts";
import type { MatMulTiling } from "./tilings.ts";

/** The shader of a product. */
export function matMulShader(spec: MatMulSpec, tiling: MatMulTiling): Shader {
  const { batch, m, n, k, gated = false, float16 = false, normalise } = spec;
  const { tileM, tileN, tileK, threadM, threadN } = tiling;
  const [threadsX, threadsY] = [tileN / threadN, tileM / threadM];
  const threads = threadsX * threadsY;
  const [rowGroups, columnGroups] = [threadM / 4, threadN / 4];
  const parts = gated ? 2 : 1;
  const columns = n * parts;

  const vectorA = contiguousA(spec) % 4 === 0;
  const vectorB = contiguousB(spec, columns) % 4 === 0 && (!gated || n % 4 === 0);
  const vectorC = n % 4 === 0 &&
    (spec.patchesOut === undefined || rowOfPatch(spec.patchesOut) % 4 === 0);
  const element = (vector: boolean) => vector ? "vec4f" : "f32";
  const types: Record<string, string> = {
    a: element(vectorA),
    b: spec.halfB ? "vec4<f16>" : element(vectorB),
    residual: element(vectorC),
    columnScale: element(vectorA),
    bias: "f32",
  };
  const inputs: Binding[] = matMulInputs(spec).map((name) => [name, types[name]!]);
  const shared = float16 ? "vec4<f16>" : "vec4f";
  const [strideA, strideB] = [tileM / 4 + 1, (tileN / 4 + 1) * parts];

  // Blocks of 4×4: of A first, then of B, divided among the threads.
  const blocksA = (tileM / 4) * (tileK / 4);
  const blocksB = (tileN / 4) * (tileK / 4) * parts;
  const rounds = Math.ceil((blocksA + blocksB) / threads);

  // Rows that follow each other in fours have one scale where whole groups do.
  const groups = spec.columnScale?.groups ?? 0;
  const scales = groups === 0 ? 0 : groups === 1 || m / groups % 4 === 0 ? 1 : 4;

  const fetch = range(rounds).map((r) => `
    {
      let block = thread + ${r * threads}u;
      if (block < ${blocksA}u) {
        ${along(spec.transposeA ? "m" : "k", { wide: tileM / 4, deep: tileK / 4 })}
        let row = tileRow + 4u * wide;
        let depth = first + 4u * deep;
        ${
    range(4).map((i) =>
      spec.transposeA
        ? `n${r}_${i} = loadA(batch, row, depth + ${i}u);`
        : `n${r}_${i} = loadA(batch, row + ${i}u, depth);`
    ).join(" ")
  }
        ${range(scales).map((i) => `z${r}_${i} = scaleA(batch, row + ${i}u, depth);`).join(" ")}
      } else if (block < ${blocksA + blocksB}u) {
        ${
    along(spec.transposeB ? "k" : "n", {
      wide: tileN / 4 * parts,
      deep: tileK / 4,
      from: blocksA,
    })
  }
        let column = ${columnOf("wide", tileN, { parts, n })};
        let depth = first + 4u * deep;
        ${
    range(4).map((i) =>
      spec.transposeB
        ? `n${r}_${i} = loadB(batch, depth, column + ${i}u);`
        : `n${r}_${i} = loadB(batch, depth + ${i}u, column);`
    ).join(" ")
  }
      }
    }`).join("");

  const turned = (r: number) =>
    range(4).map((i) => `vec4f(${range(4).map((j) => `n${r}_${j}.${"xyzw"[i]}`).join(", ")})`);
  const straight = (r: number) => range(4).map((i) => `n${r}_${i}`);
  const store = range(rounds).map((r) => `
    {
      let block = thread + ${r * threads}u;
      if (block < ${blocksA}u) {
        ${along(spec.transposeA ? "m" : "k", { wide: tileM / 4, deep: tileK / 4 })}
        ${
    normalise === undefined
      ? ""
      : `q${r} += vec4f(${range(4).map((i) => `dot(n${r}_${i}, n${r}_${i})`).join(", ")});`
  }
        ${
    scales === 0
      ? ""
      : range(4).map((i) => `n${r}_${i} *= z${r}_${Math.min(i, scales - 1)};`).join(" ")
  }
        ${
    (spec.transposeA ? straight(r) : turned(r)).map((value, i) =>
      `tileA[(4u * deep + ${i}u) * ${strideA}u + wide] = ${shared}(${value});`
    ).join("\n        ")
  }
      } else if (block < ${blocksA + blocksB}u) {
        ${
    along(spec.transposeB ? "k" : "n", {
      wide: tileN / 4 * parts,
      deep: tileK / 4,
      from: blocksA,
    })
  }
        ${
    (spec.transposeB ? turned(r) : straight(r)).map((value, i) =>
      `tileB[(4u * deep + ${i}u) * ${strideB}u + wide] = ${shared}(${value});`
    ).join("\n        ")
  }
      }
    }`).join("");

  const rowsOfThread = range(rowGroups).flatMap((g) => range(4).map((i) => [g, i] as const));
  const names = rowsOfThread.flatMap(([g, i]) =>
    range(columnGroups * parts).map((j) => `${g}_${i}_${j}`)
  );
  // In float16 the products of one tile are added as such, and those of all tiles in float32.
  const partial = float16 ? "h" : "s";
  const multiply = range(tileK).map((d) => `
      {
        ${
    range(rowGroups).map((g) =>
      `let a${g} = tileA[${d * strideA + g * (tileM / 4 / rowGroups)}u + threadRow];`
    ).join(" ")
  }
        ${
    range(parts).flatMap((p) =>
      range(columnGroups).map((j) =>
        `let b${p * columnGroups + j} = tileB[${
          d * strideB + p * (tileN / 4) + j * (tileN / 4 / columnGroups)
        }u + threadColumn];`
      )
    ).join(" ")
  }
        ${
    rowsOfThread.flatMap(([g, i]) =>
      range(columnGroups * parts).map((j) =>
        `${partial}${g}_${i}_${j} = fma(${shared}(a${g}.${
          "xyzw"[i]
        }), b${j}, ${partial}${g}_${i}_${j});`
      )
    ).join("\n        ")
  }
      }`).join("");
  const multiplyTiles = float16
    ? `
    ${names.map((name) => `var h${name} = ${shared}();`).join(" ")}
    ${multiply}
    ${names.map((name) => `s${name} += vec4f(h${name});`).join(" ")}`
    : multiply;

  // Sums of squares went to the threads that read the numbers.
  const deep = tileK / 4;
  const norms = normalise === undefined ? "" : `
  ${
    range(rounds).map((r) =>
      `if (thread + ${r * threads}u < ${blocksA}u) { squares[thread + ${r * threads}u] = q${r}; }`
    ).join(" ")
  }
  workgroupBarrier();
  ${
    range(rowGroups).map((g) => {
      const wide = `(${g * (tileM / 4 / rowGroups)}u + threadRow) * ${deep}u`;
      const all = range(deep).map((d) => `squares[${wide} + ${d}u]`).join(" + ");
      return `let norm${g} = inverseSqrt((${all}) / ${number(k)} + ${number(normalise)});`;
    }).join(" ")
  }`;
  const sum = (g: number, i: number, j: number) =>
    `s${g}_${i}_${j}${normalise === undefined ? "" : ` * norm${g}.${"xyzw"[i]}`}`;

  const write = rowsOfThread.map(([g, i]) => `
    {
      let row = tileRow + ${g * (tileM / rowGroups)}u + 4u * threadRow + ${i}u;
      if (row < ${m}u) {
        ${
    range(columnGroups).map((j) => `
        {
          let column = tileColumn + ${j * (tileN / columnGroups)}u + 4u * threadColumn;
          ${
      gated
        ? `let value = ${sum(g, i, j)}; let gate = ${sum(g, i, j + columnGroups)};`
        : `let value = ${sum(g, i, j)};`
    }
          finish(batch, row, column, value${gated ? ", gate" : ""});
        }`).join("")
  }
      }
    }`).join("");

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
    ${store}
    workgroupBarrier();
    first += ${tileK}u;
    if (first < ${k}u) {${fetch}
    }
    ${multiplyTiles}
  }${norms}
  ${write}
}
`;
  return {
    name: `matMul ${batch}×${m}×${n}×${k}`,
    code,
    workgroups: [Math.ceil(n / tileN), Math.ceil(m / tileM), batch],
    flops: 2 * batch * m * columns * k,
  };
}

/** WGSL: which block of a tile; neighbours in memory go to neighbouring threads. */
function along(
  fast: "m" | "n" | "k",
  { wide, deep, from = 0 }: { wide: number; deep: number; from?: number },
): string {
  const index = from === 0 ? "block" : `(block - ${from}u)`;
  return fast === "k"
    ? `let deep = ${index} % ${deep}u; let wide = ${index} / ${deep}u;`
    : `let wide = ${index} % ${wide}u; let deep = ${index} / ${wide}u;`;
}

/** WGSL: the column of B of a block; gates stand n columns after their values. */
function columnOf(
  wide: string,
  tileN: number,
  { parts, n }: { parts: number; n: number },
): string {
  if (parts === 1) return `tileColumn + 4u * ${wide}`;
  const half = tileN / 4;
  return `tileColumn + 4u * (${wide} % ${half}u) + select(0u, ${n}u, ${wide} >= ${half}u)`;
}
