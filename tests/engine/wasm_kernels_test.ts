import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng, type Rng } from "../../core/mod.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import { copyPermuted, mergeAxes } from "../../engine/permute.ts";
import {
  allValuesOf,
  assertClose,
  elements,
  normalTensor,
  switchEngine,
  testOn,
  valuesOf,
} from "../engines.ts";

/** Sums of up to a hundred float32 products in another order. */
const ROUNDING = 1e-5;

/** What f gives on cpu and on wasm. */
async function both(f: () => readonly Tensor[]): Promise<[Float32Array[], Float32Array[]]> {
  await switchEngine("cpu");
  const wanted = await allValuesOf(f);
  await switchEngine("wasm");
  return [await allValuesOf(f), wanted];
}

/** A size in [low, high], of a stream. */
const size = (rng: Rng, low: number, high: number, index: number) =>
  low + rng.integer(high - low + 1, index);

for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    testOn(
      "wasm",
      `BatchMatMul equals cpu's with transposeA=${transposeA}, transposeB=${transposeB}`,
      async () => {
        const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
          [[], []],
          [[1], [1]],
          [[6], [6]],
          [[1], [5]],
          [[5], [1]],
          [[2, 3], [2, 3]],
          [[1, 1], [2, 3]],
          [[2, 3], [1, 1]],
          [[1, 4], [4]],
        ];
        for (const [i, [batchA, batchB]] of batches.entries()) {
          for (let trial = 0; trial < 3; trial++) {
            const rng = createRng(31).fork(i).fork(trial);
            const [rows, inner, columns] = [0, 1, 2].map((at) =>
              trial === 0 ? [1, 17, 1][at]! : size(rng, 1, 70, at)
            ) as [number, number, number];
            const a = [...batchA, ...(transposeA ? [inner, rows] : [rows, inner])];
            const b = [...batchB, ...(transposeB ? [columns, inner] : [inner, columns])];
            const [[actual], [wanted]] = await both(() => [
              tf.matMul(normalTensor(a, "a"), normalTensor(b, "b"), transposeA, transposeB),
            ]);
            assertClose(actual!, wanted!, ROUNDING, `[${a}]·[${b}]`);
          }
        }
      },
    );
  }
}

testOn("wasm", "BatchMatMul sees a right operand that changed after a product", async () => {
  // XNNPACK packs weights once per id; a stale pack would give the first product again.
  const values = await allValuesOf(() => {
    const x = normalTensor([4, 8], "x");
    return Array.from({ length: 20 }, (_, i) => tf.matMul(x, tf.mul(normalTensor([8, 3], "w"), i)));
  });
  values.forEach((product, i) =>
    assertClose(product, values[1]!.map((value) => value * i), ROUNDING, `product ${i}`)
  );
});

testOn("wasm", "BatchMatMul of many batches frees its views", async () => {
  const run = () =>
    valuesOf(() => tf.matMul(normalTensor([3000, 2, 3], "a"), normalTensor([3000, 3, 2], "b")));
  const first = await run();
  const before = tf.memory().numDataBuffers;
  for (let i = 0; i < 5; i++) assertEquals(await run(), first);
  assertEquals(tf.memory().numDataBuffers, before);
});

testOn("wasm", "BatchMatMul refuses batches that broadcast in part", () => {
  tf.tidy(() => {
    assertThrows(() => tf.matMul(tf.ones([2, 3, 4]), tf.ones([3, 4, 5])), Error);
    assertThrows(() => tf.matMul(tf.ones([2, 1, 3, 4]), tf.ones([2, 5, 4, 6])), Error);
    assertThrows(() => tf.matMul(tf.ones([2, 1, 3, 4]), tf.ones([1, 2, 4, 5])), TypeError);
  });
});

/** All orders of 0 … n − 1. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)])
  );
}

for (let rank = 1; rank <= 6; rank++) {
  testOn("wasm", `Transpose of rank ${rank} equals cpu's, with axes of size 1`, async () => {
    const all = permutations(rank);
    const rng = createRng(rank);
    const count = Math.min(all.length, 24);
    const chosen = Array.from(
      { length: count },
      (_, i) => all[count === all.length ? i : rng.integer(all.length, i)]!,
    );
    for (const [i, perm] of chosen.entries()) {
      // Sizes 1 … 4, so that many axes are 1.
      const shape = perm.map((_, axis) => size(rng.fork(i), 1, 4, axis));
      const [[actual], [wanted]] = await both(() => [tf.transpose(normalTensor(shape, "x"), perm)]);
      assertEquals(actual, wanted, `[${shape}] by [${perm}]`);
    }
  });
}

testOn("wasm", "Transpose copies long runs", async () => {
  for (const [shape, perm] of [[[3, 5, 700], [1, 0, 2]], [[2, 3, 20, 30], [1, 0, 2, 3]]] as const) {
    const [[actual], [wanted]] = await both(() => [
      tf.transpose(normalTensor(shape, "x"), [...perm]),
    ]);
    assertEquals(actual, wanted);
  }
});

testOn("wasm", "Transpose of integers and truth values still works", async () => {
  const [actual, wanted] = await both(() => [
    tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], "int32")),
    tf.cast(tf.transpose(tf.tensor2d([1, 0, 0, 1, 1, 1], [2, 3], "bool")), "int32"),
  ]);
  assertEquals(actual, wanted);
});

Deno.test("mergeAxes() joins neighbors that stay together and drops axes of size 1", () => {
  assertEquals(mergeAxes([2, 3, 4, 5], [2, 3, 0, 1]), { shape: [6, 20], perm: [1, 0] });
  assertEquals(mergeAxes([2, 1, 3], [0, 2, 1]), { shape: [6], perm: [0] });
  assertEquals(mergeAxes([2, 3, 4], [2, 1, 0]), { shape: [2, 3, 4], perm: [2, 1, 0] });
});

Deno.test("copyPermuted() copies by index arithmetic", () => {
  const source = Float32Array.from({ length: 24 }, (_, i) => i);
  const out = new Float32Array(24);
  copyPermuted(out, { source, shape: [2, 3, 4], perm: [1, 2, 0] });
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 4; k++) assertEquals(out[(j * 4 + k) * 2 + i], (i * 3 + j) * 4 + k);
    }
  }
});

testOn("wasm", "GatherV2 equals cpu's along every axis, with repeats", async () => {
  for (let trial = 0; trial < 24; trial++) {
    const rng = createRng(41).fork(trial);
    const rank = size(rng, 1, 5, 100);
    const shape = Array.from({ length: rank }, (_, axis) => size(rng, 1, 5, axis));
    const axis = rng.integer(rank, 101);
    const indices = Array.from(
      { length: size(rng, 1, 8, 102) },
      (_, i) => rng.integer(shape[axis]!, 200 + i),
    );
    const [[actual], [wanted]] = await both(() => [
      tf.gather(normalTensor(shape, "x"), tf.tensor1d(indices, "int32"), axis),
    ]);
    assertEquals(actual, wanted, `[${shape}] at [${indices}] of axis ${axis}`);
  }
});

testOn("wasm", "GatherV2 of integers and by two-dimensional indices still works", async () => {
  const [actual, wanted] = await both(() => [
    tf.gather(tf.tensor1d([5, 6, 7], "int32"), tf.tensor1d([2, 0], "int32")),
    tf.gather(normalTensor([4, 3], "x"), tf.tensor2d([3, 0, 1, 1], [2, 2], "int32"), 0),
  ]);
  assertEquals(actual, wanted);
});

testOn("wasm", "SplitV equals cpu's along every axis, in equal and in given parts", async () => {
  for (let trial = 0; trial < 24; trial++) {
    const rng = createRng(43).fork(trial);
    const rank = size(rng, 1, 5, 100);
    const axis = rng.integer(rank, 101);
    const parts = Array.from({ length: size(rng, 1, 4, 102) }, (_, i) => size(rng, 1, 4, 200 + i));
    const equal = trial % 2 === 0;
    const total = equal ? 3 * parts.length : parts.reduce((a, b) => a + b, 0);
    const shape = Array.from(
      { length: rank },
      (_, i) => i === axis ? total : size(rng, 1, 5, i),
    );
    const sizes = equal ? parts.length : parts;
    // A negative axis counts from the end.
    const named = trial % 3 === 0 ? axis - rank : axis;
    const [actual, wanted] = await both(() => tf.split(normalTensor(shape, "x"), sizes, named));
    assertEquals(actual, wanted, `[${shape}] into ${sizes} along ${named}`);
    assert(actual.length === parts.length);
  }
});

testOn("wasm", "SplitV takes −1 for the rest, and long runs", async () => {
  const [actual, wanted] = await both(() => [
    ...tf.split(normalTensor([2, 7, 3], "x"), [2, -1, 1], 1),
    ...tf.split(normalTensor([3, 1400], "y"), 2, 1),
    ...tf.split(tf.tensor1d([1, 2, 3, 4], "int32"), 2),
  ]);
  assertEquals(actual, wanted);
  assertEquals(elements([2, 4, 3]), actual[1]!.length);
});
