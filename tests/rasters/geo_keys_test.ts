/** GeoKeys as GDAL writes them, and keys that lie. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, InputError } from "../../core/mod.ts";
import { alignment, openRaster, readRaster, writeCog } from "../../rasters/mod.ts";
import { parseGeoKeys } from "../../rasters/geo_keys.ts";
import { crsName } from "../../rasters/alignment.ts";
import { HAS_GDAL, shell } from "../gdal.ts";
import { inFolder, makeRaster } from "./cog_cases.ts";

Deno.test({
  name: "parseGeoKeys() has the EPSG code that GDAL has, and none for a CRS of its own parameters",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      await writeCog(`${folder}/a.tif`, makeRaster({ width: 20, height: 12 }));
      const systems: readonly (readonly [string, number | undefined])[] = [
        ["EPSG:32633", 32633],
        ["EPSG:3035", 3035],
        ["EPSG:4326", 4326],
        ["EPSG:3857", 3857],
        ["+proj=laea +lat_0=10 +lon_0=20 +datum=WGS84", undefined],
        ["+proj=laea +lat_0=10 +lon_0=25 +datum=WGS84", undefined],
      ];
      for (const [i, [system, epsg]] of systems.entries()) {
        await shell(`gdal_translate -q -a_srs '${system}' a.tif ${i}.tif`, folder);
        const { crs } = await readRaster(`${folder}/${i}.tif`);
        assertEquals(crs?.epsg, epsg, system);
        assert(epsg !== undefined || crsName(crs) !== "none", crsName(crs));
      }
      // Both have the geographic base EPSG:4326, and lie in different places.
      const own = await Promise.all([4, 5].map((i) => readRaster(`${folder}/${i}.tif`)));
      const names = { grid: "4.tif", other: "5.tif" };
      assertThrows(() => alignment(own[0]!, own[1]!, names), InputError, "the CRS must be");
      assertEquals(alignment(own[0]!, own[0]!, names), { column: 0, row: 0 });
    }),
});

const geoKeys = (...entries: readonly number[]) => ({
  directory: [1, 1, 0, entries.length / 4, ...entries],
});

Deno.test("parseGeoKeys() reads names and anchors, and leaves out entries without values", async () => {
  const ascii = "WGS 84 / UTM zone 33N|WGS 84|";
  const citation = { ...geoKeys(...[1024, 0, 1, 1], ...[1026, 34737, 22, 0]), ascii };
  assertEquals(await parseGeoKeys(citation), {
    isPixelIsPoint: false,
    name: "WGS 84 / UTM zone 33N",
  });
  const point = geoKeys(...[1024, 0, 1, 2], ...[1025, 0, 1, 2], ...[2048, 0, 1, 4326]);
  assertEquals(await parseGeoKeys(point), { isPixelIsPoint: true, epsg: 4326 });
  for (
    const lie of [
      [1026, 34737, 22, 60000],
      [1026, 34736, 22, 0],
      [1026, 999, 1, 0],
      [1026, 34737, 65535, 0],
    ]
  ) {
    assertEquals(await parseGeoKeys(geoKeys(...lie, ...[3072, 0, 1, 32633])), {
      isPixelIsPoint: false,
      epsg: 32633,
    });
  }
  const short = { directory: [1, 1, 0, 65535, 3072, 0, 1, 32633, 1025] };
  assertEquals((await parseGeoKeys(short)).epsg, 32633);
  for (const directory of [[], [1], [1, 1, 0], [1, 1, 0, 9]]) {
    assertEquals(await parseGeoKeys({ directory }), { isPixelIsPoint: false });
  }
});

Deno.test("parseGeoKeys() never fails on random keys", async () => {
  const rng = createRng(3);
  const known = [0, 34735, 34736, 34737, 1024, 1025, 1026, 2048, 3072, 3073, 32767, 65535];
  for (let round = 0; round < 2000; round++) {
    const values = rng.fork(round).uniforms(44);
    const directory = Array.from(
      values.slice(0, 4 + Math.floor(values[40]! * 36)),
      (value) => known[Math.floor(value * 24)] ?? Math.floor(value * 40),
    );
    const keys = await parseGeoKeys({ directory, doubles: [1, NaN], ascii: "a|b|" });
    assert(keys.epsg === undefined || Number.isInteger(keys.epsg));
  }
});

Deno.test("openRaster() bounds the number of GeoKeys before it reads them", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, makeRaster({ width: 20, height: 12 }));
    const bytes = await Deno.readFile(path);
    // As large as a file needs to be for a tag that claims 200,000 keys.
    const large = new Uint8Array(bytes.length + 400_000);
    large.set(bytes);
    const view = new DataView(large.buffer);
    const directory = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(directory, true); i++) {
      const at = directory + 2 + 12 * i;
      if (view.getUint16(at, true) === 34735) view.setUint32(at + 4, 200_000, true);
    }
    await Deno.writeFile(path, large);
    await assertRejects(() => openRaster(path), InputError, "must hold up to 65536 values");
  }));
