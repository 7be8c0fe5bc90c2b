/** Sums over rows, in two passes if there are many. @module */

import type { TensorInfo } from "../../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import type { Runner } from "./call.ts";
import { THREADS } from "./rows.ts";
import { shaderOf } from "./run.ts";

/** Columns of a workgroup of {@linkcode columnSumShader}. */
const SUM_COLUMNS = 32;

/** Sums over rows. */
interface ColumnSumSpec {
  readonly groups: number;
  /** Of a group. */
  readonly rows: number;
  readonly columns: number;
  /** Parts of the rows that are summed separately. */
  readonly chunks: number;
  /** Sum products of two arrays, each row weighted by a factor. */
  readonly weighted?: boolean;
}

/** Sums over the rows of a group, chunk by chunk: [groups·chunks, columns]. */
function columnSumShader(spec: ColumnSumSpec): Shader {
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

/** Rows of a chunk, and chunks at most. */
const [CHUNK_ROWS, MOST_CHUNKS] = [256, 256];

/**
 * Σ over the rows of each group, of x or of factor·x·y.
 *
 * @param inputs x [groups, rows, columns], or x, y and factor [groups, rows].
 * @param shape Shape of the result, groups·columns elements.
 */
export function columnSums(
  runner: Runner,
  sizes: Omit<ColumnSumSpec, "chunks">,
  inputs: readonly TensorInfo[],
  shape: readonly number[],
): TensorInfo {
  const { groups, rows, columns } = sizes;
  const sum = (spec: ColumnSumSpec, of: readonly TensorInfo[], shape: readonly number[]) => {
    return runner.runShader(shaderOf(columnSumShader, spec), of, [shape])[0]!;
  };
  if (rows <= 2 * CHUNK_ROWS) return sum({ ...sizes, chunks: 1 }, inputs, shape);
  const chunks = Math.min(MOST_CHUNKS, Math.ceil(rows / CHUNK_ROWS));
  const partial = sum({ ...sizes, chunks }, inputs, [groups, chunks, columns]);
  const whole = sum({ groups, rows: chunks, columns, chunks: 1 }, [partial], shape);
  runner.disposeData(partial.dataId);
  return whole;
}
