import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { OutputError } from "../../core/mod.ts";
import { openRaster, readRaster, writeCog } from "../../rasters/mod.ts";
import { DTYPES, HAS_GDAL, inFolder, makeRaster, namesIn, UTM } from "./cog_cases.ts";

for (const dtype of DTYPES) {
  for (const bigTiff of [false, true]) {
    Deno.test(`writeCog() keeps every ${dtype} ${bigTiff ? "in BigTIFF" : "in TIFF"}`, () =>
      inFolder(async (folder) => {
        const path = `${folder}/image.tif`;
        const raster = makeRaster({ width: 300, height: 270, dtype });
        await writeCog(path, raster, { tileSize: 256, bigTiff });
        const { tags: _tags, ...expected } = raster;
        const { tags: _, ...found } = await readRaster(path);
        assertEquals(found, expected);
      }));
  }
}

Deno.test("writeCog() keeps tags, scales, offsets and names with any characters", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    const raster = makeRaster({ width: 5, height: 4, bands: ["B8A", 'a<b & "c"'] });
    const tags = { EMRDM_NOTE: "{\"x\": 'a < b && c > d'}" };
    await writeCog(path, raster, { tags, scales: [1e-4, 2], offsets: [0, -0.1] });
    const file = await openRaster(path);
    await file.close();
    assertEquals(file.header.bands, raster.bands);
    assertEquals(file.header.tags, { ...raster.tags, ...tags });
    assertEquals([file.header.scales, file.header.offsets], [[1e-4, 2], [0, -0.1]]);
  }));

Deno.test("writeCog() keeps rotated transforms and grids of pixel centres", () =>
  inFolder(async (folder) => {
    const rotated = [10, 2, 0.5, 20, 0.3, -3] as const;
    const directory = UTM.geoKeys.directory.slice();
    directory[11] = 2; // GTRasterTypeGeoKey = PixelIsPoint
    const point = { ...UTM, geoKeys: { directory } };
    for (
      const [name, change] of Object.entries({
        rotated: { transform: rotated },
        point: { crs: point },
      })
    ) {
      const raster = { ...makeRaster({ width: 4, height: 3 }), ...change };
      await writeCog(`${folder}/${name}.tif`, raster);
      const found = await readRaster(`${folder}/${name}.tif`);
      assertEquals([found.transform, found.crs], [raster.transform, raster.crs]);
    }
  }));

Deno.test("writeCog() replaces a file only when told to, and leaves no temporary file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    const [first, second] = [
      makeRaster({ width: 3, height: 2 }),
      makeRaster({ width: 4, height: 2 }),
    ];
    await writeCog(path, first);
    await assertRejects(() => writeCog(path, second), OutputError, "exists");
    assertEquals((await readRaster(path)).width, 3);
    await writeCog(path, second, { overwrite: true });
    assertEquals((await readRaster(path)).width, 4);
    assertEquals(namesIn(folder), ["image.tif"]);
  }));

Deno.test("writeCog() refuses pixels that are not what the raster states", () =>
  inFolder(async (folder) => {
    const raster = makeRaster({ width: 3, height: 2 });
    const path = `${folder}/image.tif`;
    await assertRejects(() => writeCog(path, { ...raster, width: 4 }), TypeError, "2×4×2");
    await assertRejects(() => writeCog(path, { ...raster, dtype: "int16" }), TypeError, "int16");
    await assertRejects(() => writeCog(path, raster, { scales: [1] }), TypeError, "2 scales");
    assertEquals(namesIn(folder), []);
  }));

Deno.test({
  name: "gdalinfo sees a COG with CRS, transform, nodata, names, tags and overviews",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/image.tif`;
      const raster = makeRaster({ width: 700, height: 600 });
      await writeCog(path, raster, { tags: { NOTE: 'a < b & "c"' }, scales: [1e-4, 1e-4] });
      const { stdout } = await new Deno.Command("gdalinfo", { args: ["-json", "-checksum", path] })
        .output();
      const info = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(info.size, [700, 600]);
      assertEquals(info.geoTransform, [499980, 10, 0, 4900020, 0, -10]);
      assertStringIncludes(info.coordinateSystem.wkt, "UTM zone 33N");
      assertEquals(info.metadata[""].NOTE, 'a < b & "c"');
      assertEquals(info.metadata.IMAGE_STRUCTURE.LAYOUT, "COG");
      for (const [i, band] of info.bands.entries()) {
        assertEquals(band.description, raster.bands[i]);
        assertEquals([band.noDataValue, band.scale], [0, 1e-4]);
        assertEquals(band.overviews.map((overview: { size: number[] }) => overview.size), [
          [350, 300],
        ]);
        assert(band.checksum > 0);
      }
    }),
});

Deno.test({
  name: "GDAL reads the same pixels from a COG as were written",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      for (const dtype of ["uint16", "float32"] as const) {
        const raster = { ...makeRaster({ width: 300, height: 270, dtype }), nodata: -1 };
        await writeCog(`${folder}/${dtype}.tif`, raster, { tileSize: 256 });
        const args = ["-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", `${folder}/${dtype}.tif`];
        const { success } = await new Deno.Command("gdal_translate", {
          args: [...args, `${folder}/${dtype}.raw`],
        }).output();
        assert(success);
        const bytes = await Deno.readFile(`${folder}/${dtype}.raw`);
        const found = dtype === "uint16"
          ? new Uint16Array(bytes.buffer)
          : new Float32Array(bytes.buffer);
        assertEquals(found, raster.data as typeof found);
      }
    }),
});
