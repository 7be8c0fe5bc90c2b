import { assert, assertEquals } from "@std/assert";
import { createRng, mean, product, quantile } from "../../core/mod.ts";

Deno.test("mean() sums in index order, as a reduction does", () => {
  const values = createRng(1).normals(1000);
  const numbers = Array.from(values);
  const reduced = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  assertEquals([mean(numbers), mean(values)], [reduced, reduced]);
  assertEquals([mean([4]), mean([1, 2, 6])], [4, 3]);
});

Deno.test("mean() and quantile() of nothing are NaN, product() of nothing is 1", () => {
  assertEquals([mean([]), quantile([], 0.5), product([])], [NaN, NaN, 1]);
});

Deno.test("product() is the number of elements of a shape", () => {
  assertEquals([product([2, 3, 4]), product([7]), product([2, 0, 4])], [24, 7, 0]);
});

Deno.test("quantile() gives values of the list by nearest rank", () => {
  const sorted = createRng(2).uniforms(101).sort();
  assertEquals([quantile(sorted, 0), quantile(sorted, 1)], [sorted[0], sorted[100]]);
  assertEquals([quantile(sorted, 0.5), quantile(sorted, 0.014)], [sorted[50], sorted[1]]);
  // Halves round up.
  assertEquals(quantile([1, 2], 0.5), 2);
  for (const q of [0.1, 0.33, 0.99]) assert(sorted.includes(quantile(sorted, q)));
});
