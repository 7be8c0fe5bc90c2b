/** The shaders of engine webgpu, each against the plain op. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  addLinear,
  blockwise,
  cosineAttention,
  gatedHalves,
  type Images,
  interpolate,
  linear,
  linearPlus,
  mergeTokens,
  rmsNormalize,
  rotatePairs,
  scaledNorm,
  type Sequence,
  skipAndOut,
  splitTokens,
  stepTowards,
  sumOfSquares,
  type Tensor,
  tf,
} from "../../engine/mod.ts";
import { Chain, ChainError } from "../../engine/webgpu/chain.ts";
import type { GuardedWebGPUBackend } from "../../engine/webgpu/backend.ts";
import { attentionFits } from "../../engine/webgpu/kernels/attention/blocks.ts";
import { matMulShader } from "../../engine/webgpu/kernels/mat_mul/shader.ts";
import { matMulInputs, type MatMulSpec } from "../../engine/webgpu/kernels/mat_mul/spec.ts";
import {
  matMulShared,
  type MatMulTiling,
  TILINGS,
} from "../../engine/webgpu/kernels/mat_mul/tilings.ts";
import { cosineScale } from "../../engine/ops/cosine_attention.ts";
import { inARow } from "../../engine/webgpu/shader.ts";
import {
  allValuesOf,
  assertClose,
  normals,
  normalTensor,
  switchEngine,
  testOn,
} from "../engines.ts";
import { run } from "../run.ts";

/** Float32 sums of up to a hundred products of normal numbers. */
const ROUNDING = 1e-5;

const gpu = () => tf.backend() as GuardedWebGPUBackend;

const SMALL = TILINGS.at(-1)!;

/** Φ(x)·x in float64. */
function gelu(x: number): number {
  // Φ by its integral, Simpson's rule from −8.
  const steps = 400;
  const [a, h] = [-8, (x + 8) / steps];
  const density = (t: number) => Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(a) + density(x);
  for (let i = 1; i < steps; i++) sum += density(a + i * h) * (i % 2 === 0 ? 2 : 4);
  return x * sum * h / 3;
}

interface Given {
  readonly [name: string]: Float32Array;
}

/** What a product's shader must give, in float64. */
function plainProduct(spec: MatMulSpec, given: Given): Float64Array {
  const { batch, m, n, k, gated = false, columnScale } = spec;
  const columns = gated ? 2 * n : n;
  const { a, b } = given as { a: Float32Array; b: Float32Array };
  const out = new Float64Array(batch * m * n);
  for (let z = 0; z < batch; z++) {
    const [za, zb] = [spec.sharedA ? 0 : z, spec.sharedB ? 0 : z];
    const entry = (i: number, j: number) => {
      let [sum, squares] = [0, 0];
      for (let d = 0; d < k; d++) {
        const left = a[za * m * k + (spec.transposeA ? d * m + i : i * k + d)]!;
        const right = b[zb * columns * k + (spec.transposeB ? j * k + d : d * columns + j)]!;
        const scale = columnScale === undefined ? 1 : given.columnScale![
          Math.floor(i / (m / columnScale.groups)) * k + d
        ]!;
        sum += left * right * scale;
        squares += left ** 2;
      }
      return spec.normalise === undefined ? sum : sum / Math.sqrt(squares / k + spec.normalise);
    };
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const at = (z * m + i) * n + j;
        let value = entry(i, j) + (spec.bias ? given.bias![j]! : 0) + (spec.plus ?? 0);
        if (gated) value *= gelu(entry(i, n + j));
        if (spec.residual) value += given.residual![at]!;
        out[at] = value;
      }
    }
  }
  return out;
}

async function checkProduct(
  spec: MatMulSpec,
  { tiling = SMALL, tolerance = ROUNDING }: { tiling?: MatMulTiling; tolerance?: number } = {},
): Promise<void> {
  const { batch, m, n, k, gated } = spec;
  const sizes: Record<string, number> = {
    a: (spec.sharedA ? 1 : batch) * m * k,
    b: (spec.sharedB ? 1 : batch) * k * n * (gated ? 2 : 1),
    columnScale: (spec.columnScale?.groups ?? 0) * k,
    bias: n,
    residual: batch * m * n,
  };
  const names = matMulInputs(spec);
  const given = Object.fromEntries(names.map((name) => [name, normals(sizes[name]!, name)]));
  const [out] = await allValuesOf(() => {
    const tensors = names.map((name) => tf.tensor1d(given[name]!));
    const [info] = gpu().runShader(matMulShader(spec, tiling), tensors, [[batch, m, n]]);
    return [tf.engine().makeTensorFromTensorInfo(info!) as Tensor];
  });
  assertClose(out!, plainProduct(spec, given), tolerance, JSON.stringify(spec));
}

testOn("webgpu", "products of all forms, with sides that no tile divides", async () => {
  for (const [m, n, k, batch] of [[36, 40, 20, 2], [33, 17, 9, 1]] as const) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        await checkProduct({ batch, m, n, k, transposeA, transposeB });
      }
    }
  }
});

testOn("webgpu", "products in every tiling", async () => {
  for (const tiling of TILINGS) {
    const spec = { batch: 1, m: 140, n: 132, k: 36, normalise: 1e-6 };
    if (matMulShared(tiling, spec) > gpu().capabilities.sharedBytes) continue;
    await checkProduct(spec, { tiling });
  }
});

testOn("webgpu", "products with one operand for all batches", async () => {
  await checkProduct({ batch: 3, m: 8, n: 12, k: 16, sharedA: true });
  await checkProduct({ batch: 3, m: 7, n: 5, k: 3, sharedB: true });
});

testOn("webgpu", "products with scales, norms, bias, gates and residual", async () => {
  for (const n of [24, 13]) {
    const size = { batch: 1, m: 42, n, k: 16 };
    await checkProduct({ ...size, columnScale: { groups: 3 }, normalise: 0.1 });
    await checkProduct({ ...size, bias: true, residual: true });
    await checkProduct({ ...size, gated: true, columnScale: { groups: 1 }, normalise: 1e-6 });
    await checkProduct({ ...size, m: 24, columnScale: { groups: 2 } });
    await checkProduct({ ...size, k: 17, normalise: 1e-6, plus: 1 });
  }
});

testOn("webgpu", "products in float16 add the tiles in float32", async () => {
  if (!gpu().device.features.has("shader-f16")) return;
  // Rounding of operands, products and sums of 16: 2⁻¹¹ each, of results of about √40.
  await checkProduct({ batch: 1, m: 36, n: 40, k: 40, float16: true }, { tolerance: 4e-3 });
  // Each tile gives 16·256, which float16 holds; the sum of 64 tiles it would not.
  const [out] = await allValuesOf(() => {
    const spec = { batch: 1, m: 1, n: 1, k: 1024, float16: true };
    const x = tf.fill([1024], 16);
    const [info] = gpu().runShader(matMulShader(spec, SMALL), [x, x], [[1]]);
    return [tf.engine().makeTensorFromTensorInfo(info!) as Tensor];
  });
  assertEquals(out![0], 1024 * 256);
});

testOn("webgpu", "weights are float16 numbers once, and products read them as such", async () => {
  if (!gpu().device.features.has("shader-f16")) return;
  const weight = normalTensor([16, 12], "b");
  const a = normals(5 * 16, "a");
  const held = gpu().numDataIds();
  const multiply = () =>
    allValuesOf(() => {
      const spec = { batch: 1, m: 5, n: 12, k: 16, float16: true, halfB: true };
      const inputs = [tf.tensor1d(a), gpu().inHalf(weight)];
      const [info] = gpu().runShader(matMulShader(spec, SMALL), inputs, [[5, 12]]);
      return [tf.engine().makeTensorFromTensorInfo(info!) as Tensor];
    });
  const [first, second] = [await multiply(), await multiply()];
  assertEquals(second, first);
  const wanted = plainProduct({ batch: 1, m: 5, n: 12, k: 16 }, { a, b: normals(16 * 12, "b") });
  assertClose(first[0]!, wanted, 4e-3);
  assertEquals(gpu().numDataIds(), held + 1);
  weight.dispose();
  assertEquals(gpu().numDataIds(), held - 1);
});

testOn("webgpu", "a weight's gradient is summed in parts", async () => {
  const spec = { batch: 1, m: 9, n: 8, k: 1536, transposeA: true };
  const given = { a: normals(9 * 1536, "a"), b: normals(8 * 1536, "b") };
  const before = gpu().dispatches;
  const [out] = await allValuesOf(() => [
    tf.matMul(tf.tensor2d(given.a, [1536, 9]), tf.tensor2d(given.b, [1536, 8]), true, false),
  ]);
  assertEquals(gpu().dispatches - before, 2);
  assertClose(out!, plainProduct(spec, given), 1e-4);
});

testOn("webgpu", "the sum of squares of more tensors than a shader may have", async () => {
  const tensors = () => Array.from({ length: 60 }, (_, i) => normalTensor([1 + i * i * 9], i));
  const [ours] = await allValuesOf(() => [sumOfSquares(tensors())]);
  let wanted = 0;
  for (let i = 0; i < 60; i++) for (const x of normals(1 + i * i * 9, i)) wanted += x * x;
  assertClose(ours!, [wanted], 1e-6);
});

testOn("webgpu", "what a sampler computes beside the network", async () => {
  for (const [frames, channels] of [[1, 4], [3, 3]] as const) {
    const [y, image] = [[2, frames, 3, 5, channels], [2, 3, 5, channels]];
    const steps = () => {
      const x = normalTensor(y, "x") as Sequence;
      const clear = normalTensor(image, "image") as Images;
      const factors = { skip: tf.tensor1d([0.5, 2]), out: tf.tensor1d([3, -1]) };
      return [skipAndOut(x, clear, factors), stepTowards(x, clear, tf.scalar(-0.3))];
    };
    const before = gpu().dispatches;
    const ours = await allValuesOf(steps);
    assertEquals(gpu().dispatches - before, 2);
    await switchEngine("cpu");
    const wanted = await allValuesOf(steps);
    await switchEngine("webgpu");
    ours.forEach((values, i) => assertClose(values, wanted[i]!, 1e-6));
  }
});

testOn("webgpu", "tf.matMul runs ours, and tfjs's where batch axes broadcast", async () => {
  const before = gpu().dispatches;
  const values = await allValuesOf(() => [
    tf.matMul(normalTensor([3, 4, 5], "a"), normalTensor([3, 5, 2], "b")),
    tf.matMul(normalTensor([1, 4, 5], "a"), normalTensor([3, 5, 2], "b")),
  ]);
  assertEquals(gpu().dispatches - before, 2);
  for (const [i, shared] of [false, true].entries()) {
    const wanted = plainProduct(
      { batch: 3, m: 4, n: 2, k: 5, sharedA: shared },
      { a: normals(shared ? 20 : 60, "a"), b: normals(30, "b") },
    );
    assertClose(values[i]!, wanted, ROUNDING);
  }
});

/** The output of f and its gradients by all inputs, on two engines. */
async function against(
  f: (inputs: readonly Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
  plain: (inputs: readonly Tensor[]) => Tensor = f,
): Promise<{ ours: Float32Array[]; wanted: Float32Array[] }> {
  const both = (g: typeof f) => () => {
    const inputs = shapes.map((shape, i) => normalTensor(shape, i));
    const out = g(inputs);
    const r = normalTensor(out.shape, "r");
    return [out, ...tf.grads((...xs: Tensor[]) => tf.sum(tf.mul(g(xs), r)))(inputs)];
  };
  const ours = await allValuesOf(both(f));
  await switchEngine("cpu");
  const wanted = await allValuesOf(both(plain));
  await switchEngine("webgpu");
  return { ours, wanted };
}

async function checkAgainst(
  what: string,
  shapes: readonly (readonly number[])[],
  f: (inputs: readonly Tensor[]) => Tensor,
  plain?: (inputs: readonly Tensor[]) => Tensor,
): Promise<void> {
  const { ours, wanted } = await against(f, shapes, plain);
  ours.forEach((values, i) =>
    assertClose(
      values,
      wanted[i]!,
      ROUNDING,
      `${what}: ${i === 0 ? "output" : `gradient ${i - 1}`}`,
    )
  );
}

testOn("webgpu", "norms, gates, rotations and interpolation, with gradients", async () => {
  for (const size of [12, 7, 260]) {
    await checkAgainst(`rms ${size}`, [[5, 3, size]], ([x]) => rmsNormalize(x!, 1e-6));
  }
  for (const [size, groups] of [[12, 1], [7, 3], [260, 3]] as const) {
    await checkAgainst(
      `scaled norm ${size}`,
      [[3, 5, size], [groups, size]],
      ([x, scale]) => scaledNorm(x!, scale!, 1e-6),
    );
  }
  for (const shape of [[4, 12], [3, 5, 6]]) {
    await checkAgainst("gelu", [shape], ([x]) => gatedHalves(x!));
  }
  for (const [size, half] of [[16, 4], [8, 2], [11, 3]] as const) {
    const angles = () => normalTensor([1, 6, 2, half], "angles");
    await checkAgainst(`rotation ${size}`, [[3, 6, 2, size]], ([x]) => {
      const theta = angles();
      return rotatePairs(x!, { cos: tf.cos(theta), sin: tf.sin(theta) });
    });
  }
  for (const shape of [[2, 4, 4, 3], [5, 3]]) {
    await checkAgainst(
      "interpolation",
      [shape, shape, [1]],
      ([x, s, f]) => interpolate(x!, s!, f!),
    );
  }
});

testOn("webgpu", "sums over more rows than one pass takes", async () => {
  // The gradient by the scale of a norm.
  await checkAgainst(
    "scaled norm",
    [[2, 700, 36], [2, 36]],
    ([x, scale]) => scaledNorm(x!, scale!, 1e-6),
  );
});

testOn("webgpu", "linear layers with what is added, with gradients", async () => {
  const [x, w] = [[2, 5, 8], [8, 12]];
  await checkAgainst("sum", [[2, 5, 12], x, w], ([r, x, w]) => addLinear(r!, x!, w!));
  await checkAgainst("bias", [x, w, [12]], ([x, w, b]) => linear(x!, w!, b));
  await checkAgainst("plus", [x, w], ([x, w]) => linearPlus(x!, w!, 1));
});

testOn("webgpu", "tokens from patches and back, with gradients", async () => {
  for (const [patch, channels] of [[[2, 2], 3], [[1, 4], 2], [[2, 2], 8]] as const) {
    const features = patch[0] * patch[1] * channels;
    await checkAgainst(
      `merge ${patch}`,
      [[2, 4, 12, channels], [features, 5]],
      ([x, w]) => mergeTokens(x!, patch, w!),
    );
    await checkAgainst(
      `split ${patch}`,
      [[2, 4, 3, 5], [5, features]],
      ([x, w]) => splitTokens(x!, patch, w!),
    );
  }
});

/** softmax(q·kᵀ)·v of one head after the other, pairs outside the neighborhood left out. */
function plainAttention(
  [q, k, v]: readonly Tensor[],
  { height, width, kernel }: { height: number; width: number; kernel: number },
): Tensor {
  const [n, tokens, heads, size] = q!.shape as [number, number, number, number];
  const start = (at: number, side: number) =>
    Math.min(Math.max(at - Math.floor(kernel / 2), 0), side - kernel);
  const penalty = new Float32Array(tokens * tokens);
  for (let i = 0; kernel > 0 && i < tokens; i++) {
    const top = start(Math.floor(i / width), height);
    const left = start(i % width, width);
    for (let j = 0; j < tokens; j++) {
      const [row, column] = [Math.floor(j / width), j % width];
      const seen = row >= top && row < top + kernel && column >= left && column < left + kernel;
      penalty[i * tokens + j] = seen ? 0 : -1e9;
    }
  }
  const perHead = (x: Tensor) =>
    tf.transpose(x, [0, 2, 1, 3]).reshape([n * heads, tokens, size]) as Tensor;
  const logits = tf.matMul(perHead(q!), perHead(k!), false, true);
  const masked = tf.add(logits, tf.tensor(penalty, [1, tokens, tokens]));
  const out = tf.matMul(tf.softmax(masked), perHead(v!));
  return tf.transpose(out.reshape([n, heads, tokens, size]), [0, 2, 1, 3]);
}

for (
  const [height, width, kernel, size] of [
    [5, 9, 0, 8],
    [9, 11, 3, 16],
    [7, 12, 7, 64],
    [16, 9, 5, 36],
  ] as const
) {
  const reach = kernel === 0 ? "global" : `${kernel}×${kernel}`;
  testOn("webgpu", `attention, ${reach}, ${height}×${width}×${size}, with gradients`, async () => {
    const [tokens, heads, half] = [height * width, 2, size / 4];
    const grid = { height, width, kernel };
    const table = () => {
      const angles = normalTensor([1, tokens, heads, half], "angles");
      return { cos: tf.cos(angles), sin: tf.sin(angles) };
    };
    const scaleOf = (x: Tensor) => tf.add(tf.square(x), 1);
    await checkAgainst(
      reach,
      [[2, tokens, 3, heads, size], [heads]],
      ([qkv, s]) =>
        cosineAttention({ qkv: qkv!, scale: scaleOf(s!), ...table() }, { ...grid, epsilon: 1e-6 }),
      ([qkv, s]) => {
        const [q, k, v] = tf.unstack(qkv!, 2) as [Tensor, Tensor, Tensor];
        const prepare = (x: Tensor) => rotatePairs(cosineScale(x, scaleOf(s!), 1e-6), table());
        return plainAttention([prepare(q), prepare(k), v], grid);
      },
    );
  });
}

testOn("webgpu", "attention tells where shared memory is too small", () => {
  const device = { invocations: 256, float16: false, bindingBytes: 2 ** 27, buffers: 8 };
  assert(attentionFits(64, { ...device, sharedBytes: 32768 }));
  assert(!attentionFits(64, { ...device, sharedBytes: 16384 }));
  assert(!attentionFits(6, { ...device, sharedBytes: 32768 }));
});

testOn("webgpu", "a chain of elementwise ops is one dispatch, and the same numbers", async () => {
  const rate = tf.scalar(0.25);
  const chain = ([a, b]: readonly Tensor[]) => {
    const sum = tf.add(tf.mul(a!, 0.5), tf.square(b!));
    return [tf.div(sum, tf.add(tf.sqrt(tf.maximum(sum, rate)), 1e-3)), tf.sub(a!, tf.neg(b!))];
  };
  for (const count of [64, 35]) {
    const given = () => [normalTensor([count], "a"), normalTensor([count], "b")];
    const wanted = await allValuesOf(() => chain(given()));
    const before = gpu().dispatches;
    const ours = await allValuesOf(() => blockwise(chain, given()));
    assertEquals(gpu().dispatches - before, 1);
    ours.forEach((values, i) => assertClose(values, wanted[i]!, 1e-6));
  }
  rate.dispose();
});

testOn("webgpu", "a chain with an op of another kind runs op by op", async () => {
  const chain = ([a]: readonly Tensor[]) => [tf.mul(tf.softmax(tf.mul(a!, 2)), 3)];
  const given = () => normalTensor([3, 5], "a");
  const wanted = await allValuesOf(() => chain([given()]));
  const ours = await allValuesOf(() => blockwise(chain, [given()]));
  assertEquals(ours, wanted);
  const [rows, whole] = [tf.ones([3]), tf.ones([2, 3])];
  const recorded = new Chain(gpu(), [whole]);
  try {
    recorded.record("Add", [whole, rows]);
    assert(false, "a tensor of another shape must not be recorded");
  } catch (error) {
    assert(error instanceof ChainError, String(error));
  }
  tf.dispose([rows, whole]);
});

testOn("webgpu", "what a tensor is remembered for goes with it", async () => {
  const source = tf.tensor1d([1, 2, 3]);
  let made = 0;
  const double = () =>
    gpu().remember(source, "double", () => {
      made++;
      return [tf.mul(source, 2)];
    })[0]!;
  const first = await allValuesOf(() => [double()]);
  const second = await allValuesOf(() => [double()]);
  assertEquals([...first[0]!], [2, 4, 6]);
  assertEquals(second, first);
  assertStrictEquals(made, 1);
  const held = gpu().numDataIds();
  source.dispose();
  await run(() => tf.scalar(0)).then((tensor) => tensor.dispose());
  assertEquals(gpu().numDataIds(), held - 2);
});

Deno.test("inARow() covers every item within the limits of an axis", () => {
  for (const count of [1, 65535, 65536, 200001]) {
    const [x, y, z] = inARow(count);
    assert(x <= 65535 && y <= 65535 && z === 1 && x * y >= count, `${count}: ${[x, y, z]}`);
  }
});
