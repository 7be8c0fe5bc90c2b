import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng, type Rng } from "../../core/mod.ts";

const COUNT = 40_000;

/** Five standard errors of a mean of `COUNT` values with the given standard deviation. */
const fiveErrors = (std: number) => 5 * std / Math.sqrt(COUNT);

function mean(values: Float32Array, f: (x: number) => number = (x) => x): number {
  return values.reduce((sum, x) => sum + f(x), 0) / values.length;
}

Deno.test("createRng() takes integers from 0 to 2⁵³ − 1 and uses every bit of them", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) assertThrows(() => createRng(seed), RangeError);
  const seeds = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
  assertEquals(new Set(seeds.map((seed) => createRng(seed).normal())).size, seeds.length);
});

Deno.test("Rng is the same after any other call", () => {
  const a = createRng(7).fork("noise");
  const before = a.normals(9);
  a.fork("other").uniforms(5);
  a.normalsAt(new Float32Array(4), 0, [1, 2, 3, 4]);
  assertEquals(a.normals(9), before);
  assertEquals(createRng(7).fork("noise").normals(9), before);
});

Deno.test("Rng.uniforms() and normals() from any offset equal the slice", () => {
  const rng = createRng(3);
  const uniforms = rng.uniforms(40);
  const normals = rng.normals(40);
  for (let offset = 0; offset < 13; offset++) {
    for (let count = 0; count < 13; count++) {
      assertEquals(rng.uniforms(count, offset), uniforms.slice(offset, offset + count));
      assertEquals(rng.normals(count, offset), normals.slice(offset, offset + count));
    }
  }
});

Deno.test("Rng.uniform(), normal() and integer() are the elements of the streams", () => {
  const rng = createRng(3);
  const uniforms = rng.uniforms(20);
  const normals = rng.normals(20);
  for (let i = 0; i < 20; i++) {
    assertEquals(rng.uniform(i), uniforms[i]);
    assertEquals(rng.normal(i), normals[i]);
    assertEquals(rng.integer(10, i), Math.floor(uniforms[i]! * 10));
  }
  assertEquals([rng.uniform(), rng.normal()], [uniforms[0], normals[0]]);
});

Deno.test("Rng does not repeat beyond 2³² blocks", () => {
  const rng = createRng(3);
  const far = 2 ** 34 + 3;
  assertEquals(rng.normals(6, far).slice(2), rng.normals(4, far + 2));
  assert(rng.uniform(far) !== rng.uniform(3));
});

Deno.test("Rng.uniforms() has the moments of U(0, 1) and stays inside [0, 1)", () => {
  const values = createRng(11).uniforms(COUNT);
  assert(values.every((x) => x >= 0 && x < 1));
  assertAlmostEquals(mean(values), 1 / 2, fiveErrors(Math.sqrt(1 / 12)));
  assertAlmostEquals(mean(values, (x) => x * x), 1 / 3, fiveErrors(Math.sqrt(4 / 45)));
  const counts = new Array<number>(16).fill(0);
  for (const x of values) counts[Math.floor(x * 16)]! += 1;
  const expected = COUNT / 16;
  const chiSquared = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // 15 degrees of freedom: 44 is exceeded once in 10⁴.
  assert(chiSquared < 44, `χ² = ${chiSquared}`);
});

Deno.test("Rng.normals() has the first four moments of N(0, 1)", () => {
  const values = createRng(11).normals(COUNT);
  assertAlmostEquals(mean(values), 0, fiveErrors(1));
  assertAlmostEquals(mean(values, (x) => x ** 2), 1, fiveErrors(Math.sqrt(2)));
  assertAlmostEquals(mean(values, (x) => x ** 3), 0, fiveErrors(Math.sqrt(15)));
  assertAlmostEquals(mean(values, (x) => x ** 4), 3, fiveErrors(Math.sqrt(96)));
  // The four normals of one block are independent.
  for (let lag = 1; lag < 4; lag++) {
    const products = values.map((x, i) => x * (values[i + lag] ?? 0));
    assertAlmostEquals(mean(products), 0, fiveErrors(1));
  }
});

Deno.test("Rng.integer() reaches every value below the bound and no other", () => {
  const rng = createRng(5);
  const seen = new Set(Array.from({ length: 400 }, (_, i) => rng.integer(7, i)));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("Rng.fork() gives streams that differ by purpose, index, order and parent", () => {
  const root = createRng(1);
  const streams: Rng[] = [
    root,
    createRng(2),
    root.fork("sigma"),
    root.fork("noise"),
    root.fork("a").fork("b"),
    root.fork("b").fork("a"),
    root.fork("ab"),
    createRng(2).fork("sigma"),
    ...Array.from({ length: 2000 }, (_, i) => root.fork(i)),
    ...Array.from({ length: 2000 }, (_, i) => root.fork(`down_levels.${i}.weight`)),
  ];
  const firsts = streams.map((rng) => rng.uniforms(2).join());
  assertEquals(new Set(firsts).size, streams.length);
});

Deno.test("Rng.fork() by index gives independent first numbers", () => {
  const root = createRng(1).fork("sigma");
  const values = Float32Array.from({ length: COUNT }, (_, i) => root.fork(i).normal());
  assertAlmostEquals(mean(values), 0, fiveErrors(1));
  assertAlmostEquals(mean(values, (x) => x ** 2), 1, fiveErrors(Math.sqrt(2)));
  const neighbors = values.map((x, i) => x * (values[i + 1] ?? 0));
  assertAlmostEquals(mean(neighbors), 0, fiveErrors(1));
});

Deno.test("Rng.normalsAt() depends on each coordinate, and on nothing else", () => {
  const rng = createRng(9).fork("scene");
  const at = (cell: readonly [number, number, number, number]) => {
    const out = new Float32Array(4);
    rng.normalsAt(out, 0, cell);
    return [...out];
  };
  const cell = at([10, 20, 2, 1]);
  assertEquals(at([10, 20, 2, 1]), cell);
  const others = [at([11, 20, 2, 1]), at([10, 21, 2, 1]), at([10, 20, 3, 1]), at([10, 20, 2, 2])];
  assertEquals(new Set([cell, ...others].map(String)).size, 5);
  // A pixel left of and above the origin is a cell of its own.
  assertEquals(
    new Set([at([-1, 0, 0, 0]), at([1, 0, 0, 0]), at([0, -1, 0, 0])].map(String)).size,
    3,
  );
});

Deno.test("Rng.normalsAt() writes N(0, 1) where it is told", () => {
  const rng = createRng(9);
  const values = new Float32Array(COUNT + 2);
  for (let i = 0; i < COUNT / 4; i++) {
    rng.normalsAt(values, 1 + 4 * i, [i % 100, i / 100 | 0, 0, 0]);
  }
  assertEquals([values[0], values[COUNT + 1]], [0, 0]);
  const inner = values.subarray(1, COUNT + 1);
  assertAlmostEquals(mean(inner), 0, fiveErrors(1));
  assertAlmostEquals(mean(inner, (x) => x ** 2), 1, fiveErrors(Math.sqrt(2)));
});
