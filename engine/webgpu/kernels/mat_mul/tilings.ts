/** Tilings of the matrix product. @module */

import type { MatMulSpec } from "./spec.ts";

/** Division of a product into workgroups and threads. */
export interface MatMulTiling {
  /** Rows and columns of a workgroup's part of the output, depth of the tiles. */
  readonly tileM: number;
  readonly tileN: number;
  readonly tileK: number;
  /** Rows and columns of a thread's part: multiples of 4. */
  readonly threadM: number;
  readonly threadN: number;
}

/** Tilings from large to small; small outputs need small tiles to fill a device. */
export const TILINGS: readonly MatMulTiling[] = [
  { tileM: 128, tileN: 128, tileK: 16, threadM: 8, threadN: 8 },
  { tileM: 128, tileN: 64, tileK: 16, threadM: 8, threadN: 4 },
  { tileM: 64, tileN: 64, tileK: 16, threadM: 4, threadN: 4 },
  { tileM: 32, tileN: 32, tileK: 16, threadM: 4, threadN: 4 },
];

/** Workgroups of a product. */
export function workgroupsOf(
  { batch, m, n }: Pick<MatMulSpec, "batch" | "m" | "n">,
  { tileM, tileN }: MatMulTiling,
): number {
  return batch * Math.ceil(m / tileM) * Math.ceil(n / tileN);
}

/** Bytes of shared memory. */
export function matMulShared(
  { tileM, tileN, tileK }: MatMulTiling,
  { float16, gated, normalise }: Pick<MatMulSpec, "float16" | "gated" | "normalise">,
): number {
  const width = (tileM / 4 + 1) + (tileN / 4 + 1) * (gated ? 2 : 1);
  return tileK * width * (float16 ? 8 : 16) + (normalise === undefined ? 0 : tileM * tileK);
}
