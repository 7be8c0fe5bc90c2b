import { assertEquals } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { fillGaps } from "../../restoration/rows/fill_gaps.ts";
import { missingOf, missingValues } from "../../restoration/missing_values.ts";

function row(...data: number[]): Raster {
  const values = Float32Array.from(data);
  return { width: data.length, height: 1, bands: ["1"], dtype: "float32", data: values, nodata: 0 };
}

Deno.test("missingValues() finds nodata and NaN, and nothing else", () => {
  assertEquals(missingValues(row(1, 0, NaN, 2)), new Uint8Array([0, 1, 1, 0]));
  assertEquals(missingValues(row(1, 2)), undefined);
});

const band = (unit: string) => ({ name: "B02", unit });

Deno.test("missingOf() counts 0 where whole numbers stand for reflectance", () => {
  assertEquals(missingOf({ dtype: "uint16", nodata: 65535 }, [band("DN")]), [65535, 0]);
  assertEquals(missingOf({ dtype: "uint16" }, [band("reflectance")]), [0]);
  assertEquals(missingOf({ dtype: "float32" }, [band("reflectance")]), []);
  assertEquals(missingOf({ dtype: "uint8", nodata: 7 }, [band("dB")]), [7]);
});

Deno.test("fillGaps() takes the mean of the other dates, else the nearest pixel", () => {
  const of = (...data: number[]) => Float32Array.from(data, (value) => value === 0 ? NaN : value);
  const frames = [of(5, 0, 0, 0, 9), of(5, 2, 0, 0, 0), of(5, 4, 0, 0, 0)];
  fillGaps(frames, { width: 5, height: 1, fallback: [0] });
  assertEquals(frames[0], new Float32Array([5, 3, 3, 9, 9]));
  assertEquals(frames[1], new Float32Array([5, 2, 3, 9, 9]));
});

Deno.test("fillGaps() falls back, band by band, where there is no data at all", () => {
  const frame = new Float32Array([NaN, 1, NaN, NaN]);
  fillGaps([frame], { width: 2, height: 1, fallback: [7, 8] });
  assertEquals(frame, new Float32Array([7, 1, 7, 1]));
});
