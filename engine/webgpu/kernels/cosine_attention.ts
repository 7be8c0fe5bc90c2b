/**
 * Cosine-similarity attention in two dispatches: queries and keys are normalized and rotated, then
 * attended. Values are read from where the projection wrote them.
 *
 * @module
 */

import {
  COSINE_ATTENTION,
  COSINE_ATTENTION_GRADIENT,
  type CosineAttentionAttrs,
} from "../../ops/cosine_attention.ts";
import type { TensorInfo } from "../../tfjs.ts";
import { attentionShader } from "./attention/forward.ts";
import { attentionDeltaShader, attentionGradientShader } from "./attention/gradient.ts";
import type { AttentionLayouts, AttentionSpec } from "./attention/spec.ts";
import type { Call, Kernels, Runner } from "./call.ts";
import { columnSums } from "./column_sums.ts";
import { unitRotateGradientShader, unitRotateShader, type UnitRotateSpec } from "./unit_rotate.ts";
import { shaderOf } from "./run.ts";

/** Inputs of any shape with the memory layout of `CosineAttentionTensors`. */
interface AttentionInputs {
  readonly qkv: TensorInfo;
  readonly scale: TensorInfo;
  readonly cos: TensorInfo;
  readonly sin: TensorInfo;
}

/** Sizes of attention. */
type AttentionSizes = AttentionSpec & { readonly epsilon: number };

/** Layout: prepared queries and keys in one tensor, values in the projected one. */
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

/** Returns attended values [images, tokens, heads, size], prepared queries and keys, and statistics. */
export function attend(
  runner: Runner,
  { qkv, scale, cos, sin }: AttentionInputs,
  sizes: AttentionSizes,
): [TensorInfo, TensorInfo, TensorInfo] {
  const { images, height, width, heads, size } = sizes;
  const tokens = height * width;
  const turns = turnsOf(sizes, cos);
  const turn = shaderOf(unitRotateShader, turns);
  const prepared = [images, tokens, 2, heads, size];
  const [units] = runner.runShader(turn, [qkv, scale, cos, sin], [prepared]);
  const spec: AttentionSpec = { ...sizes, float16: runner.float16 };
  const shader = shaderOf(attentionShader, spec, layoutsOf(spec), runner.capabilities);
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
  const layouts = layoutsOf(sizes);
  const { capabilities } = runner;
  const gradientShader = (by: "queries" | "keys") =>
    shaderOf(attentionGradientShader, sizes, { by, layouts, capabilities });
  const delta = shaderOf(attentionDeltaShader, sizes);
  const [along] = runner.runShader(delta, [dy, o], [[images, heads, tokens]]);
  const inputs = [units, qkv, dy, sums, along!];
  const shape = [images, tokens, heads, size];
  const both = [images, tokens, 2, heads, size];
  const [dQ] = runner.runShader(gradientShader("queries"), inputs, [shape]);
  const [dKV] = runner.runShader(gradientShader("keys"), inputs, [both]);
  const turns = turnsOf(sizes, cos);
  const turnBack = shaderOf(unitRotateGradientShader, turns);
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

function sizesOf({ inputs: { qkv }, attrs }: Call): AttentionSizes {
  const [images, , , heads, size] = qkv!.shape as [number, number, number, number, number];
  const { height, width, kernel, epsilon } = attrs as unknown as CosineAttentionAttrs;
  return { images, height, width, heads, size, kernel, epsilon };
}

/** Attention and its gradient; inputs as `CosineAttentionTensors` names them. */
export const COSINE_ATTENTION_KERNELS: Kernels = {
  [COSINE_ATTENTION]: (call) => attend(call.runner, call.inputs as never, sizesOf(call)),
  [COSINE_ATTENTION_GRADIENT]: (call) =>
    attendGradient(call.runner, call.inputs as never, sizesOf(call)),
};
