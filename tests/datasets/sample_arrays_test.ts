import { assertEquals } from "@std/assert";
import { pickBands } from "../../datasets/sample_arrays.ts";

Deno.test("pickBands() takes bands of interleaved numbers in the order that is asked for", () => {
  const data = Uint16Array.of(1, 2, 3, 10, 20, 30);
  assertEquals(pickBands(data, 3, [2, 0]), Float32Array.of(3, 1, 30, 10));
  assertEquals(pickBands(data, 3, [0, 1, 2]), Float32Array.from(data));
  assertEquals(pickBands(data, 3, []), new Float32Array());
});
