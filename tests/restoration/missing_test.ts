import { assertEquals } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { fillMissing, missingValues } from "../../restoration/missing.ts";

function row(...data: number[]): Raster {
  const values = Float32Array.from(data);
  return { width: data.length, height: 1, bands: ["1"], dtype: "float32", data: values, nodata: 0 };
}

Deno.test("missingValues() finds nodata and NaN, and nothing else", () => {
  assertEquals(missingValues(row(1, 0, NaN, 2)), new Uint8Array([0, 1, 1, 0]));
  assertEquals(missingValues(row(1, 2)), undefined);
});

Deno.test("fillMissing() takes the mean of the other dates, else the nearest pixel", () => {
  const frames = [row(5, 0, 0, 0, 9), row(5, 2, 0, 0, 0), row(5, 4, 0, 0, 0)];
  const filled = fillMissing(frames, { missing: frames.map(missingValues), fallback: 0 });
  assertEquals(filled[0], new Float32Array([5, 3, 3, 9, 9]));
  assertEquals(filled[1], new Float32Array([5, 2, 3, 9, 9]));
});

Deno.test("fillMissing() falls back for a band without any data", () => {
  const frames = [row(0, 0)];
  const filled = fillMissing(frames, { missing: frames.map(missingValues), fallback: 7 });
  assertEquals(filled[0], new Float32Array([7, 7]));
});
