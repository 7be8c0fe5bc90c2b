import { assertEquals, assertThrows } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { decodePng, encodePng, joinPictures, quicklook } from "../../rasters/mod.ts";

const raster: Raster = {
  width: 2,
  height: 1,
  bands: ["B02", "B03", "B04"],
  dtype: "uint16",
  data: new Uint16Array([0, 1500, 3000, 300, 6000, 0]),
};

Deno.test("quicklook() shows B04, B03, B02 between low and high", () => {
  assertEquals(quicklook(raster), {
    width: 2,
    height: 1,
    channels: 3,
    data: new Uint8Array([255, 128, 0, 0, 255, 26]),
  });
  assertEquals(quicklook(raster, { bands: ["B3"], high: 6000 }).data, new Uint8Array([64, 255]));
  assertThrows(() => quicklook(raster, { bands: ["B02", "B03"] }), RangeError, "got 2");
});

Deno.test("joinPictures() puts pictures side by side", () => {
  const grey = quicklook(raster, { bands: ["B02"] });
  const joined = joinPictures([grey, quicklook(raster)], { gap: 1 });
  assertEquals([joined.width, joined.height], [5, 1]);
  assertEquals(Array.from(joined.data.slice(0, 12)), [
    0,
    0,
    0,
    26,
    26,
    26,
    255,
    255,
    255,
    255,
    128,
    0,
  ]);
  assertThrows(() => joinPictures([]), RangeError, "none");
});

Deno.test("PNG keeps every pixel", () => {
  const picture = quicklook(raster);
  assertEquals(decodePng(encodePng(picture)), picture);
});
