/** Products of tensors: choice of the tiling, and the dispatch. @module */

import type { TensorInfo } from "../../tfjs.ts";
import type { Capabilities, ShaderRunner, TilingChoices } from "../shader.ts";
import type { Runner } from "./call.ts";
import { matMulShader } from "./mat_mul/shader.ts";
import { matMulInputs, type MatMulSpec } from "./mat_mul/spec.ts";
import { matMulShared, type MatMulTiling, TILINGS, workgroupsOf } from "./mat_mul/tilings.ts";
import { chosenTiling, MEASURED, type ProductSize, tune } from "../tune.ts";
import { columnSums } from "./column_sums.ts";
import { shaderOf } from "./run.ts";

/** Workgroups that keep a device busy; without measurements, fewer workgroups mean smaller tiles. */
const BUSY = 256;

/** True if the device can run a product in a tiling. */
function tilingFits(
  tiling: MatMulTiling,
  spec: Pick<MatMulSpec, "float16" | "gated" | "normalise">,
  { sharedBytes, invocations }: Capabilities,
): boolean {
  return matMulShared(tiling, spec) <= sharedBytes &&
    tiling.tileM * tiling.tileN / tiling.threadM / tiling.threadN <= invocations &&
    // A gate doubles the sums, which must fit the registers.
    !(spec.gated && tiling.threadM * tiling.threadN > 32);
}

/** The fastest measured tiling for outputs of this size, otherwise the largest that keeps a device busy. */
export function tilingOf(
  spec: MatMulSpec,
  { capabilities, tilings }: Pick<ShaderRunner, "capabilities" | "tilings">,
): MatMulTiling {
  const fits = (tiling: MatMulTiling) => tilingFits(tiling, spec, capabilities);
  if (tilings !== undefined) {
    const best = chosenTiling(tilings, spec.batch * spec.m * spec.n);
    return TILINGS.slice(best).find(fits) ?? TILINGS.findLast(fits)!;
  }
  const fitting = TILINGS.filter(fits);
  return fitting.find((tiling) => workgroupsOf(spec, tiling) >= BUSY) ?? fitting.at(-1)!;
}

/** Measures the tilings on the device in float32 and sets them; float16 uses the same. */
export async function tuneProducts(
  runner: ShaderRunner & Settles,
  { sizes = MEASURED, repeats = 5 }: {
    readonly sizes?: readonly ProductSize[];
    readonly repeats?: number;
  } = {},
): Promise<TilingChoices> {
  const choices = await tune(async (size, at) => {
    const spec: MatMulSpec = { batch: 1, ...sizes[size]! };
    const tiling = TILINGS[at]!;
    if (!tilingFits(tiling, spec, runner.capabilities)) return undefined;
    const shader = matMulShader(spec, tiling);
    const { m, n, k } = spec;
    const a = runner.makeTensorInfo([m, k], "float32", new Float32Array(m * k));
    const b = runner.makeTensorInfo([k, n], "float32", new Float32Array(k * n));
    const several = async (count: number) => {
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const [c] = runner.runShader(shader, [a, b], [[m, n]]);
        runner.disposeData(c!.dataId);
      }
      await runner.settle();
      return performance.now() - start;
    };
    await several(1);
    const taken = Math.min(await several(repeats), await several(repeats));
    for (const { dataId } of [a, b]) runner.disposeData(dataId);
    return taken;
  }, sizes);
  runner.tilings = choices;
  return choices;
}

/** Backend whose tilings are measured. */
interface Settles {
  tilings: TilingChoices | undefined;
  settle(): Promise<void>;
  disposeData(dataId: object): boolean;
}

/** Depth of a part at least. */
const PART = 256;

/**
 * Number of parts along the depth, each with workgroups of its own: a weight's gradient has few elements,
 * each a sum over all rows.
 */
function partsOf(spec: MatMulSpec): number {
  const { batch, k, transposeA, transposeB, sharedA: _a, sharedB: _b, m: _m, n: _n, ...more } =
    spec;
  const plain = Object.values(more).every((value) => value === undefined || value === false);
  const groups = workgroupsOf(spec, TILINGS.at(-1)!);
  if (!transposeA || transposeB || batch > 1 || !plain || groups >= BUSY) return 1;
  let parts = Math.min(Math.floor(k / PART), Math.ceil(2 * BUSY / groups));
  while (parts > 1 && k % parts !== 0) parts--;
  return Math.max(1, parts);
}

/** Computes the parts of a product as a batch, and their sum. */
function sumOfParts(
  runner: Runner,
  { spec, parts, tensors, shape }: {
    readonly spec: MatMulSpec;
    readonly parts: number;
    readonly tensors: Readonly<Record<string, TensorInfo>>;
    readonly shape: readonly number[];
  },
): TensorInfo {
  const { m, n, k } = spec;
  const each: MatMulSpec = { batch: parts, m, n, k: k / parts, transposeA: true };
  const all = product(runner, each, tensors, [parts, m, n]);
  const sum = columnSums(runner, { groups: 1, rows: parts, columns: m * n }, [all], shape);
  runner.disposeData(all.dataId);
  return sum;
}

/** A product, and the range of its operands. */
interface ProductSpec extends MatMulSpec {
  /**
   * A is normalized and B is a weight, so float16 can hold them (its largest value is 65504). Values on
   * the residual path are larger.
   */
  readonly bounded?: boolean;
}

/**
 * Runs a product.
 *
 * @param tensors By the names of {@linkcode matMulInputs}.
 * @param shape Of the result.
 */
export function product(
  runner: Runner,
  { bounded = false, ...spec }: ProductSpec,
  tensors: Readonly<Record<string, TensorInfo>>,
  shape: readonly number[],
): TensorInfo {
  const parts = partsOf(spec);
  if (parts > 1) return sumOfParts(runner, { spec, parts, tensors, shape });
  const float16 = bounded && runner.float16;
  const halfB = float16 && spec.n % 4 === 0 && spec.k % 4 === 0;
  const whole: MatMulSpec = { ...spec, float16, halfB };
  const tiling = tilingOf(whole, runner);
  const shader = shaderOf(matMulShader, whole, tiling);
  const inputs = matMulInputs(whole).map((name) => {
    const tensor = tensors[name]!;
    return name === "b" && halfB ? runner.inHalf(tensor) : tensor;
  });
  return runner.runShader(shader, inputs, [shape])[0]!;
}
