/** Metadata of products are read in linear time, and up to a limit. */

import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { openScene } from "../../products/mod.ts";
import { factsOfName } from "../../products/facts_of_name.ts";
import { factsOfXml } from "../../products/facts_of_xml.ts";
import { productOfPath } from "../../products/naming_rules.ts";
import { parseGdalMetadata } from "../../rasters/gdal_metadata.ts";
import { writeCog } from "../../rasters/mod.ts";

/** Texts that regular expressions with several open ends need quadratic or cubic time for. */
const HOSTILE: readonly string[] = [
  `<RADIO_ADD_OFFSET${" ".repeat(200_000)}`,
  `<RADIO_ADD_OFFSET${" band_id".repeat(20_000)}>`,
  "<RADIO_ADD_OFFSET ".repeat(20_000),
  `<RADIO_ADD_OFFSET band_id="1" ${"band_id=".repeat(20_000)}`,
  `<PROCESSING_BASELINE>${" ".repeat(200_000)}x`,
  "<PROCESSING_BASELINE>".repeat(20_000),
  "<Item ".repeat(50_000),
  `<Item name=${'"'.repeat(100_001)}`,
  `<Item${" sample=".repeat(50_000)}>`,
  "<Item>".repeat(50_000),
  "S2A_MSIL1C_20180507T100021_N0500".repeat(5000),
  "S2A_OPER_PRD_MSIL1C_".repeat(10_000),
  "_L1C".repeat(50_000),
  "SR_B4 LC08_L2SP_192030_20180507_".repeat(5000),
];

Deno.test("parsers of metadata take linear time", () => {
  for (const text of HOSTILE) {
    for (const parse of [factsOfXml, parseGdalMetadata, factsOfName, productOfPath]) {
      const start = performance.now();
      parse(text);
      assertLess(performance.now() - start, 1000, `${parse.name} of ${text.slice(0, 40)}…`);
    }
  }
});

Deno.test("factsOfXml() reads offsets in any order of attributes", () => {
  const { offsets, baseline, quantification } = factsOfXml(`<n1:Level-1C_User_Product>
    <PROCESSING_BASELINE> 05.09 </PROCESSING_BASELINE>
    <QUANTIFICATION_VALUE unit="none">10000</QUANTIFICATION_VALUE>
    <!-- <RADIO_ADD_OFFSET band_id="2">1</RADIO_ADD_OFFSET> -->
    <RADIO_ADD_OFFSET unit='none' band_id = '1' >-1000</RADIO_ADD_OFFSET>
    <RADIO_ADD_OFFSET band_id="99">-1000</RADIO_ADD_OFFSET>`);
  assertEquals([baseline, quantification], ["05.09", 10000]);
  assertEquals([...offsets!], [["B02", -1000]]);
});

Deno.test("openScene() refuses a product whose XML is larger than any", async () => {
  const folder = await Deno.makeTempDir({ suffix: ".SAFE" });
  try {
    const images = `${folder}/GRANULE/L1C/IMG_DATA`;
    await Deno.mkdir(images, { recursive: true });
    const pixels = { width: 2, height: 2, bands: ["1"], dtype: "uint16" } as const;
    await writeCog(`${images}/x_B02.tif`, { ...pixels, data: new Uint16Array(4) });
    await Deno.writeTextFile(`${folder}/MTD_MSIL1C.xml`, " ".repeat(2 ** 24 + 1));
    await assertRejects(() => openScene(folder), InputError, "at most 16 MiB");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
