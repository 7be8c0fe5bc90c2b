/** WGSL of a thread's part of the output, which stays in registers until it is written. @module */

import { number, range } from "../../shader.ts";
import type { MatMulPlan } from "./plan.ts";

/** Groups and rows of a thread. */
function rowsOf({ rowGroups }: MatMulPlan): (readonly [number, number])[] {
  return range(rowGroups).flatMap((g) => range(4).map((i) => [g, i] as const));
}

/** Names of the thread's sums, without their prefix. */
export function sumsOf(plan: MatMulPlan): string[] {
  const { columnGroups, parts } = plan;
  return rowsOf(plan).flatMap(([g, i]) => range(columnGroups * parts).map((j) => `${g}_${i}_${j}`));
}

/** WGSL: adds the products of a tile to the thread's sums. */
export function multiplyTiles(plan: MatMulPlan): string {
  const { spec, tileM, tileN, tileK, rowGroups, columnGroups, parts } = plan;
  const { shared, strideA, strideB } = plan;
  const { float16 = false } = spec;
  const rowsOfThread = rowsOf(plan);
  const names = sumsOf(plan);
  // In float16 the products of a tile are summed in float16, those of all tiles in float32.
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
  return float16
    ? `
    ${names.map((name) => `var h${name} = ${shared}();`).join(" ")}
    ${multiply}
    ${names.map((name) => `s${name} += vec4f(h${name});`).join(" ")}`
    : multiply;
}

/** WGSL: the inverse norms of the thread's rows, from the squares that all threads summed. */
export function normsOfRows(plan: MatMulPlan): string {
  const { spec: { k, normalise }, tileM, tileK, threads, rowGroups, blocksA, rounds } = plan;
  const deep = tileK / 4;
  if (normalise === undefined) return "";
  return `
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
}

/** WGSL: finishes and writes the thread's part of the output. */
export function writeOutput(plan: MatMulPlan): string {
  const { spec: { m, gated, normalise }, tileM, tileN, rowGroups, columnGroups } = plan;
  const sum = (g: number, i: number, j: number) =>
    `s${g}_${i}_${j}${normalise === undefined ? "" : ` * norm${g}.${"xyzw"[i]}`}`;
  return rowsOf(plan).map(([g, i]) => `
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
}
