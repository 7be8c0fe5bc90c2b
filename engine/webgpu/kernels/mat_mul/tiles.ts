/** WGSL that moves blocks of the operands from memory to the tiles in shared memory. @module */

import { range } from "../../shader.ts";
import type { MatMulPlan } from "./plan.ts";

/** WGSL: the block of a thread; neighboring threads read neighboring memory. */
function along(
  fast: "m" | "n" | "k",
  { wide, deep, from = 0 }: { wide: number; deep: number; from?: number },
): string {
  const index = from === 0 ? "block" : `(block - ${from}u)`;
  return fast === "k"
    ? `let deep = ${index} % ${deep}u; let wide = ${index} / ${deep}u;`
    : `let wide = ${index} % ${wide}u; let deep = ${index} / ${wide}u;`;
}

/** WGSL: the column of B of a block; a gate is n columns after its value. */
function columnOf(
  wide: string,
  tileN: number,
  { parts, n }: { parts: number; n: number },
): string {
  if (parts === 1) return `tileColumn + 4u * ${wide}`;
  const half = tileN / 4;
  return `tileColumn + 4u * (${wide} % ${half}u) + select(0u, ${n}u, ${wide} >= ${half}u)`;
}

/** WGSL: reads the thread's blocks of the next tiles into registers. */
export function fetchTiles(plan: MatMulPlan): string {
  const { spec, tileM, tileN, tileK, threads, parts, blocksA, blocksB, rounds, scales } = plan;
  const { n } = spec;
  return range(rounds).map((r) => `
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
}

/** The rows of a block in registers, and its columns. */
const straight = (r: number) => range(4).map((i) => `n${r}_${i}`);
const turned = (r: number) =>
  range(4).map((i) => `vec4f(${range(4).map((j) => `n${r}_${j}.${"xyzw"[i]}`).join(", ")})`);

/** WGSL: writes the thread's blocks from registers into the tiles. */
export function storeTiles(plan: MatMulPlan): string {
  const { spec, tileM, tileN, tileK, threads, parts, blocksA, blocksB, rounds, scales } = plan;
  const { shared, strideA, strideB } = plan;
  const { normalise } = spec;
  return range(rounds).map((r) => `
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
}
