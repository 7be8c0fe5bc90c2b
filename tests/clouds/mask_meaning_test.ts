/** Masks say what they mean: known products, bits, limits, shares, and what is doubtful. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type DataType, InputError, pixelArray } from "../../core/mod.ts";
import { MASK_UNKNOWN, type MaskMeaning, openClassMask } from "../../clouds/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

const U = MASK_UNKNOWN;

interface Given extends MaskMeaning {
  readonly name?: string;
  /** Values of a row of pixels; lists of one value per band for several bands. */
  readonly values: readonly number[];
  readonly classes?: readonly number[];
  readonly bands?: readonly string[];
  readonly dtype?: DataType;
  readonly nodata?: number;
}

/** Classes, summary and warnings of a mask of one row. */
async function read(
  { name = "mask.tif", values, classes, bands = ["1"], dtype = "uint8", nodata, ...meaning }: Given,
) {
  const folder = await Deno.makeTempDir();
  try {
    const width = values.length / bands.length;
    const data = pixelArray(dtype, values.length);
    values.forEach((value, i) => data[i] = value);
    const raster = {
      width,
      height: 1,
      bands,
      data,
      dtype,
      ...(nodata !== undefined && { nodata }),
    };
    await writeCog(`${folder}/${name}`, raster);
    const grid = { width, height: 1, bands: ["B02"], dtype: "uint16" } as const;
    const mask = await openClassMask(`${folder}/${name}`, {
      ...meaning,
      grid,
      ...(classes && { values: classes }),
    });
    const found = Array.from(await mask.read({ column: 0, row: 0, width, height: 1 }));
    await mask.close();
    return { found, summary: mask.summary, warnings: mask.warnings };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Masks of known products: file, values, and the class of each. */
const KNOWN: Readonly<Record<string, Given & { readonly expected: readonly number[] }>> = {
  SCL: {
    name: "T33TUG_20180507T100021_SCL_20m.tif",
    values: [0, 3, 4, 8, 9, 10, 11, 5],
    expected: [U, 3, 0, 1, 1, 2, 0, 0],
  },
  "SCL by its band": {
    bands: ["AOT", "SCL"],
    values: [7, 3, 7, 4, 7, 9],
    expected: [3, 0, 1],
  },
  QA60: {
    name: "S2_QA60.tif",
    dtype: "uint16",
    values: [0, 1024, 2048, 3072],
    expected: [0, 1, 2, 1],
  },
  // Cloud, clear water, clear land, shadow, fill, dilated cloud, cirrus.
  QA_PIXEL: {
    name: "LC08_L2SP_192030_20180507_20200901_02_T1_QA_PIXEL.TIF",
    dtype: "uint16",
    nodata: 1,
    values: [22280, 21952, 21824, 23888, 1, 21826, 54596],
    expected: [1, 0, 0, 3, U, 1, 2],
  },
  // Clear, cloud, cloud shadow of high and of low confidence, cirrus, fill (LC08, Collection 1).
  BQA: {
    name: "LC08_L1TP_192030_20180507_20180517_01_T1_BQA.TIF",
    dtype: "uint16",
    values: [2720, 2800, 2976, 2720 | 128, 6816, 1],
    expected: [0, 1, 3, 0, 1, U],
  },
  // Clear, water, cloud shadow, cloud, cirrus of high confidence, snow, fill.
  "pixel_qa of Collection 1": {
    name: "LC08_L1TP_192030_20180507_20180517_01_T1_pixel_qa.tif",
    dtype: "uint16",
    values: [322, 324, 328, 480, 834, 336, 1],
    expected: [0, 0, 3, 1, 1, 0, U],
  },
  // Opaque cloud, cirrus, snow.
  MSK_CLASSI: {
    name: "MSK_CLASSI_B00.tif",
    bands: ["1", "2", "3"],
    values: [...[0, 0, 0], ...[1, 0, 0], ...[0, 1, 0], ...[0, 0, 1], ...[1, 0, 1]],
    expected: [0, 1, 1, 0, 1],
  },
  // Aerosol alone, cloud, shadow, water, next to cloud, fill.
  Fmask: {
    name: "HLS.L30.T33TUG.2018127T100021.v2.0.Fmask.tif",
    nodata: 255,
    values: [64, 194, 72, 224, 68, 255],
    expected: [0, 1, 3, 0, 0, U],
  },
  "CLM of Theia": {
    name: "SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2_CLM_R1.tif",
    values: [0, 1, 3, 33, 16, 128, 17],
    expected: [0, 1, 1, 3, 2, 2, 2],
  },
  OmniCloudMask: { name: "scene_OCM_v1.tif", values: [0, 1, 2, 3], expected: [0, 1, 2, 3] },
  s2cloudless: { name: "x_s2cloudless.tif", values: [0, 1, 255], expected: [0, 1, U] },
  "CLM of Sentinel Hub": { bands: ["CLM", "CLP"], values: [0, 9, 1, 9], expected: [0, 1] },
  CLP: { name: "x_CLP.tif", values: [0, 102, 103, 255], expected: [0, 0, 1, 1] },
  MSK_CLDPRB: { name: "MSK_CLDPRB_20m.tif", values: [0, 40, 41, 100], expected: [0, 0, 1, 1] },
  // Clear, snow, shadow, light haze, heavy haze, cloud, confidence, UDM.
  UDM2: {
    name: "20180507_100021_0e20_3B_udm2.tif",
    bands: Array.from({ length: 8 }, (_, i) => `${i + 1}`),
    values: [
      ...[1, 0, 0, 0, 0, 0, 90, 0],
      ...[0, 1, 0, 0, 0, 0, 90, 0],
      ...[0, 0, 1, 0, 0, 0, 90, 0],
      ...[0, 0, 0, 1, 0, 0, 90, 0],
      ...[0, 0, 0, 0, 0, 1, 90, 2],
      ...[0, 0, 0, 0, 0, 0, 0, 1],
      ...[1, 0, 0, 0, 0, 0, 90, 4],
    ],
    expected: [0, 0, 3, 2, 1, U, 0],
  },
};

for (const [name, { expected, ...given }] of Object.entries(KNOWN)) {
  Deno.test(`openClassMask() knows ${name}`, async () => {
    const { found, warnings } = await read(given);
    assertEquals(found, expected);
    assertEquals(warnings, []);
  });
}

Deno.test("openClassMask() says what it hides, class by class", async () => {
  const scl = await read({
    name: "a_SCL.tif",
    values: [0, 3, 4, 4, 4, 8, 8, 8, 9, 9],
  });
  assertEquals(
    scl.summary,
    "SCL: hides 60 % (cloud, medium probability (8) 30 %, cloud, high probability (9) 20 %, " +
      "cloud shadow (3) 10 %), 10 % unknown",
  );
  const bits = await read({
    name: "LC08_L2SP_192030_20180507_20200901_02_T1_QA_PIXEL.TIF",
    dtype: "uint16",
    values: [22280, 21952, 21824, 23888],
  });
  assertEquals(
    bits.summary,
    "QA_PIXEL, bits: hides 50 % (cloud (bit 3) 25 %, cloud shadow (bit 4) 25 %)",
  );
  const plain = await read({ values: [0, 0, 0, 1] });
  assertEquals(plain.summary, "plain mask: hides 25 % (1 25 %)");
});

Deno.test("openClassMask() takes bits and limits that are given", async () => {
  const bits = await read({ values: [0, 1, 2, 4, 8, 12], bits: [2, 3] });
  assertEquals(bits.found, [0, 0, 0, 1, 1, 1]);
  const name = "LC08_L2SP_192030_20180507_20200901_02_T1_QA_PIXEL.TIF";
  const shadow = await read({ name, dtype: "uint16", values: [22280, 23888], bits: [4] });
  assertEquals(shadow.found, [0, 3]);
  const limit = await read({ dtype: "float32", values: [0.2, 0.5, 0.6, NaN], above: 0.5 });
  assertEquals(limit.found, [0, 0, 1, U]);
  assertStringIncludes(limit.summary, "hides 25 % (values above 0.5), 25 % unknown");
  const many = Array.from({ length: 6000 }, (_, i) => i / 6000);
  const fine = await read({ dtype: "float32", values: many, above: 0.75 });
  assertEquals(fine.found.reduce((sum, value) => sum + value, 0), 1499);
});

Deno.test("openClassMask() refuses values of which it cannot know the meaning", async () => {
  const refused: readonly (readonly [Given, string])[] = [
    [{ values: [21824, 22280, 21952], dtype: "uint16" }, "--mask-bits"],
    [{ values: Array.from({ length: 40 }, (_, i) => 5 * i) }, "--mask-above 50"],
    [{ values: [0, 0.25, 0.9], dtype: "float32" }, "if they are probabilities"],
    [{ values: [0, -9999, 1], dtype: "int16" }, "no classes"],
  ];
  for (const [given, words] of refused) {
    await assertRejects(() => read(given), InputError, words);
    await read({ ...given, classes: [1] });
    await read({ ...given, above: 1 });
  }
});

Deno.test("openClassMask() takes nodata 0 of a mask in which 0 is clear for clear, and warns", async () => {
  const given = { values: [0, 0, 1, 1], nodata: 0 };
  for (const extra of [{}, { classes: [1] }, { bits: [0] }, { name: "x_s2cloudless.tif" }]) {
    const { found, warnings } = await read({ ...given, ...extra });
    assertEquals(found, [0, 0, 1, 1]);
    assertStringIncludes(warnings.join(), "it states nodata 0");
  }
  // In a scene classification 0 is no data.
  const scl = await read({ name: "a_SCL.tif", values: [0, 4, 9], nodata: 0 });
  assertEquals([scl.found, scl.warnings], [[U, 0, 1], []]);
  // A class that is asked for is hidden, be it 0.
  const zero = await read({ ...given, classes: [0] });
  assertEquals(zero.found, [1, 1, 0, 0]);
});

Deno.test("openClassMask() does not believe a name that the values contradict", async () => {
  for (const name of ["T33TUG_20180507_SCL_cloudmask.tif", "my_QA60.tif", "x_QA_PIXEL_mask.tif"]) {
    for (const one of [1, 255]) {
      const { found, warnings } = await read({ name, values: [0, one, one, 0] });
      assertEquals(found, [0, 1, 1, 0]);
      assertStringIncludes(warnings.join(), `but holds only 0 and ${one}`);
    }
  }
  const wrong = await read({ name: "a_SCL.tif", values: [4, 4, 9, 77] });
  assertEquals(wrong.found, [0, 0, 1, 0]);
  assertStringIncludes(wrong.warnings.join(), "SCL has no values such as 77 (100 %)");
  const bits = await read({ name: "a_QA60.tif", dtype: "uint16", values: [0, 1024, 5] });
  assertStringIncludes(bits.warnings.join(), "QA60 has no values such as 5");
});

Deno.test("openClassMask() warns of a mask that hides nothing, or everything", async () => {
  const cases: readonly (readonly [Given, string])[] = [
    [{ values: [0, 0, 0] }, "it hides nothing: it holds 0 (100 %)"],
    [{ values: [1, 1, 1] }, "it hides every pixel: it holds 1 (100 %)"],
    [{ values: [1, 2, 255], nodata: 255 }, "it hides every pixel"],
    [{ name: "a_SCL.tif", values: [4, 5, 6] }, "it hides nothing"],
    [{ values: [1, 2], classes: [7] }, "it hides nothing"],
    [{ values: [1, 2], bits: [5] }, "it hides nothing"],
    [{ values: [1, 2], above: 5 }, "it hides nothing"],
  ];
  for (const [given, words] of cases) {
    assertStringIncludes((await read(given)).warnings.join(), words);
  }
});

Deno.test("openClassMask() refuses polygons and says what to do", async () => {
  const grid = { width: 1, height: 1, bands: ["B02"], dtype: "uint16" } as const;
  for (const name of ["MSK_CLOUDS_B00.gml", "https://h/clouds.geojson?sig=S", "C:\\a.shp"]) {
    const error = await assertRejects(() => openClassMask(name, { grid }), InputError, "polygons");
    assertStringIncludes(error.message, "gdal_rasterize");
  }
});
