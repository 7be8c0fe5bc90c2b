/** Products: XML of SAFE, tags and names of rasters, STAC documents. */

import { dateOf, openScene, sentinel2Radiometry } from "../../../products/mod.ts";
import { openRaster, writeCog } from "../../../rasters/mod.ts";
import { jsonText, mutateJson } from "../mutate_json.ts";
import { mutateText, mutateWords } from "../mutate_text.ts";
import type { FuzzInput, FuzzReader } from "../reader.ts";

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<n1:Level-1C_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-1C.xsd">
  <n1:General_Info><Product_Info>
    <PRODUCT_START_TIME>2022-05-07T10:00:21.024Z</PRODUCT_START_TIME>
    <PRODUCT_TYPE>S2MSI1C</PRODUCT_TYPE><PROCESSING_BASELINE>04.00</PROCESSING_BASELINE>
    <!-- <PROCESSING_BASELINE>02.00</PROCESSING_BASELINE> -->
    <QUANTIFICATION_VALUE unit="none">10000</QUANTIFICATION_VALUE>
    <RADIO_ADD_OFFSET band_id="1">-1000</RADIO_ADD_OFFSET>
    <RADIO_ADD_OFFSET band_id='2' >-1000</RADIO_ADD_OFFSET>
    <Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT><SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values>
  </Product_Info></n1:General_Info>
</n1:Level-1C_User_Product>`;
const STAC = {
  "stac_version": "1.0.0",
  type: "Feature",
  id: "S2A_33UUP_20220507",
  bbox: [15, 47, 16, 48],
  geometry: null,
  links: [{ rel: "self", href: "https://host/item.json?sig=x" }],
  properties: {
    datetime: "2022-05-07T10:00:21Z",
    constellation: "sentinel-2",
    "s2:processing_baseline": "04.00",
    "proj:epsg": 32633,
  },
  assets: {
    red: {
      href: "./B04.tif",
      type: "image/tiff; application=geotiff",
      "eo:bands": [{ name: "B04", common_name: "red", center_wavelength: 0.665 }],
      "raster:bands": [{ nodata: 0, data_type: "uint16", scale: 0.0001, offset: -0.1 }],
      "proj:shape": [4, 4],
    },
    thumbnail: { href: "t.png", type: "image/png" },
  },
};
const NAMES: readonly string[] = [
  "S2A_MSIL1C_20220507T100021_N0400_R122_T33UUP_20220507T120000.SAFE",
  "S2A_OPER_PRD_MSIL1C_PDMC_20160507T120000_R122_V20160507T100021_20160507T100021.SAFE",
  "LC08_L2SP_192030_20180507_20200901_02_T1_SR_B4.TIF",
  "HLS.S30.T33TUG.2018127T100021.v2.0.B8A.tif",
  "SENTINEL2A_20180507-100021-024_L2A_T33TUG_C_V2-2_FRE_B4.tif",
  "20180507_100021_1003_3B_AnalyticMS_SR_8b.tif",
  "T33UUP_20220507T100021_B02_10m.jp2",
  "scenes/2018/5/7/B04.tif",
  "https://me:secret@host/a/2018-05-07/B04.tif?sig=2026-11-29&se=%2F#x",
];
const TAGS = [
  "PROCESSING_BASELINE",
  "BOA_ADD_OFFSET",
  "RADIO_ADD_OFFSET_3",
  "QUANTIFICATION_VALUE",
  "PRODUCT_TYPE",
  "earthsearch:boa_offset_applied",
];
const FORMS = ["xml", "stac", "name", "tags"];

/** A small image, made once for each process. */
let image: Promise<Uint8Array> | undefined;
async function tinyImage(): Promise<Uint8Array> {
  image ??= (async () => {
    const path = await Deno.makeTempFile({ suffix: ".tif" });
    const data = Uint16Array.from({ length: 16 }, (_, i) => 1000 + 50 * i);
    await writeCog(path, { width: 4, height: 4, bands: ["1"], dtype: "uint16", data }, {
      overwrite: true,
    });
    const bytes = await Deno.readFile(path);
    await Deno.remove(path);
    return bytes;
  })();
  return await image;
}

export const products: FuzzReader = {
  name: "products",
  share: 0.08,
  mutate(draws): FuzzInput {
    const form = draws.pick(FORMS);
    if (form === "xml") {
      return { files: { "p.SAFE/MTD_MSIL1C.xml": mutateText(XML, draws) }, call: { form } };
    }
    if (form === "stac") {
      const json = jsonText(mutateJson(STAC, draws));
      const bytes = draws.chance(0.2) ? mutateText(json, draws) : new TextEncoder().encode(json);
      return { files: { "item.json": bytes }, call: { form } };
    }
    if (form === "name") {
      return { files: {}, call: { form, name: mutateWords(draws.pick(NAMES), draws) } };
    }
    const tags = Object.fromEntries(
      TAGS.map((
        tag,
      ) => [tag, mutateWords(draws.pick(["04.00", "-1000", "10000", "S2MSI2A", "true"]), draws)]),
    );
    return { files: {}, call: { form, tags } };
  },
  async read(folder, { form, name, tags }) {
    if (form === "name") return await readName(folder, String(name));
    let path = `${folder}/item.json`;
    if (form === "xml") {
      path = `${folder}/p.SAFE`;
      await Deno.mkdir(`${path}/GRANULE/G/IMG_DATA`, { recursive: true });
      for (const band of ["B02", "B03"]) {
        await Deno.writeFile(
          `${path}/GRANULE/G/IMG_DATA/T33UUP_20220507T100021_${band}.tif`,
          await tinyImage(),
        );
      }
    }
    if (form === "stac") await Deno.writeFile(`${folder}/B04.tif`, await tinyImage());
    if (form === "tags") {
      path = `${folder}/a.tif`;
      const data = new Uint16Array(16).fill(1200);
      await writeCog(path, {
        width: 4,
        height: 4,
        bands: ["B02"],
        dtype: "uint16",
        data,
        tags: tags as Record<string, string>,
      });
    }
    const scene = await openScene(path);
    try {
      await sentinel2Radiometry(scene);
      await scene.read();
    } finally {
      await scene.close();
    }
  },
};

async function readName(folder: string, name: string): Promise<void> {
  dateOf(name);
  // A name of our own is not asked for over the network.
  const path = /^(?:https?|ftp):/i.test(name) ? name.replace(/^[^:]+/, "s3") : name;
  for (const one of [path, `${folder}/${path}`]) {
    for (const open of [openScene, openRaster]) {
      const file = await open(one).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== "InputError") throw error;
      });
      await file?.close();
    }
  }
}
