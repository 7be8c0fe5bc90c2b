import { assertEquals, assertRejects } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { openRaster, rasterInMemory, writeCog } from "../../rasters/mod.ts";

const raster: Raster = {
  width: 4,
  height: 3,
  bands: ["B02", "B8A"],
  data: Int16Array.from({ length: 24 }, (_, i) => i - 5),
  dtype: "int16",
  transform: [100, 10, 0, 900, 0, -20],
  nodata: -5,
  tags: { NAME: "a" },
};

const requests = [
  {},
  { bands: ["b8a"] },
  { bands: [1, 0, 1], window: { column: 1, row: 2, width: 3, height: 1 } },
  { window: { column: 3, row: 0, width: 1, height: 3 } },
];

Deno.test("rasterInMemory() reads as the file of the same raster does", async () => {
  const path = await Deno.makeTempFile({ suffix: ".tif" });
  await writeCog(path, raster, { overwrite: true });
  const [memory, file] = [rasterInMemory(raster), await openRaster(path)];
  assertEquals(memory.header, file.header);
  for (const request of requests) {
    assertEquals(await memory.read(request), await file.read(request));
  }
  await file.close();
  await file.close();
  await Deno.remove(path);
});

Deno.test("rasterInMemory() states the scales and offsets that it is given", () => {
  const extra = { scales: [1e-4, 1e-4], offsets: [-0.1, 0] };
  const { scales, offsets } = rasterInMemory(raster, extra).header;
  assertEquals({ scales, offsets }, extra);
});

Deno.test("rasterInMemory() refuses windows and bands that are not there", async () => {
  const file = rasterInMemory(raster);
  for (
    const window of [
      { column: 2, row: 0, width: 3, height: 1 },
      { column: -1, row: 0, width: 1, height: 1 },
      { column: 0, row: 0, width: 0, height: 1 },
      { column: 0.5, row: 0, width: 1, height: 1 },
    ]
  ) {
    await assertRejects(() => file.read({ window }), RangeError, "must lie inside 4×3 pixels");
  }
  await assertRejects(() => file.read({ bands: ["B03"] }), RangeError, "band B03, got B02, B8A");
  await assertRejects(() => file.read({ bands: [2] }), RangeError, "band 2, got B02, B8A");
  assertEquals(
    (await file.read({ window: { column: 0, row: 0, width: 1, height: 1 } })).data.length,
    2,
  );
});
