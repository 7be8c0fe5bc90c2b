/** Sizes of a product's shader that follow from its operands and its tiling. @module */

import { contiguousA, contiguousB, type MatMulSpec, rowOfPatch } from "./spec.ts";
import type { MatMulTiling } from "./tilings.ts";

/** A product, its tiling and what follows from them. */
export interface MatMulPlan extends MatMulTiling {
  readonly spec: MatMulSpec;
  /** Threads of a workgroup, and along the columns of its tile. */
  readonly threads: number;
  readonly threadsX: number;
  /** Groups of four rows and of four columns of a thread. */
  readonly rowGroups: number;
  readonly columnGroups: number;
  /** 2 with a gate, else 1. */
  readonly parts: number;
  /** Columns of B. */
  readonly columns: number;
  /** True where four elements of A, B or C are read or written at once. */
  readonly vectorA: boolean;
  readonly vectorB: boolean;
  readonly vectorC: boolean;
  /** WGSL type of the tiles. */
  readonly shared: string;
  /** Vectors of a row of the tiles. */
  readonly strideA: number;
  readonly strideB: number;
  /** Blocks of 4×4, those of A first, then those of B, divided among the threads in rounds. */
  readonly blocksA: number;
  readonly blocksB: number;
  readonly rounds: number;
  /** Column scales that a thread reads for four rows: 0, 1 or 4. */
  readonly scales: number;
}

/** Works out the sizes of a product's shader. */
export function planOf(spec: MatMulSpec, tiling: MatMulTiling): MatMulPlan {
  const { m, n, gated = false } = spec;
  const { tileM, tileN, tileK, threadM, threadN } = tiling;
  const [threadsX, threadsY] = [tileN / threadN, tileM / threadM];
  const threads = threadsX * threadsY;
  const parts = gated ? 2 : 1;
  const columns = n * parts;
  const blocksA = (tileM / 4) * (tileK / 4);
  const blocksB = (tileN / 4) * (tileK / 4) * parts;
  // Four consecutive rows share a scale where groups are whole fours.
  const groups = spec.columnScale?.groups ?? 0;
  return {
    ...tiling,
    spec,
    threads,
    threadsX,
    rowGroups: threadM / 4,
    columnGroups: threadN / 4,
    parts,
    columns,
    vectorA: contiguousA(spec) % 4 === 0,
    vectorB: contiguousB(spec, columns) % 4 === 0 && (!gated || n % 4 === 0),
    vectorC: n % 4 === 0 &&
      (spec.patchesOut === undefined || rowOfPatch(spec.patchesOut) % 4 === 0),
    shared: spec.float16 ? "vec4<f16>" : "vec4f",
    strideA: tileM / 4 + 1,
    strideB: (tileN / 4 + 1) * parts,
    blocksA,
    blocksB,
    rounds: Math.ceil((blocksA + blocksB) / threads),
    scales: groups === 0 ? 0 : groups === 1 || m / groups % 4 === 0 ? 1 : 4,
  };
}
