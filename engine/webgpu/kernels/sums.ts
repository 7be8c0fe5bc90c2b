/** Sums over whole tensors, several tensors per pass. @module */

import { SUM_OF_SQUARES } from "../../ops/sum_of_squares.ts";
import type { TensorInfo } from "../../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, ROW_INDEX, type Shader } from "../shader.ts";
import type { Kernels, Runner } from "./call.ts";
import { sumOfRow } from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** Threads of a workgroup. */
const THREADS = 128;
/** Elements of a workgroup, roughly, and workgroups of a tensor at most. */
const [PER_GROUP, MOST_GROUPS] = [8192, 64];
/** Tensors of a pass at most: with the result, the eight buffers that every device grants a shader. */
const TOGETHER = 7;

/** Workgroups of each tensor. */
function sharesOf(counts: readonly number[], whole: boolean): number[] {
  return counts.map((count) =>
    whole ? 1 : Math.min(MOST_GROUPS, Math.max(1, Math.ceil(count / PER_GROUP)))
  );
}

/** Sums of x or x² of each of several tensors, workgroup by workgroup. */
function sumsShader(
  counts: readonly number[],
  { squares, whole }: {
    readonly squares: boolean;
    /** One sum over all tensors by one workgroup. */
    readonly whole: boolean;
  },
): Shader {
  const shares = sharesOf(counts, whole);
  const groups = whole ? 1 : shares.reduce((a, b) => a + b, 0);
  let before = 0;
  const parts = counts.map((count, i) => {
    const [first, share] = [before, shares[i]!];
    if (!whole) before += share;
    const value = squares ? `x${i}[i] * x${i}[i]` : `x${i}[i]`;
    return `if (wanted >= ${first}u && wanted < ${first + share}u) {
    for (var i = (wanted - ${first}u) * ${THREADS}u + thread; i < ${count}u; i += ${
      share * THREADS
    }u) { sum += ${value}; }
  }`;
  });
  return {
    name: `sums of ${counts.length}`,
    workgroups: inARow(groups),
    code: `${bindings(counts.map((_, i) => [`x${i}`, "f32"]), [["sums", "f32"]])}
var<workgroup> partial : array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let wanted = ${ROW_INDEX};
  var sum = 0.0;
  ${parts.join("\n  ")}
  partial[thread] = sum;
  let lane = thread;
  ${sumOfRow(THREADS, "partial")}
  if (thread == 0u && wanted < ${groups}u) { sums[wanted] = partial[0]; }
}
`,
  };
}

/** Σ x² over all tensors, []. */
function sumOfSquares(runner: Runner, tensors: readonly TensorInfo[]): TensorInfo {
  const together = Math.min(TOGETHER, runner.capabilities.buffers - 1);
  const pass = (of: readonly TensorInfo[], squares: boolean, whole: boolean): TensorInfo[] => {
    const results: TensorInfo[] = [];
    for (let first = 0; first < of.length; first += together) {
      const some = of.slice(first, first + together);
      const counts = some.map(({ shape }) => sizeOf(shape));
      const shader = shaderOf(sumsShader, counts, { squares, whole });
      const groups = whole ? 1 : sharesOf(counts, whole).reduce((a, b) => a + b, 0);
      const last = whole && of.length <= together;
      results.push(runner.runShader(shader, some, [last ? [] : [groups]])[0]!);
    }
    return results;
  };
  let sums = pass(tensors, true, false);
  do {
    const next = pass(sums, false, true);
    for (const { dataId } of sums) runner.disposeData(dataId);
    sums = next;
  } while (sums.length > 1);
  return sums[0]!;
}

/** The sum of squares; inputs are numbered. */
export const SUM_KERNELS: Kernels = {
  [SUM_OF_SQUARES]: ({ inputs, runner }) => sumOfSquares(runner, Object.values(inputs)),
};
