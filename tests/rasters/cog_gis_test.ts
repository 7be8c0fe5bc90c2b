/** Colours, classes, units and times of written files, as GDAL reads them. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createCog, joinRows, openRaster, readRaster, writeCog } from "../../rasters/mod.ts";
import { acquisitionTime, tiffTime } from "../../rasters/acquisition_time.ts";
import { findPython, HAS_GDAL, inFolder, makeRaster, namesIn, run } from "./cog_cases.ts";

const CLASSES = [
  { name: "no data", color: [0, 0, 0] },
  { name: "clear & seen", color: [185, 191, 201] },
  { name: "guessed <here>", color: [232, 116, 59] },
] as const;

const BANDS = ["B01", "B02", "B03", "B04", "B05", "B08", "B10", "B11", "VV"];

const PYTHON = await findPython("osgeo_utils.samples.validate_cloud_optimized_geotiff");

interface GdalBand {
  readonly colorInterpretation: string;
  readonly description?: string;
  readonly unit?: string;
  readonly scale?: number;
  readonly offset?: number;
  readonly categories?: readonly string[];
  readonly colorTable?: { readonly entries: readonly (readonly number[])[] };
  readonly overviews?: readonly unknown[];
}

interface GdalInfo {
  readonly files: readonly string[];
  readonly metadata: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bands: readonly GdalBand[];
}

async function gdalInfo(path: string): Promise<GdalInfo> {
  const info = await run("gdalinfo", "-json", "-mdd", "all", path);
  assert(info?.success && info.err === "", info?.err);
  return JSON.parse(info.out);
}

/** The bits of GDAL's names that do not depend on its version: 3.10 knows the invisible bands. */
const visible = (color: string) => ["Red", "Green", "Blue"].includes(color) ? color : "other";

Deno.test({
  name: "GDAL reads colours, units, scales and the acquisition time of a written file",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/image.tif`;
      const each = <T>(value: T) => BANDS.map(() => value);
      await writeCog(path, makeRaster({ width: 300, height: 300, bands: BANDS }), {
        scales: each(1e-4),
        offsets: each(-0.1),
        units: BANDS.map((band) => band === "VV" ? "" : "reflectance"),
        acquired: "2018-07-05T10:30:31Z",
      });
      const { bands, metadata, files } = await gdalInfo(path);
      assertEquals(bands.map(({ colorInterpretation }) => visible(colorInterpretation)), [
        ...["other", "Blue", "Green", "Red", "other", "other", "other", "other", "other"],
      ]);
      assertEquals(bands.map(({ description }) => description), BANDS);
      assertEquals(bands.map(({ scale, offset }) => [scale, offset]), each([1e-4, -0.1]));
      assertEquals(bands[0]!.unit, "reflectance");
      assertEquals(bands[8]!.unit, undefined);
      assertEquals(metadata[""]!.TIFFTAG_DATETIME, "2018:07:05 10:30:31");
      assertEquals(metadata.IMAGERY!.ACQUISITIONDATETIME, "2018-07-05 10:30:31");
      assertEquals(files, [path]);
    }),
});

Deno.test({
  name: "GDAL shows one band, and bands of unknown names, in grey",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/image.tif`;
      for (const bands of [["B04"], ["1", "2"]]) {
        await writeCog(path, makeRaster({ width: 9, height: 9, bands }), { overwrite: true });
        assertEquals((await gdalInfo(path)).bands[0]!.colorInterpretation, "Gray");
      }
    }),
});

Deno.test({
  name: "GDAL reads the colours and names of classes, at every resolution",
  ignore: !HAS_GDAL || PYTHON === undefined,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/classes.tif`;
      const raster = makeRaster({ width: 600, height: 520, bands: ["class"], dtype: "uint8" });
      const data = raster.data.map((_, i) => i % 3);
      await writeCog(path, { ...raster, data }, { overviews: "nearest", classes: CLASSES });
      const { bands: [band], files } = await gdalInfo(path);
      assertEquals(band!.colorInterpretation, "Palette");
      assertEquals(band!.categories, CLASSES.map(({ name }) => name));
      assertEquals(
        band!.colorTable!.entries.slice(1, 3).map((entry) => entry.slice(0, 3)),
        CLASSES.slice(1).map(({ color }) => [...color]),
      );
      assertEquals(files, [path, `${path}.aux.xml`]);
      const script = `
import sys
from osgeo import gdal
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate
gdal.UseExceptions()
path = sys.argv[1]
warnings, errors, _ = validate(path, full_check=True)
file = gdal.Open(path)
overview = file.GetRasterBand(1).GetOverview(0)
print(warnings, errors, overview.GetColorTable().GetColorEntry(2)[:3])`;
      const checked = await run(PYTHON!, "-c", script, path);
      assert(checked?.success, checked?.err);
      assertEquals(checked.out.trim(), "[] [] (232, 116, 59)");
      assertEquals((await readRaster(path)).data, data);
    }),
});

Deno.test("openRaster() reads units and the acquisition time again, and joinRows() keeps them", () =>
  inFolder(async (folder) => {
    const parts = [`${folder}/1.tif`, `${folder}/2.tif`];
    const options = { units: ["reflectance", "K"], acquired: "2018-07-05", scales: [1e-4, 1] };
    const raster = makeRaster({ width: 20, height: 10 });
    const below = [499980, 10, 0, 4900020 - 100, 0, -10] as const;
    await writeCog(parts[0]!, raster, options);
    await writeCog(parts[1]!, { ...raster, transform: below }, options);
    await joinRows(parts, `${folder}/whole.tif`);
    for (const path of [parts[0]!, `${folder}/whole.tif`]) {
      const file = await openRaster(path);
      assertEquals(file.header.units, options.units);
      assertEquals(file.header.acquired, "2018-07-05 00:00:00");
      await file.close();
    }
    await writeCog(parts[1]!, { ...raster, transform: below }, {
      ...options,
      units: ["reflectance", ""],
      overwrite: true,
    });
    await assertRejects(() => joinRows(parts, `${folder}/other.tif`), TypeError, "units");
  }));

Deno.test("writeCog() leaves no sidecar of an earlier file, nor one of an aborted file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/classes.tif`;
    const raster = makeRaster({ width: 20, height: 10, bands: ["class"], dtype: "uint8" });
    const nodata = "<PAMDataset><PAMRasterBand band='1'><NoDataValue>7</NoDataValue>" +
      "</PAMRasterBand></PAMDataset>";
    await writeCog(path, raster);
    await Deno.writeTextFile(`${path}.aux.xml`, nodata);
    assertEquals((await readRaster(path)).nodata, 7);
    await writeCog(path, raster, { overwrite: true, classes: CLASSES });
    assertEquals((await readRaster(path)).nodata, 0);
    assertEquals(namesIn(folder), ["classes.tif", "classes.tif.aux.xml"]);
    await writeCog(path, raster, { overwrite: true });
    assertEquals(namesIn(folder), ["classes.tif"]);
    const { data: _data, ...header } = raster;
    const writer = await createCog(`${folder}/other.tif`, header, { classes: CLASSES });
    await writer.write(raster.data);
    await writer.complete();
    await writer.abort();
    assertEquals(namesIn(folder), ["classes.tif"]);
  }));

Deno.test("createCog() refuses classes of several bands or of wide pixels, and wrong times", () =>
  inFolder(async (folder) => {
    const refuse = async (
      raster: Parameters<typeof makeRaster>[0],
      options: object,
      text: string,
    ) =>
      await assertRejects(
        () => writeCog(`${folder}/a.tif`, makeRaster(raster), options),
        TypeError,
        text,
      );
    const size = { width: 4, height: 4 };
    await refuse({ ...size, dtype: "uint8" }, { classes: CLASSES }, "got 2 of uint8");
    await refuse({ ...size, bands: ["a"] }, { classes: CLASSES }, "got 1 of uint16");
    await refuse(size, { units: ["m"] }, "2 units");
    await refuse(size, { acquired: "5 July 2018" }, "2018-07-05T10:30:31Z");
    assertEquals(namesIn(folder), []);
  }));

Deno.test("tiffTime() and acquisitionTime() write a day as its midnight", () => {
  assertEquals(tiffTime("2018-07-05"), "2018:07:05 00:00:00");
  assertEquals(acquisitionTime("2018-07-05T10:30:31.024Z"), "2018-07-05 10:30:31");
  assertEquals(acquisitionTime("2018-07-05 10:30:31"), "2018-07-05 10:30:31");
  assertThrows(() => acquisitionTime("2018-07-05T10:30:31+02:00"), TypeError, "+02:00");
});
