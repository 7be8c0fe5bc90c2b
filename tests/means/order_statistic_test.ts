import { assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { orderStatistic } from "../../means/order_statistic.ts";

Deno.test("orderStatistic() is the value at that index of the sorted values", () => {
  const rng = createRng(3);
  for (const length of [1, 2, 3, 10, 257]) {
    // Few distinct values, and many.
    for (const levels of [1, 2, 5, 1e6]) {
      const values = Float32Array.from(
        rng.uniforms(length),
        (value) => Math.floor(value * levels) / levels,
      );
      const before = values.slice();
      const sorted = values.toSorted();
      for (let k = 0; k < length; k++) assertEquals(orderStatistic(values, k), sorted[k]);
      assertEquals(values, before);
    }
  }
});
