/** Norms of rows with a scale per sample. @module */

import type { KernelBackend, TensorInfo } from "../../tfjs.ts";
import type { ShaderRunner } from "../shader.ts";
import { columnSums } from "./column_sums.ts";
import { rmsNormalizeGradientShader, rmsNormalizeShader, type ScaledRows } from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** Rows of x, whose scales are [groups, size]. */
function sizesOf(x: TensorInfo, scale: TensorInfo): ScaledRows {
  const size = x.shape.at(-1)!;
  return { rows: sizeOf(x.shape) / size, size, groups: scale.shape[0]! };
}

/** x/√(mean x² + epsilon)·scale. */
export function scaledNorm(
  runner: ShaderRunner,
  { x, scale }: { readonly x: TensorInfo; readonly scale: TensorInfo },
  epsilon: number,
): TensorInfo {
  const sizes = sizesOf(x, scale);
  const shader = shaderOf(
    `scaledNorm ${JSON.stringify([sizes, epsilon])}`,
    () => rmsNormalizeShader(sizes, epsilon),
  );
  return runner.runShader(shader, [x, scale], [x.shape])[0]!;
}

/** Gradients of {@linkcode scaledNorm} by x and scale. */
export function scaledNormGradient(
  runner: ShaderRunner & KernelBackend,
  { x, scale, dy }: {
    readonly x: TensorInfo;
    readonly scale: TensorInfo;
    readonly dy: TensorInfo;
  },
  epsilon: number,
): [TensorInfo, TensorInfo] {
  const sizes = sizesOf(x, scale);
  const { rows, size, groups } = sizes;
  const shader = shaderOf(
    `scaledNormGradient ${JSON.stringify([sizes, epsilon])}`,
    () => rmsNormalizeGradientShader(sizes, epsilon),
  );
  const [dx, inverse] = runner.runShader(shader, [x, dy, scale], [x.shape, [rows]]);
  const sums = { groups, rows: rows / groups, columns: size, weighted: true };
  const dScale = columnSums(runner, sums, [x, dy, inverse!], scale.shape);
  runner.disposeData(inverse!.dataId);
  return [dx!, dScale];
}
