/** Products of other missions: bands by meaning, scale, offset, fill, mask, date, or a refusal. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type DataType, InputError, pixelArray, SENTINEL2_NAMES } from "../../core/mod.ts";
import { dateOf, openScene, sentinel2Radiometry } from "../../products/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

const SIDE = 16;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes bands of one value each; the first row has the fill. */
async function write(
  path: string,
  { bands, values, dtype = "uint16", fill }: {
    readonly bands: readonly string[];
    readonly values: readonly number[];
    readonly dtype?: DataType;
    readonly fill?: number;
  },
): Promise<void> {
  const data = pixelArray(dtype, SIDE * SIDE * bands.length);
  for (let i = 0; i < data.length; i++) {
    const isFill = fill !== undefined && i < SIDE * bands.length;
    data[i] = isFill ? fill : values[i % bands.length]!;
  }
  const transform = [600000, 30, 0, 5300000, 0, -30] as const;
  await writeCog(path, { width: SIDE, height: SIDE, bands, data, dtype, transform });
}

/** Turns the band descriptions of a GeoTIFF into items that nobody reads. */
async function removeDescriptions(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const nameless = text.replaceAll('role="description"', 'role="nothingness"');
  await Deno.writeFile(path, Uint8Array.from(nameless, (char) => char.charCodeAt(0)));
}

/** Reflectance of the last pixel of each band, as a model gets it. */
async function reflectances(path: string) {
  const scene = await openScene(path);
  try {
    const { scales, offsets, evidence, warning } = await sentinel2Radiometry(scene);
    const { data, bands } = await scene.read();
    const last = data.length - bands.length;
    const values = bands.map((_, i) => data[last + i]! * scales[i]! + offsets[i]!);
    assertEquals(bands, scene.header.bands);
    return { scene, bands, values, evidence, warning };
  } finally {
    await scene.close();
  }
}

const LANDSAT = "LC08_L2SP_192030_20180507_20200901_02_T1";

Deno.test("openScene() reads Landsat Collection 2 by its name: stack, folder and bands alone", async () => {
  await inFolder(async (folder) => {
    const dn = (reflectance: number) => Math.round((reflectance + 0.2) / 0.0000275);
    const own = ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"];
    const meaning = ["B01", "B02", "B03", "B04", "B8A", "B11", "B12"];
    const truth = [0.02, 0.03, 0.05, 0.06, 0.4, 0.25, 0.12];
    const values = truth.map(dn);
    await write(`${folder}/${LANDSAT}_SR_stack.tif`, { bands: own, values, fill: 0 });
    await write(`${folder}/my_landsat.tif`, { bands: own, values });
    await Deno.mkdir(`${folder}/${LANDSAT}`);
    const bandFile = (name: string) => `${folder}/${LANDSAT}/${LANDSAT}_${name}.TIF`;
    for (const [i, band] of own.entries()) {
      await write(bandFile(band), { bands: ["1"], values: [values[i]!] });
    }
    for (const other of ["ST_B10", "QA_PIXEL", "QA_RADSAT", "SR_QA_AEROSOL"]) {
      await write(bandFile(other), { bands: ["1"], values: [21824] });
    }
    for (
      const path of [
        `${folder}/${LANDSAT}_SR_stack.tif`,
        `${folder}/my_landsat.tif`,
        `${folder}/${LANDSAT}`,
      ]
    ) {
      const found = await reflectances(path);
      assertEquals(found.bands, meaning, path);
      found.values.forEach((value, i) => assertAlmostEquals(value, truth[i]!, 0.0000275));
      assertStringIncludes(found.evidence, "scale 0.0000275, offset -0.2 of Landsat Collection 2");
      assertEquals([found.scene.product.level, found.warning], ["L2A", undefined]);
    }
    const stack = await openScene(`${folder}/${LANDSAT}_SR_stack.tif`);
    await stack.close();
    assertEquals([stack.header.nodata, stack.renamed[3]], [0, "SR_B4 as B04"]);
    const whole = await openScene(`${folder}/${LANDSAT}`);
    await whole.close();
    assertEquals(whole.classification, bandFile("QA_PIXEL"));
    // A result's tags do not call it Sentinel-2.
    assertEquals(whole.header.tags?.PRODUCT_TYPE, undefined);
    // One band by its file name; the user's names stay.
    const single = await openScene(bandFile("SR_B5"));
    await single.close();
    assertEquals(single.header.bands, ["B8A"]);
    const named = await openScene(bandFile("SR_B5"), { bandNames: ["B08"] });
    await named.close();
    assertEquals(named.header.bands, ["B08"]);
  });
});

Deno.test("openScene() keeps the scale that a file states, and floats as they are", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/${LANDSAT}_SR_B4.tif`;
    const raster = {
      width: 16,
      height: 16,
      bands: ["SR_B4"],
      data: new Uint16Array(256).fill(2000),
      dtype: "uint16",
    } as const;
    await writeCog(path, raster, { scales: [0.0001], offsets: [0] });
    const stated = await reflectances(path);
    assertAlmostEquals(stated.values[0]!, 0.2, 1e-9);
    assertStringIncludes(stated.evidence, "stated in the file");
    const float = `${folder}/${LANDSAT}_reflectance.tif`;
    await write(float, { bands: ["SR_B4"], values: [0.25], dtype: "float32" });
    assertAlmostEquals((await reflectances(float)).values[0]!, 0.25, 1e-6);
  });
});

Deno.test("openScene() refuses integer values that are no reflectance", async () => {
  await inFolder(async (folder) => {
    const refused = {
      "LC08_L1TP_192030_20180507_20200901_02_T1_B4.TIF": "MTL file",
      "LC08_L1TP_192030_20180507_20180517_01_T1_sr_band4.tif": "Landsat Collection 1",
      "20180507_100021_0e20_3B_AnalyticMS.tif": "radiance",
      "20220507_100021_12_2470_3B_AnalyticMS_8b.tif": "radiance",
      "20180507_100021_0e20_3B_Visual.tif": "a picture of 8 bits",
      "20180507_100021_0e20_3B_udm2.tif": "it is a mask",
    };
    for (const [name, words] of Object.entries(refused)) {
      await write(`${folder}/${name}`, { bands: ["1"], values: [9000] });
      await assertRejects(() => openScene(`${folder}/${name}`), InputError, words);
    }
    const converted = `${folder}/LC08_L1TP_192030_20180507_20200901_02_T1_toa.tif`;
    await write(converted, { bands: ["B4"], values: [0.2], dtype: "float32" });
    assertEquals((await reflectances(converted)).bands, ["B04"]);
  });
});

Deno.test("openScene() reads HLS: S30 and L30 name their bands differently", async () => {
  await inFolder(async (folder) => {
    const cases = {
      S30: {
        files: ["B01", "B02", "B03", "B04", "B05", "B08", "B8A", "B11", "B12"],
        bands: ["B01", "B02", "B03", "B04", "B05", "B08", "B8A", "B11", "B12"],
      },
      L30: {
        files: ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B09", "B10", "B11"],
        bands: ["B01", "B02", "B03", "B04", "B8A", "B10", "B11", "B12"],
      },
    };
    for (const [kind, { files, bands }] of Object.entries(cases)) {
      const name = `HLS.${kind}.T33TUG.2018127T100021.v2.0`;
      await Deno.mkdir(`${folder}/${name}`);
      for (const band of [...files, "Fmask", "SAA", "SZA"]) {
        const values = [500 + 100 * files.indexOf(band)];
        await write(`${folder}/${name}/${name}.${band}.tif`, {
          bands: ["1"],
          values,
          dtype: "int16",
        });
      }
      const found = await reflectances(`${folder}/${name}`);
      assertEquals(found.bands, bands);
      // Order of the bands' meanings, not of the files.
      const nir = files.indexOf(kind === "L30" ? "B05" : "B8A");
      assertAlmostEquals(found.values[bands.indexOf("B8A")]!, 0.05 + 0.01 * nir, 1e-9);
      assertEquals(found.scene.header.nodata, -9999);
      assertEquals(found.scene.classification, `${folder}/${name}/${name}.Fmask.tif`);
      assertEquals(dateOf(`${folder}/${name}`), "2018-05-07");
      assertEquals([found.scene.product.level, found.warning], ["L2A", undefined]);
    }
  });
});

Deno.test("openScene() reads Theia's products: -10000 is no data, FRE comes before SRE", async () => {
  await inFolder(async (folder) => {
    const name = "SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2";
    await Deno.mkdir(`${folder}/${name}/MASKS`, { recursive: true });
    for (const [kind, value] of [["SRE", 900], ["FRE", 500]] as const) {
      for (const band of ["B2", "B3", "B4", "B8A"]) {
        await write(`${folder}/${name}/${name}_${kind}_${band}.tif`, {
          bands: ["1"],
          values: [value],
          dtype: "int16",
          fill: -10000,
        });
      }
    }
    for (const mask of ["CLM_R1", "CLM_R2", "DTF_R1-B02"]) {
      await write(`${folder}/${name}/MASKS/${name}_${mask}.tif`, { bands: ["1"], values: [0] });
    }
    const found = await reflectances(`${folder}/${name}`);
    assertEquals(found.bands, ["B02", "B03", "B04", "B8A"]);
    assertEquals(found.scene.header.nodata, -10000);
    for (const value of found.values) assertAlmostEquals(value, 0.05, 1e-9);
    assertStringIncludes(found.evidence, "Theia MUSCATE L2A");
    assert(found.scene.classification?.endsWith(`MASKS/${name}_CLM_R1.tif`));
  });
});

Deno.test("openScene() names the bands of PlanetScope, 4 and 8, nameless or described", async () => {
  await inFolder(async (folder) => {
    const eight = ["B01", "B02", "GREEN_I", "B03", "YELLOW", "B04", "B05", "B8A"];
    const described = [
      "coastal_blue",
      "blue",
      "green_i",
      "green",
      "yellow",
      "red",
      "rededge",
      "nir",
    ];
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}`);
    const cases = [
      ["20180507_100021_0e20_3B_AnalyticMS_SR.tif", numbers(4), ["B02", "B03", "B04", "B08"]],
      [
        "20180507_100021_0e20_3B_AnalyticMS_SR_clip.tif",
        ["blue", "green", "red", "nir"],
        ["B02", "B03", "B04", "B08"],
      ],
      ["20220507_100021_12_2470_3B_AnalyticMS_SR_8b.tif", numbers(8), eight],
      ["20220507_100021_12_2470_3B_AnalyticMS_SR_8b_harmonized_clip.tif", described, eight],
    ] as const;
    for (const [name, bands, meaning] of cases) {
      const values = bands.map((_, i) => 300 + 100 * i);
      await write(`${folder}/${name}`, { bands, values, fill: 0 });
      const found = await reflectances(`${folder}/${name}`);
      assertEquals(found.bands.map((band) => band.toUpperCase()), meaning);
      assertAlmostEquals(found.values.at(-1)!, values.at(-1)! / 10000, 1e-9);
      assertEquals([found.scene.header.nodata, found.scene.product.level], [0, "L2A"]);
    }
  });
});

Deno.test("sentinel2Radiometry() warns of reflectances that cannot be", async () => {
  await inFolder(async (folder) => {
    const bands = ["B02", "B03", "B04", "B08"];
    const cases: Readonly<Record<string, readonly [Parameters<typeof write>[1], string]>> = {
      "landsat_scale.tif": [{ bands, values: [8400, 9100, 9500, 17000] }, "reflectance of 0.84"],
      "bright.tif": [{ bands, values: [300, 30000, 30000, 30000] }, "above 3, which is impossible"],
      "minus.tif": [
        { bands, values: [300, 400, 500, 3000], dtype: "int16", fill: -10000 },
        "down to -1, which is impossible",
      ],
      "bytes.tif": [{ bands, values: [20, 30, 40, 120] }, "reflectance of 0.012"],
      "float.tif": [
        { bands, values: [0.1, 0.1, 0.1, 0.3], dtype: "float32", fill: -9.999 },
        "down to -10",
      ],
    };
    for (const [name, [options, words]] of Object.entries(cases)) {
      await write(`${folder}/${name}`, options);
      const { warning } = await reflectances(`${folder}/${name}`);
      assertStringIncludes(warning ?? "none", words, name);
    }
    await write(`${folder}/usual.tif`, { bands, values: [300, 400, 500, 3000] });
    assertEquals((await reflectances(`${folder}/usual.tif`)).warning, undefined);
  });
});

Deno.test("sentinel2Radiometry() warns where 13 nameless bands are not those of L1C", async () => {
  await inFolder(async (folder) => {
    const l1c = [900, 700, 850, 800, 1300, 2300, 2700, 2800, 3000, 900, 12, 2200, 1500];
    const l2a = l1c.toSpliced(10, 1);
    const cases = {
      "l1c.tif": [l1c, undefined],
      "l2a_and_mask.tif": [[...l2a, 1], "B12 has the same value everywhere"],
      "l2a_and_aerosol.tif": [[...l2a, 150], "B10, which sees only high clouds, is brighter"],
    } as const;
    for (const [name, [values, words]] of Object.entries(cases)) {
      const data = Uint16Array.from(
        { length: SIDE * SIDE * 13 },
        // A mask is the same everywhere; other bands vary.
        (_, i) => values[i % 13]! + (values[i % 13] === 1 ? 0 : Math.floor(i / 13) % 7),
      );
      const path = `${folder}/${name}`;
      const bands = l1c.map((_, i) => `${i + 1}`);
      await writeCog(path, { width: SIDE, height: SIDE, bands, data, dtype: "uint16" });
      await removeDescriptions(path);
      const { scene, warning } = await reflectances(path);
      assertEquals([scene.header.assumedBands, scene.header.bands[10]], [true, "B10"]);
      if (words === undefined) assertEquals(warning, undefined);
      else assertStringIncludes(warning ?? "none", words);
    }
    const path = `${folder}/described.tif`;
    await write(path, { bands: SENTINEL2_NAMES, values: [...l2a, 1] });
    assertEquals((await reflectances(path)).warning, undefined);
  });
});
