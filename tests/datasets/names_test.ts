import { assertEquals, assertThrows } from "@std/assert";
import { bandOfFileName, normalizeBand, sentinel2Band } from "../../core/mod.ts";
import { dateOf } from "../../products/mod.ts";

Deno.test("normalizeBand() knows the usual spellings", () => {
  assertEquals(
    ["B1", "b02", "B8a", "B08", "B12", "nir", " R ", "VV"].map(normalizeBand),
    ["B01", "B02", "B8A", "B08", "B12", "B08", "B04", "VV"],
  );
});

Deno.test("bandOfFileName() finds the band at the end of a name", () => {
  assertEquals(
    ["B02.tif", "T33UUP_20170101T100031_B8A_20m.jp2", "x_B1.TIFF", "mask.tif", "B02_old.tif"]
      .map(bandOfFileName),
    ["B02", "B8A", "B01", undefined, undefined],
  );
});

Deno.test("sentinel2Band() gives wavelength and resolution, and lists what is known", () => {
  assertEquals(sentinel2Band("B11"), { name: "B11", wavelength: 1613.7, resolution: 20 });
  assertThrows(() => sentinel2Band("VV"), RangeError, "B8A");
});

Deno.test("dateOf() finds dates in file names and folders", () => {
  const product = "S2B_MSIL2A_20240424T054639_N0510_R048_T43SCS_20240424T080948.SAFE";
  assertEquals(dateOf(product), "2024-04-24");
  assertEquals(dateOf("s2_ROIs2017_146_ImgNo_5_2018-03-07_patch_0.tif"), "2018-03-07");
  assertEquals(dateOf("oscd/paris/20161130/B02.tif"), "2016-11-30");
  assertEquals(dateOf("a/2019-01-02/20180307.tif"), "2018-03-07");
  assertEquals(dateOf("20181399_123456789.tif"), undefined);
});
