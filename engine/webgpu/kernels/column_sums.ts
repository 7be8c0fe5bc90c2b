/** Sums over rows, in two passes where there are many. @module */

import type { KernelBackend, TensorInfo } from "../../tfjs.ts";
import type { ShaderRunner } from "../shader.ts";
import { columnSumShader, type ColumnSumSpec } from "./rows.ts";
import { shaderOf } from "./run.ts";

/** Rows of a chunk, and most chunks. */
const [CHUNK_ROWS, MOST_CHUNKS] = [256, 256];

/**
 * Σ over the rows of each group, of x or of factor·x·y.
 *
 * @param inputs x [groups, rows, columns], or x, y and factor [groups, rows].
 * @param shape Of the result: groups·columns numbers.
 */
export function columnSums(
  runner: ShaderRunner & KernelBackend,
  sizes: Omit<ColumnSumSpec, "chunks">,
  inputs: readonly TensorInfo[],
  shape: readonly number[],
): TensorInfo {
  const { groups, rows, columns } = sizes;
  const sum = (spec: ColumnSumSpec, of: readonly TensorInfo[], shape: readonly number[]) => {
    const shader = shaderOf(`columnSum ${JSON.stringify(spec)}`, () => columnSumShader(spec));
    return runner.runShader(shader, of, [shape])[0]!;
  };
  if (rows <= 2 * CHUNK_ROWS) return sum({ ...sizes, chunks: 1 }, inputs, shape);
  const chunks = Math.min(MOST_CHUNKS, Math.ceil(rows / CHUNK_ROWS));
  const partial = sum({ ...sizes, chunks }, inputs, [groups, chunks, columns]);
  const whole = sum({ groups, rows: chunks, columns, chunks: 1 }, [partial], shape);
  runner.disposeData(partial.dataId);
  return whole;
}
