import { assertEquals } from "@std/assert";
import { halve } from "./halve.ts";

Deno.test("halve() takes the mean of the pixels with data", () => {
  const half = halve({
    width: 3,
    height: 3,
    bands: ["B02"],
    dtype: "uint16",
    nodata: 0,
    data: new Uint16Array([10, 20, 0, 31, 0, 0, 7, 8, 9]),
  });
  assertEquals([half.width, half.height, half.nodata], [2, 2, 0]);
  assertEquals(half.data, new Uint16Array([20, 0, 8, 9]));
});

Deno.test("halve() keeps fractions of floating point rasters and skips NaN", () => {
  const data = new Float32Array([1, 2, NaN, 4, NaN, NaN, NaN, NaN]);
  const half = halve({ width: 4, height: 2, bands: ["1"], dtype: "float32", data });
  assertEquals(half.data, new Float32Array([1.5, 4]));
});

Deno.test("halve() knows a nodata value that float32 rounds", () => {
  const data = new Float32Array([0.1, 2, 4, 0.1]);
  const half = halve({ width: 2, height: 2, bands: ["1"], dtype: "float32", nodata: 0.1, data });
  assertEquals(half.data, new Float32Array([3]));
});

Deno.test("halve() nearest keeps classes, also nodata", () => {
  const data = new Uint8Array([1, 2, 3, 2, 2, 2, 0, 9, 9]);
  const raster = {
    width: 3,
    height: 3,
    bands: ["class"],
    dtype: "uint8",
    nodata: 0,
    data,
  } as const;
  assertEquals(halve(raster, "nearest").data, new Uint8Array([1, 3, 0, 9]));
});
