/** Norms of rows with a scale per sample. @module */

import type { TensorInfo } from "../../tfjs.ts";
import type { Kernels, Runner } from "./call.ts";
import { columnSums } from "./column_sums.ts";
import { rmsNormalizeGradientShader, rmsNormalizeShader, type ScaledRows } from "./norm_shaders.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** Rows of x. */
function rowsOf({ shape }: TensorInfo) {
  const size = shape.at(-1)!;
  return { rows: sizeOf(shape) / size, size };
}

/** Rows of x, whose scales are [groups, size]. */
function sizesOf(x: TensorInfo, scale: TensorInfo): ScaledRows {
  return { ...rowsOf(x), groups: scale.shape[0]! };
}

/** x/√(mean x² + epsilon)·scale. */
export function scaledNorm(
  runner: Runner,
  { x, scale }: { readonly x: TensorInfo; readonly scale: TensorInfo },
  epsilon: number,
): TensorInfo {
  const sizes = sizesOf(x, scale);
  const shader = shaderOf(rmsNormalizeShader, sizes, epsilon);
  return runner.runShader(shader, [x, scale], [x.shape])[0]!;
}

/** Gradients of {@linkcode scaledNorm} by x and scale. */
function scaledNormGradient(
  runner: Runner,
  { x, scale, dy }: {
    readonly x: TensorInfo;
    readonly scale: TensorInfo;
    readonly dy: TensorInfo;
  },
  epsilon: number,
): [TensorInfo, TensorInfo] {
  const sizes = sizesOf(x, scale);
  const { rows, size, groups } = sizes;
  const shader = shaderOf(rmsNormalizeGradientShader, sizes, epsilon);
  const [dx, inverse] = runner.runShader(shader, [x, dy, scale], [x.shape, [rows]]);
  const sums = { groups, rows: rows / groups, columns: size, weighted: true };
  const dScale = columnSums(runner, sums, [x, dy, inverse!], scale.shape);
  runner.disposeData(inverse!.dataId);
  return [dx!, dScale];
}

const epsilonOf = (attrs: Readonly<Record<string, unknown>>) => attrs.epsilon as number;

/** Norms and their gradients; inputs x, and scale where there is one. */
export const NORM_KERNELS: Kernels = {
  RmsNormalize: ({ inputs: { 0: x }, attrs, runner }) => {
    const shader = shaderOf(rmsNormalizeShader, rowsOf(x!), epsilonOf(attrs));
    return runner.runShader(shader, [x!], [x!.shape])[0]!;
  },
  RmsNormalizeGradient: ({ inputs: { 0: x, dy }, attrs, runner }) => {
    const shader = shaderOf(rmsNormalizeGradientShader, rowsOf(x!), epsilonOf(attrs));
    return runner.runShader(shader, [x!, dy!], [x!.shape]);
  },
  ScaledNorm: ({ inputs: { 0: x, 1: scale }, attrs, runner }) =>
    scaledNorm(runner, { x: x!, scale: scale! }, epsilonOf(attrs)),
  ScaledNormGradient: ({ inputs: { 0: x, 1: scale, dy }, attrs, runner }) =>
    scaledNormGradient(runner, { x: x!, scale: scale!, dy: dy! }, epsilonOf(attrs)),
};
