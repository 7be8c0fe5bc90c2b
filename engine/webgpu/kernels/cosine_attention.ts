/**
 * Cosine-similarity attention: queries and keys to unit length and rotated, then attention, whose
 * values stay where the projection wrote them.
 *
 * @module
 */

import type { KernelBackend, TensorInfo } from "../../tfjs.ts";
import type { CosineAttentionAttrs } from "../../ops/cosine_attention.ts";
import type { ShaderRunner } from "../shader.ts";
import { attentionShader } from "./attention/forward.ts";
import { attentionDeltaShader, attentionGradientShader } from "./attention/gradient.ts";
import type { AttentionLayouts, AttentionSpec } from "./attention/spec.ts";
import { columnSums } from "./column_sums.ts";
import { unitRotateGradientShader, unitRotateShader, type UnitRotateSpec } from "./unit_rotate.ts";
import { shaderOf } from "./run.ts";

type Runner = ShaderRunner & KernelBackend;

/** A call of a kernel; the inputs are those of `CosineAttentionTensors`. */
interface AttentionCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly runner: Runner;
}

/** What attention is of: any shape whose numbers lie as in `CosineAttentionTensors`. */
export interface AttentionInputs {
  readonly qkv: TensorInfo;
  readonly scale: TensorInfo;
  readonly cos: TensorInfo;
  readonly sin: TensorInfo;
}

/** Sizes of attention. */
export type AttentionSizes = AttentionSpec & { readonly epsilon: number };

/** Prepared queries and keys lie in one tensor, values in the one that was projected. */
function layoutsOf({ heads, size }: AttentionSpec): AttentionLayouts {
  const channels = heads * size;
  return {
    q: { input: "q", stride: 2 * channels, offset: 0 },
    k: { input: "q", stride: 2 * channels, offset: channels },
    v: { input: "v", stride: 3 * channels, offset: 2 * channels },
  };
}

function turnsOf(
  { images, height, width, heads, size, epsilon }: AttentionSizes,
  cos: TensorInfo,
): UnitRotateSpec {
  return { images, tokens: height * width, heads, size, half: cos.shape.at(-1)!, epsilon };
}

/** Attended values [images, tokens, heads, size], prepared queries and keys, statistics. */
export function attend(
  runner: Runner,
  { qkv, scale, cos, sin }: AttentionInputs,
  sizes: AttentionSizes,
): [TensorInfo, TensorInfo, TensorInfo] {
  const { images, height, width, heads, size } = sizes;
  const tokens = height * width;
  const turns = turnsOf(sizes, cos);
  const turn = shaderOf(`unitRotate ${JSON.stringify(turns)}`, () => unitRotateShader(turns));
  const prepared = [images, tokens, 2, heads, size];
  const [units] = runner.runShader(turn, [qkv, scale, cos, sin], [prepared]);
  const spec: AttentionSpec = { ...sizes, float16: runner.float16 };
  const shader = shaderOf(
    `attention ${JSON.stringify(spec)}`,
    () => attentionShader(spec, layoutsOf(spec), runner.capabilities),
  );
  const outputs = [[images, tokens, heads, size], [images, heads, tokens]];
  const [o, sums] = runner.runShader(shader, [units!, qkv], outputs);
  return [o!, units!, sums!];
}

/** Gradients by qkv and scale. */
function attendGradient(
  runner: Runner,
  { qkv, scale, cos, sin, units, sums, o, dy }: AttentionInputs & {
    readonly units: TensorInfo;
    readonly sums: TensorInfo;
    readonly o: TensorInfo;
    readonly dy: TensorInfo;
  },
  sizes: AttentionSizes,
): [TensorInfo, TensorInfo] {
  const { images, height, width, heads, size } = sizes;
  const tokens = height * width;
  const key = JSON.stringify(sizes);
  const layouts = layoutsOf(sizes);
  const { capabilities } = runner;
  const gradientShader = (by: "queries" | "keys") =>
    shaderOf(
      `attentionGradient ${by} ${key}`,
      () => attentionGradientShader(sizes, { by, layouts, capabilities }),
    );
  const delta = shaderOf(`attentionDelta ${key}`, () => attentionDeltaShader(sizes));
  const [along] = runner.runShader(delta, [dy, o], [[images, heads, tokens]]);
  const inputs = [units, qkv, dy, sums, along!];
  const shape = [images, tokens, heads, size];
  const both = [images, tokens, 2, heads, size];
  const [dQ] = runner.runShader(gradientShader("queries"), inputs, [shape]);
  const [dKV] = runner.runShader(gradientShader("keys"), inputs, [both]);
  const turns = turnsOf(sizes, cos);
  const turnBack = shaderOf(
    `unitRotateGradient ${JSON.stringify(turns)}`,
    () => unitRotateGradientShader(turns),
  );
  const [dQkv, dScales] = runner.runShader(
    turnBack,
    [qkv, scale, cos, sin, dQ!, dKV!],
    [qkv.shape, [images * tokens * 2, heads]],
  );
  const rows = images * tokens * 2;
  const dScale = columnSums(runner, { groups: 1, rows, columns: heads }, [dScales!], [heads]);
  for (const { dataId } of [along!, dQ!, dKV!, dScales!]) runner.disposeData(dataId);
  return [dQkv!, dScale];
}

function sizesOf({ inputs: { qkv }, attrs }: AttentionCall): AttentionSizes {
  const [images, , , heads, size] = qkv!.shape as [number, number, number, number, number];
  const { height, width, kernel, epsilon } = attrs as unknown as CosineAttentionAttrs;
  return { images, height, width, heads, size, kernel, epsilon };
}

/** The kernel `CosineAttention`. */
export function cosineAttentionKernel(call: AttentionCall): TensorInfo[] {
  return attend(call.runner, call.inputs as never, sizesOf(call));
}

/** The kernel of its gradient. */
export function cosineAttentionGradientKernel(call: AttentionCall): TensorInfo[] {
  return attendGradient(call.runner, call.inputs as never, sizesOf(call));
}
