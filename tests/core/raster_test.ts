import { assertEquals, assertThrows } from "@std/assert";
import { bandIndex, type DataType, dataTypeOf, pixelArray, type Raster } from "../../core/mod.ts";

const TYPES: readonly DataType[] = [
  "uint8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "float64",
];

Deno.test("pixelArray() gives zeros of each type, and dataTypeOf() names it", () => {
  for (const dtype of TYPES) {
    const pixels = pixelArray(dtype, 3);
    assertEquals([...pixels], [0, 0, 0]);
    assertEquals(dataTypeOf(pixels), dtype);
  }
});

Deno.test("dataTypeOf() refuses an array of another kind", () => {
  assertThrows(() => dataTypeOf([1] as unknown as Uint8Array), TypeError, "unknown");
});

Deno.test("bandIndex() finds a band by name and lists the bands otherwise", () => {
  const raster: Raster = {
    width: 1,
    height: 1,
    bands: ["B02", "B03"],
    data: new Uint16Array(2),
    dtype: "uint16",
  };
  assertEquals(bandIndex(raster, "B03"), 1);
  assertThrows(() => bandIndex(raster, "B8A"), RangeError, "B02, B03");
});
