/** `emrdm evaluate` of images in different units, at different places, or without band names. */

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { createRng, type DataType, pixelArray, type Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { HAS_GDAL, shell } from "../gdal.ts";
import { emrdm, inFolder } from "./run.ts";

const SIDE = 48;
const BANDS = ["B02", "B03", "B04", "B08"];
const UTM33 = {
  epsg: 32633,
  geoKeys: { directory: [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32633] },
};
const UTM34 = {
  epsg: 32634,
  geoKeys: { directory: [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32634] },
};

/** Digital numbers of a ground with texture, 300 to 2,800. */
const GROUND = createRng(5).uniforms(SIDE * SIDE * BANDS.length)
  .map((share) => 300 + Math.floor(2500 * share));

/** A raster of the ground, its values changed. */
function ground(
  change: (value: number) => number,
  { dtype = "uint16", ...more }: Partial<Raster> & { readonly dtype?: DataType } = {},
): Raster {
  const data = pixelArray(dtype, GROUND.length);
  GROUND.forEach((value, i) => data[i] = change(value));
  return {
    ...{ width: SIDE, height: SIDE, bands: BANDS },
    ...{ transform: [600000, 10, 0, 5300000, 0, -10], crs: UTM33 },
    ...more,
    dtype,
    data,
  };
}

/** PSNR of an image that is 20 DN off everywhere: the right answer of every case here. */
const PSNR = -20 * Math.log10(0.002);

/** Scores an image against another one. */
async function score(restored: string, clear: string, ...flags: readonly string[]) {
  const { code, out, err } = await emrdm(
    ...["evaluate", restored, clear, "--engine", "cpu", "--json", ...flags],
  );
  const psnr = code === 0 ? JSON.parse(out).means.restored.psnr as number : NaN;
  return { code, err, psnr };
}

const gdalTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !HAS_GDAL, fn });

const ITSELF = (value: number) => value;
const FLOAT = { dtype: "float32" } as const;
const OTHER_UNITS: readonly (readonly [string, string, Raster])[] = [
  ["float reflectance", "r.tif", ground((v) => (v + 20) / 10000, FLOAT)],
  ["digital numbers as floats", "r.tif", ground((v) => v + 20, FLOAT)],
  [
    "an offset by the product's name",
    "S2A_MSIL1C_20180507T100021_N0500_R122_T33TUG_20230904T162417.tif",
    ground((v) => v + 1020),
  ],
  [
    "an offset by a tag",
    "r.tif",
    ground((v) => v + 1020, { tags: { RADIO_ADD_OFFSET: "-1000", PRODUCT_TYPE: "S2MSI1C" } }),
  ],
  ["nodata and reflectance", "r.tif", ground((v) => (v + 20) / 10000, { ...FLOAT, nodata: -9999 })],
  ["no band names", "r.tif", ground((v) => v + 20, { bands: ["1", "2", "3", "4"] })],
];

for (const [what, name, image] of OTHER_UNITS) {
  Deno.test(`evaluate scores an image with ${what} in reflectance`, async () => {
    await inFolder(async (folder) => {
      await writeCog(`${folder}/clear.tif`, ground(ITSELF));
      await writeCog(`${folder}/${name}`, image);
      const { psnr, err } = await score(`${folder}/${name}`, `${folder}/clear.tif`);
      assertAlmostEquals(psnr, PSNR, 0.01, err);
      if (what !== "digital numbers as floats") {
        assertStringIncludes(err, `note: ${folder}/${name}`);
      }
      // The same in folders of images.
      for (const part of ["a", "b"]) await Deno.mkdir(`${folder}/${part}`);
      await Deno.rename(`${folder}/${name}`, `${folder}/a/${name}`);
      await Deno.rename(`${folder}/clear.tif`, `${folder}/b/${name}`);
      if (/_N0500_/.test(name)) return;
      assertAlmostEquals((await score(`${folder}/a`, `${folder}/b`)).psnr, PSNR, 0.01);
    });
  });
}

Deno.test("evaluate scores two images of reflectance, which are no digital numbers", async () => {
  await inFolder(async (folder) => {
    await writeCog(`${folder}/clear.tif`, ground((v) => v / 10000, FLOAT));
    await writeCog(`${folder}/r.tif`, ground((v) => (v + 20) / 10000, FLOAT));
    const { psnr } = await score(`${folder}/r.tif`, `${folder}/clear.tif`);
    assertAlmostEquals(psnr, PSNR, 0.01);
    // The user's scale counts more than the values.
    const given = await score(`${folder}/r.tif`, `${folder}/clear.tif`, "--reflectance-scale", "1");
    assertAlmostEquals(given.psnr, PSNR, 0.01);
  });
});

gdalTest("evaluate scores 8 bits next to 16, and scales that files state", async () => {
  await inFolder(async (folder) => {
    await writeCog(`${folder}/clear.tif`, ground(ITSELF));
    await writeCog(
      `${folder}/r8.tif`,
      ground((v) => Math.round(v / 10000 * 255), { dtype: "uint8" }),
    );
    // Rounding to 8 bits alone: a uniform error of 1/255 has an RMSE of 1/(255·√12).
    const rounded = await score(`${folder}/r8.tif`, `${folder}/clear.tif`);
    assertAlmostEquals(rounded.psnr, 20 * Math.log10(255 * Math.sqrt(12)), 0.2);
    // As Landsat's: 0.0000275 · DN − 0.2, stated by GDAL's scale and offset.
    const landsat = ground((v) => Math.round(((v + 20) / 10000 + 0.2) / 0.0000275));
    await writeCog(`${folder}/plain.tif`, landsat);
    const scaled = `${folder}/scaled.tif`;
    await shell(`gdal_translate -q -a_scale 0.0000275 -a_offset -0.2 plain.tif scaled.tif`, folder);
    assertAlmostEquals((await score(scaled, `${folder}/clear.tif`)).psnr, PSNR, 0.05);
  });
});

gdalTest("evaluate does not score what lies elsewhere", async () => {
  const at = (x: number, y: number): Raster["transform"] => [x, 10, 0, y, 0, -10];
  const others: readonly (readonly [string, Partial<Raster>])[] = [
    ["that begin 2 columns and 1 rows further", { transform: at(600020, 5299990) }],
    ["the CRS must be EPSG:32633, got EPSG:32634", { crs: UTM34 }],
    ["they must overlap", { transform: at(700000, 5300000) }],
    ["the pixels must lie on one grid", { transform: at(600005, 5300000) }],
    ["the pixels must lie on one grid", { transform: [600000, 20, 0, 5300000, 0, -20] }],
  ];
  await inFolder(async (folder) => {
    await writeCog(`${folder}/clear.tif`, ground(ITSELF));
    for (const [message, more] of others) {
      await writeCog(`${folder}/r.tif`, ground(ITSELF, more), { overwrite: true });
      const { code, err } = await score(`${folder}/r.tif`, `${folder}/clear.tif`);
      assertEquals(code, 3, err);
      assertStringIncludes(err, message);
      const command = /(gdalwarp .* )OUT\.tif/.exec(err)?.[1];
      if (command === undefined) continue;
      const out = `${folder}/out.tif`;
      await shell(`${command} -q -overwrite ${out}`);
      // The other zone lies elsewhere, so that no values are left to score.
      const after = (await score(out, `${folder}/clear.tif`)).err;
      assert(!/CRS|pixels|overlap/.test(after), after);
    }
  });
});

Deno.test("evaluate doubts values that look like another unit, though nothing is stated", async () => {
  await inFolder(async (folder) => {
    const [clear, r] = [`${folder}/clear.tif`, `${folder}/r.tif`];
    await writeCog(clear, ground(ITSELF));
    await writeCog(r, ground((v) => v + 1000));
    assertStringIncludes((await score(r, clear)).err, "may contain the offset of Sentinel-2");
    await writeCog(r, ground((v) => v / 100, FLOAT), { overwrite: true });
    assertStringIncludes((await score(r, clear)).err, "seem to be in different units");
    await writeCog(r, ground((v) => v + 20), { overwrite: true });
    assert(!/warning/.test((await score(r, clear)).err));
    await writeCog(`${folder}/cloudy.tif`, ground((v) => (v + 4000) / 10000, FLOAT));
    const dated = await score(r, clear, "--cloudy", `${folder}/cloudy.tif`);
    assertStringIncludes(dated.err, `note: ${folder}/cloudy.tif: values converted`);
    assert(!/warning: .*unit/.test(dated.err), dated.err);
  });
});

Deno.test("evaluate --restored takes reflectance for a dataset of digital numbers", async () => {
  await inFolder(async (folder) => {
    for (const part of ["data/clear", "data/cloudy", "theirs"]) {
      await Deno.mkdir(`${folder}/${part}`, { recursive: true });
    }
    await writeCog(`${folder}/data/clear/a.tif`, ground(ITSELF));
    await writeCog(`${folder}/data/cloudy/a.tif`, ground((v) => v + 3000));
    await writeCog(`${folder}/theirs/a.tif`, ground((v) => (v + 20) / 10000, FLOAT));
    const { out, err, code } = await emrdm(
      ...["evaluate", `${folder}/data`, "--restored", `${folder}/theirs`, "--method", "theirs"],
      ...["--engine", "cpu", "--json"],
    );
    assertEquals(code, 0, err);
    assertAlmostEquals(JSON.parse(out).means.theirs.psnr, PSNR, 0.01);
  });
});
