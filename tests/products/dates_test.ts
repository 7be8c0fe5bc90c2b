/** Acquisition dates: by the product's naming rule, else by the first date of the path. */

import { assertEquals, assertLess } from "@std/assert";
import { dateOf } from "../../products/mod.ts";

/** Names of products with a second date, an unusual form, or none. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  // Sentinel-2: sensing first, then production.
  "S2A_MSIL1C_20180507T100021_N0206_R122_T33TUG_20230904T162417.SAFE": "2018-05-07",
  "S2C_MSIL2A_20250507T100021_N0511_R122_T33TUG_20250507T162417.zarr": "2025-05-07",
  "T33TUG_20180507T100021_B02.jp2": "2018-05-07",
  "GRANULE/L1C_T33TUG_A015012_20180507T100204/IMG_DATA": "2018-05-07",
  "S2A_33TUG_20180507_0_L2A/B02.tif": "2018-05-07",
  "20180507T100021_20180507T100204_T33TUG.tif": "2018-05-07",
  // Before December 2016: production first, sensing behind V.
  "S2A_OPER_PRD_MSIL1C_PDMC_20160605T111312_R122_V20150704T101337_20150704T101337.SAFE":
    "2015-07-04",
  "S2A_USER_PRD_MSIL2A_PDMC_20160605T111312_R122_V20150704T101337_20150704T101337.SAFE":
    "2015-07-04",
  "S2A_OPER_PRD_MSIL1C_PDMC_20160605T111312_R122_V20150704T101337_20150704T101337.SAFE/GRANULE/S2A_OPER_MSI_L1C_TL_EPA__20160605T111312_A000162_T33TUG_N02.04/IMG_DATA/S2A_OPER_MSI_L1C_TL_EPA__20160605T111312_A000162_T33TUG_B02.jp2":
    "2015-07-04",
  "S2A_OPER_MSI_L1C_TL_EPA__20160605T111312_A000162_T33TUG_N02.04": undefined,
  "2015-07-04/S2A_OPER_MSI_L1C_TL_EPA__20160605T111312_A000162_T33TUG_B02.tif": "2015-07-04",
  // Landsat.
  "LC08_L2SP_192030_20180507_20200901_02_T1_SR_B2.TIF": "2018-05-07",
  "LC81920302018127LGN00_B2.TIF": "2018-05-07",
  // HLS: year and day of the year.
  "HLS.S30.T33TUG.2018127T100021.v2.0.B02.tif": "2018-05-07",
  "HLS.L30.T33TUG.2020366T100021.v2.0.Fmask.tif": "2020-12-31",
  "HLS.L30.T33TUG.2019366T100021.v2.0.Fmask.tif": undefined,
  // Theia and Planet.
  "SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2_FRE_B2.tif": "2018-05-07",
  "20180507_100021_0e20_3B_AnalyticMS_SR.tif": "2018-05-07",
  "20220507_100021_12_2470_3B_AnalyticMS_SR_8b_harmonized_clip.tif": "2022-05-07",
  // A product's rule comes before a general one.
  "S2A_MSIL1C_20180507T100021_N0206_R122_T33TUG_20180507T120000.SAFE/made_2024-01-01/stack.tif":
    "2018-05-07",
  // General rules.
  "a_2018-05-07.tif": "2018-05-07",
  "2018-05-07/20180308.tif": "2018-03-08",
  "tiles/33/T/UG/2018/5/7/0/B02.jp2": "2018-05-07",
  "99999999.tif": undefined,
  "a_20181307.tif": undefined,
  "stack.tif": undefined,
};

Deno.test("dateOf() reads the acquisition date of every product, and of its address", () => {
  const signature = "?st=2026-11-29T10%3A00%3A00Z&se=20261201&sig=2027-01-01";
  for (const [name, date] of Object.entries(NAMES)) {
    assertEquals(dateOf(name), date, name);
    assertEquals(dateOf(`/data/${name}/`), date, name);
    assertEquals(dateOf(`https://20200101.host-2021-01-01.org/c/${name}${signature}`), date, name);
    assertEquals(dateOf(`https://u:2022-01-01@host/${name}#2023-01-01`), date, name);
  }
});

Deno.test("dateOf() takes linear time", () => {
  const start = performance.now();
  const parts = ["2", "2018-", "_V2018", "S2A_OPER_PRD_MSIL1C_", "HLS.S30.T", "/1", "20180507_1"];
  for (const part of parts) dateOf(part.repeat(20_000));
  assertLess(performance.now() - start, 3000);
});
