/** WGSL for workgroups whose threads share rows. @module */

import { ROW_INDEX } from "../shader.ts";

/** Threads of a workgroup. */
export const THREADS = 128;

/** Threads of a row: a power of two, for a tree sum. */
export function threadsPerRow(vectors: number): number {
  let threads = 1;
  while (threads < vectors && threads < THREADS) threads *= 2;
  return threads;
}

/** WGSL: the row of a thread, and its lane within the row. Rows beyond the end repeat the last one. */
export function rowOfThread(rows: number, perRow: number): string {
  return `let lane = thread % ${perRow}u;
  let leader = thread - lane;
  let wanted = (${ROW_INDEX}) * ${THREADS / perRow}u + thread / ${perRow}u;
  let row = min(wanted, ${rows - 1}u);`;
}

/** WGSL: sums `array[thread]` over the threads of a row. Every thread must reach it. */
export function sumOfRow(perRow: number, array: string): string {
  const halves: number[] = [];
  for (let half = perRow / 2; half >= 1; half /= 2) halves.push(half);
  return halves.map((half) => `
  workgroupBarrier();
  if (lane < ${half}u) { ${array}[thread] += ${array}[thread + ${half}u]; }`).join("") + `
  workgroupBarrier();`;
}

/** Rows of a tensor. */
export interface Rows {
  readonly rows: number;
  /** Elements of a row. */
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
