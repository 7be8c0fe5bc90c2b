import { assertEquals, assertRejects } from "@std/assert";
import { InputError, type Raster, SENTINEL2_NAMES, sentinel2Band } from "../../core/mod.ts";
import { openScene } from "../../products/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function flat(side: number, metres: number, value: number): Raster {
  const data = new Uint16Array(side * side).fill(value);
  const transform = [600000, metres, 0, 5300000, 0, -metres] as const;
  return { width: side, height: side, bands: ["1"], data, dtype: "uint16", transform };
}

const L1C = "S2A_MSIL1C_20220404T101601_N0400_R065_T33UUP_20220404T122239.SAFE";
const L2A = "S2B_MSIL2A_20180307T100021_N0500_R122_T33UUP_20230904T162417.SAFE";

/** As ESA writes it, of the parts that count; band_id 12 has another offset, to be told apart. */
function metadata(level: "1C" | "2A", baseline: string, offset: number): string {
  const [kind, value] = level === "1C" ? ["RADIO", ""] : ["BOA", "BOA_"];
  const offsets = SENTINEL2_NAMES.map((_, id) =>
    `<${kind}_ADD_OFFSET band_id="${id}">${id === 12 ? offset - 1 : offset}</${kind}_ADD_OFFSET>`
  ).join("\n");
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-${level}_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User.xsd">
  <n1:General_Info><Product_Info>
    <PROCESSING_LEVEL>Level-${level}</PROCESSING_LEVEL>
    <PROCESSING_BASELINE>${baseline}</PROCESSING_BASELINE>
  </Product_Info>
  <Product_Image_Characteristics>
    <QUANTIFICATION_VALUES_LIST>
      <${value}QUANTIFICATION_VALUE unit="none">20000</${value}QUANTIFICATION_VALUE>
      <AOT_QUANTIFICATION_VALUE unit="none">1000.0</AOT_QUANTIFICATION_VALUE>
    </QUANTIFICATION_VALUES_LIST>
    <${kind}_ADD_OFFSET_VALUES_LIST>${offsets}</${kind}_ADD_OFFSET_VALUES_LIST>
  </Product_Image_Characteristics></n1:General_Info>
</n1:Level-${level}_User_Product>`;
}

/** A look-alike of a product with GeoTIFFs of 1.2 km; each pixel holds its band's number and metres. */
async function writeSafe(
  root: string,
  { level, xml }: { readonly level: "1C" | "2A"; readonly xml?: string },
): Promise<void> {
  const images = `${root}/GRANULE/L${level}_T33UUP_A035423_20220404T101555/IMG_DATA`;
  await Deno.mkdir(images, { recursive: true });
  if (xml !== undefined) await Deno.writeTextFile(`${root}/MTD_MSIL${level}.xml`, xml);
  await Deno.writeTextFile(`${root}/manifest.safe`, "");
  const write = async (folder: string, name: string, metres: number, band: number) => {
    await Deno.mkdir(folder, { recursive: true });
    await writeCog(
      `${folder}/T33UUP_20220404T101559_${name}.tif`,
      flat(1200 / metres, metres, band * 100 + metres),
    );
  };
  for (const [i, name] of SENTINEL2_NAMES.entries()) {
    const native = sentinel2Band(name).resolution;
    if (level === "1C") {
      await write(images, name, native, i);
      continue;
    }
    for (const metres of [10, 20, 60]) {
      if (name === "B10" || native > metres) continue;
      await write(`${images}/R${metres}m`, `${name}_${metres}m`, metres, i);
    }
  }
  await write(
    level === "1C" ? images : `${images}/R10m`,
    level === "1C" ? "TCI" : "TCI_10m",
    10,
    0,
  );
  if (level === "2A") {
    await write(`${images}/R20m`, "SCL_20m", 20, 0);
    await write(`${images}/R60m`, "SCL_60m", 60, 0);
  }
}

/** The numbers of one pixel. */
async function pixelOf(source: string): Promise<readonly number[]> {
  const scene = await openScene(source);
  try {
    const { data } = await scene.read({ window: { column: 50, row: 70, width: 1, height: 1 } });
    return Array.from(data);
  } finally {
    await scene.close();
  }
}

Deno.test("openScene() opens an L1C product: 13 bands, its offsets, no classification", () =>
  inFolder(async (folder) => {
    const root = `${folder}/${L1C}`;
    await writeSafe(root, { level: "1C", xml: metadata("1C", "04.00", -1000) });
    const scene = await openScene(root);
    assertEquals([scene.kind, scene.source, scene.classification], ["safe", root, undefined]);
    assertEquals(scene.header.bands, SENTINEL2_NAMES);
    assertEquals([scene.header.width, scene.header.transform?.[1]], [120, 10]);
    const { level, baseline, quantification, offsets, evidence } = scene.product;
    assertEquals([level, baseline, quantification], ["L1C", "04.00", 20000]);
    assertEquals([offsets?.get("B8A"), offsets?.get("B12")], [-1000, -1001]);
    assertEquals(evidence, ["-1001, -1000 DN by band in the product's XML"]);
    await scene.close();
    const expected = SENTINEL2_NAMES.map((name, i) => i * 100 + sentinel2Band(name).resolution);
    assertEquals(await pixelOf(root), expected);
    // Also by its XML, by a granule, and by its folder of images.
    const granule = `${root}/GRANULE/L1C_T33UUP_A035423_20220404T101555`;
    for (const source of [`${root}/MTD_MSIL1C.xml`, granule, `${granule}/IMG_DATA`]) {
      assertEquals(await pixelOf(source), expected);
      const inside = await openScene(source);
      assertEquals(inside.product.offsets?.get("B12"), -1001, source);
      await inside.close();
    }
  }));

Deno.test("openScene() opens an L2A product: each band at its finest, and its classification", () =>
  inFolder(async (folder) => {
    // Its name is its own, and there is no XML: MTD or GRANULE tells that it is a product.
    const root = `${folder}/product`;
    await writeSafe(root, { level: "2A" });
    const scene = await openScene(`${root}/`);
    const names = SENTINEL2_NAMES.filter((name) => name !== "B10");
    assertEquals([scene.kind, scene.header.bands], ["safe", names]);
    assertEquals(scene.classification?.endsWith("/R20m/T33UUP_20220404T101559_SCL_20m.tif"), true);
    assertEquals([scene.product.offsets, scene.product.evidence], [undefined, []]);
    await scene.close();
    assertEquals(
      await pixelOf(root),
      SENTINEL2_NAMES.flatMap((name, i) =>
        name === "B10" ? [] : [i * 100 + sentinel2Band(name).resolution]
      ),
    );
  }));

Deno.test("openScene() tags what it reads from a product, for files written from it", () =>
  inFolder(async (folder) => {
    const root = `${folder}/${L2A}`;
    await writeSafe(root, { level: "2A" });
    const scene = await openScene(root);
    const raster = await scene.read({ bands: ["B02"] });
    await scene.close();
    const path = `${folder}/restored.tif`;
    await writeCog(path, raster);
    const again = await openScene(path);
    await again.close();
    const { level, baseline, offsets } = again.product;
    assertEquals([level, baseline, offsets?.get("B02")], ["L2A", "05.00", -1000]);
  }));

Deno.test("openScene() refuses products of several granules, of none, and archives", () =>
  inFolder(async (folder) => {
    const root = `${folder}/${L1C}`;
    await Deno.mkdir(`${root}/GRANULE/L1C_T33UUP_A/IMG_DATA`, { recursive: true });
    await Deno.mkdir(`${root}/GRANULE/L1C_T33UUQ_A`);
    await assertRejects(
      () => openScene(root),
      InputError,
      "one granule in GRANULE, got 2: L1C_T33UUP_A, L1C_T33UUQ_A; pass one of them",
    );
    await Deno.remove(`${root}/GRANULE/L1C_T33UUQ_A`, { recursive: true });
    await assertRejects(() => openScene(root), InputError, "named like B02.tif, got nothing");
    await Deno.remove(`${root}/GRANULE`, { recursive: true });
    await assertRejects(() => openScene(root), InputError, "got none; unpack the whole product");
    await assertRejects(() => openScene(`${folder}/a.SAFE.zip`), InputError, "run: unzip");
    await assertRejects(() => openScene(`${folder}/no.SAFE`), InputError, "the file must exist");
    await assertRejects(() => openScene(folder), InputError, "named like B02.tif");
  }));

Deno.test("openScene() opens a folder of bands, and a file by path, URL and name", () =>
  inFolder(async (folder) => {
    const bands = `${folder}/bands`;
    await Deno.mkdir(bands);
    await writeCog(`${bands}/B02.tif`, flat(12, 10, 7));
    await writeCog(`${bands}/B05.tif`, flat(6, 20, 8));
    await writeCog(`${bands}/SCL.tif`, flat(6, 20, 4));
    const scene = await openScene(bands);
    assertEquals([scene.kind, scene.header.bands], ["bands", ["B02", "B05"]]);
    assertEquals(scene.classification, `${bands}/SCL.tif`);
    await scene.close();
    for (const source of [`${bands}/B05.tif`, new URL(`file://${bands}/B05.tif`)]) {
      const file = await openScene(source);
      assertEquals([file.kind, file.source, file.header.bands], ["raster", String(source), [
        "B05",
      ]]);
      assertEquals((await file.read({ bands: ["B05"] })).bands, ["B05"]);
      await file.close();
    }
    const named = await openScene(`${bands}/SCL.tif`, { bandNames: ["NIR"] });
    assertEquals(named.header.bands, ["B08"]);
    await named.close();
  }));
