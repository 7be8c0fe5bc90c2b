/** Georeferences that GDAL writes or understands: read as GDAL does, or refused with a command. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type GeoTransform, InputError } from "../../core/mod.ts";
import { openRaster, readRaster, writeCog } from "../../rasters/mod.ts";
import { HAS_GDAL, inFolder, makeRaster, run } from "./cog_cases.ts";

const { transform: _transform, ...PLAIN } = makeRaster({ width: 20, height: 12 });
const TRANSFORM: GeoTransform = [499980, 10, 0, 4900020, 0, -10];

const UTM_WKT = (await run("gdalsrsinfo", "-o", "wkt1", "--single-line", "EPSG:32633"))?.out.trim();

async function gdalTransform(path: string): Promise<readonly number[] | undefined> {
  const info = await run("gdalinfo", "-json", path);
  return JSON.parse(info!.out).geoTransform;
}

/** Replaces the values of a DOUBLE tag of a little-endian classic TIFF. */
async function setDoubles(path: string, tag: number, values: readonly number[]): Promise<void> {
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const at = directory + 2 + 12 * i;
    if (view.getUint16(at, true) !== tag) continue;
    const offset = view.getUint32(at + 8, true);
    values.forEach((value, j) => view.setFloat64(offset + 8 * j, value, true));
    await Deno.writeFile(path, bytes);
    return;
  }
  throw new Error(`no tag ${tag}`);
}

Deno.test({
  name: "a negative vertical pixel scale is read as GDAL does, north up",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.tif`;
      await writeCog(path, { ...PLAIN, transform: TRANSFORM });
      await setDoubles(path, 33550, [10, -10, 0]);
      await setDoubles(path, 33922, [3, 2, 0, 500010, 4900000, 0]);
      const { transform } = await readRaster(path);
      assertEquals(transform, TRANSFORM);
      assertEquals(transform, await gdalTransform(path) as GeoTransform);
    }),
});

Deno.test({
  name: "a world file is read as GDAL does, where the file has no transform",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.tif`;
      await writeCog(path, PLAIN);
      assertEquals((await readRaster(path)).transform, undefined);
      for (const extension of ["wld", "tifw", "tfw"]) {
        const shift = extension.length;
        await Deno.writeTextFile(
          `${folder}/a.${extension}`,
          `10.5\n0.25\n-0.5\n-9.75\n${500000 + shift}.125\n4900000.5\n`,
        );
        const { transform } = await readRaster(path);
        const expected = await gdalTransform(path);
        transform!.forEach((value, i) => assertAlmostEquals(value, expected![i]!, 1e-6));
      }
      await writeCog(path, { ...PLAIN, transform: TRANSFORM }, { overwrite: true });
      assertEquals((await readRaster(path)).transform, TRANSFORM);
      await writeCog(path, PLAIN, { overwrite: true });
      await Deno.writeTextFile(`${folder}/a.tfw`, "10 0 0 -10 500000");
      await assertRejects(() => openRaster(path), InputError, "a.tfw must hold six numbers, got");
    }),
});

Deno.test({
  name: "a transform beside the file is read as GDAL does, and a CRS there is refused",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.tif`;
      const aux = (content: string) =>
        Deno.writeTextFile(`${path}.aux.xml`, `<PAMDataset>${content}</PAMDataset>`);
      const transform =
        "<GeoTransform> 5.0e+05,  1.0e+01,  0,  4.9e+06,  0, -2.0e+01</GeoTransform>";
      await writeCog(path, { ...PLAIN, transform: TRANSFORM });
      await aux(transform);
      assertEquals((await readRaster(path)).transform, [5e5, 10, 0, 4.9e6, 0, -20]);
      assertEquals(await gdalTransform(path), [5e5, 10, 0, 4.9e6, 0, -20]);
      await aux("<GeoTransform>1, 2</GeoTransform>");
      await assertRejects(() => openRaster(path), InputError, "must be six numbers, got");
      const { crs: _crs, ...nowhere } = PLAIN;
      await writeCog(path, nowhere, { overwrite: true });
      await aux(`${transform}<SRS>${UTM_WKT}</SRS>`);
      const error = await assertRejects(() => openRaster(path), InputError);
      assert(error.message.includes(`gdal_translate ${path} OUT.tif`), error.message);
      const copied = await run("gdal_translate", path, `${folder}/out.tif`);
      assert(copied?.success, copied?.err);
      const { crs } = await readRaster(`${folder}/out.tif`);
      assertEquals(crs?.epsg, 32633);
    }),
});

Deno.test({
  name: "ground control points are refused with the command that warps the file",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const [plain, path] = [`${folder}/a.tif`, `${folder}/b.tif`];
      await writeCog(plain, PLAIN);
      const corners = [[0, 0], [20, 0], [0, 12], [20, 12]] as const;
      const points = corners.flatMap(([x, y]) =>
        ["-gcp", x, y, 500000 + 10 * x + 2 * y, 4900000 - 10 * y + 2 * x].map(String)
      );
      await run("gdal_translate", "-a_srs", "EPSG:32633", ...points, plain, path);
      const error = await assertRejects(() => openRaster(path), InputError);
      assert(error.message.includes("got 4 ground control points; warp it: "), error.message);
      const command = /gdalwarp[^;]*OUT\.tif/.exec(error.message)![0];
      const words = command.split(" ").map((word) =>
        word === "OUT.tif" ? `${folder}/out.tif` : word
      );
      const result = await run(words[0]!, ...words.slice(1));
      assert(result?.success, result?.err);
      const { transform, crs } = await readRaster(`${folder}/out.tif`);
      assertEquals(crs?.epsg, 32633);
      assertEquals(transform, await gdalTransform(`${folder}/out.tif`) as GeoTransform);
    }),
});

Deno.test({
  name: "rational polynomials are refused with the command that warps the file",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const [plain, path] = [`${folder}/a.tif`, `${folder}/b.tif`];
      const { crs: _crs, ...nowhere } = PLAIN;
      await writeCog(plain, nowhere);
      const zeros = (first: number) => [first, ...Array.from({ length: 19 }, () => 0)].join(" ");
      const line = [0, 0, -1, ...Array.from({ length: 17 }, () => 0)].join(" ");
      const sample = [0, 1, ...Array.from({ length: 18 }, () => 0)].join(" ");
      const rpc = {
        ...{ LINE_OFF: 6, SAMP_OFF: 10, LAT_OFF: 44, LONG_OFF: 15, HEIGHT_OFF: 0 },
        ...{ LINE_SCALE: 6, SAMP_SCALE: 10, LAT_SCALE: 0.01, LONG_SCALE: 0.01, HEIGHT_SCALE: 100 },
        ...{ LINE_NUM_COEFF: line, LINE_DEN_COEFF: zeros(1) },
        ...{ SAMP_NUM_COEFF: sample, SAMP_DEN_COEFF: zeros(1) },
      };
      const items = Object.entries(rpc).map(([key, value]) => `<MDI key="${key}">${value}</MDI>`);
      const vrt = `${folder}/a.vrt`;
      await run("gdal_translate", "-of", "VRT", plain, vrt);
      const text = await Deno.readTextFile(vrt);
      const metadata = `<Metadata domain="RPC">${items.join("")}</Metadata><VRTRasterBand`;
      await Deno.writeTextFile(vrt, text.replace("<VRTRasterBand", metadata));
      await run("gdal_translate", vrt, path);
      const error = await assertRejects(() => openRaster(path), InputError);
      assert(error.message.includes("got rational polynomials (RPC); warp it: "), error.message);
      const command = /gdalwarp[^;]*OUT\.tif/.exec(error.message)![0];
      const words = command.split(" ").map((word) =>
        word === "OUT.tif" ? `${folder}/out.tif` : word
      );
      const result = await run(words[0]!, ...words.slice(1));
      assert(result?.success, result?.err);
      assertEquals((await readRaster(`${folder}/out.tif`)).crs?.epsg, 4326);
    }),
});

Deno.test("openRaster() refuses damaged metadata beside a file, and reads only its own elements", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const data = new Uint16Array(16).fill(5);
    await writeCog(path, { width: 4, height: 4, bands: ["B02"], dtype: "uint16", data });
    const band = '<PAMRasterBand band="1"><NoDataValue>5</NoDataValue></PAMRasterBand>';
    const damaged = [
      `<PAMDataset>${band}`,
      `<PAMDataset>${band}</PAMDatas>`,
      `<PAMDataset><SRS mapping="2,1></SRS>${band}</PAMDataset>`,
      `<PAMDataset>${band}</PAMRasterBand></PAMDataset>`,
      `<PAMDataset><!-- ${band}</PAMDataset>`,
      "<a>".repeat(100),
    ];
    for (const xml of damaged) {
      await Deno.writeTextFile(`${path}.aux.xml`, xml);
      await assertRejects(() => openRaster(path), InputError, `its metadata in ${path}.aux.xml`);
    }
    await Deno.writeTextFile(
      `${path}.aux.xml`,
      `<PAMDataset>${band.replace('"1"', '"NaN"')}</PAMDataset>`,
    );
    await assertRejects(() => openRaster(path), InputError, "must number the bands");
    await Deno.writeTextFile(`${path}.aux.xml`, `<PAMDataset><Other>${band}</Other></PAMDataset>`);
    assertEquals((await readRaster(path)).nodata, undefined);
    await Deno.writeTextFile(`${path}.aux.xml`, `<?xml?><PAMDataset><!-- -->${band}</PAMDataset>`);
    assertEquals((await readRaster(path)).nodata, 5);
  }));
