import { assertEquals } from "@std/assert";
import { productTags } from "../../products/facts_of_tags.ts";
import type { ProductFacts } from "../../products/mod.ts";
import { productFacts } from "../../products/product_facts.ts";

const name = (baseline: string, date = "20180307T100021", level = "L1C") =>
  `in/S2A_MSI${level}_${date}_N${baseline}_R122_T33TUG_${date}.SAFE/B02.tif`;

const offsetOf = ({ offsets }: ProductFacts) => offsets?.get("B02");

Deno.test("productFacts() decides the offset by the baseline, never by the date", () => {
  for (
    const [baseline, date, offset] of [
      ["0206", "20180307T100021", 0],
      ["0301", "20220124T100021", 0],
      // A reprocessed product of an older date carries the offset, and one of a later date may not.
      ["0500", "20180307T100021", -1000],
      ["0301", "20220404T100021", 0],
      ["0400", "20220404T100021", -1000],
      ["0511", "20240424T100021", -1000],
      ["9999", "20240424T100021", undefined],
    ] as const
  ) {
    assertEquals(offsetOf(productFacts({ path: name(baseline, date) })), offset, baseline);
  }
});

Deno.test("productFacts() says where each fact comes from", () => {
  assertEquals(productFacts({ path: name("0509") }).evidence, ["N0509 in the name: -1000 DN"]);
  assertEquals(productFacts({ path: name("0206") }).evidence, ["N0206 in the name: no offset"]);
  assertEquals(productFacts({ path: "a.tif" }), { evidence: [] });
  assertEquals(
    productFacts({ path: "a.tif", tags: { PROCESSING_BASELINE: "05.10" } }).evidence,
    ["N0510 in the file's tags: -1000 DN"],
  );
});

Deno.test("productFacts() takes the innermost of several names", () => {
  const path =
    `S2A_MSIL1C_20180307T100021_N0206_R122_T33TUG_x/S2A_MSIL2A_20180307T100021_N0500_R.tif`;
  const { level, baseline } = productFacts({ path });
  assertEquals([level, baseline], ["L2A", "05.00"]);
  const cog = "https://example.org/sentinel-s2-l2a-cogs/33/S2A_33UUP_20200701_0_L2A/B04.tif";
  const { level: found, named, evidence } = productFacts({ path: cog });
  assertEquals([found, named?.date, evidence], ["L2A", "2020-07-01", []]);
});

Deno.test("productFacts() takes the level of the file's or product's own name, not of any folder", () => {
  const own = [
    "/data/T33TUG_L2A_B04.tif",
    "/data/scene.L2A.tif",
    "/data/my_L2A_scene",
    "/data/my_L2A_scene/.",
    "/data/S2A_MSIL2A_20180307T100021_N0500_R122_T33TUG_x.SAFE/GRANULE/L2A_T33TUG_A014136_20180307T100021/IMG_DATA",
    "/data/GRANULE/L2A_T33TUG_A014136_20180307T100021/IMG_DATA/R10m",
    "/data/SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2/a.tif",
    "/data/L1C/T33TUG_20180307_L2A_B04.tif",
  ];
  for (const path of own) assertEquals(productFacts({ path }).level, "L2A", path);
  const folders = ["/data/L2A/scene.tif", "/data/old_L2A_tests/a/scene.tif", "/L2A/x/B02"];
  for (const path of folders) {
    assertEquals(productFacts({ path }), { folderLevel: "L2A", evidence: [] }, path);
  }
  for (const path of ["/data/XL2A/a.tif", "/data/L2Abc.tif", "/data/a.tif"]) {
    assertEquals(productFacts({ path }), { evidence: [] }, path);
  }
});

Deno.test("productFacts() believes XML before tags before names", () => {
  const path = name("0206");
  const tags = { PROCESSING_BASELINE: "03.01", BOA_ADD_OFFSET: "-500" };
  const xml = "<Level-2A_User_Product><PROCESSING_BASELINE>05.09</PROCESSING_BASELINE>" +
    '<BOA_ADD_OFFSET band_id="1">-1000</BOA_ADD_OFFSET></Level-2A_User_Product>';
  assertEquals(offsetOf(productFacts({ path })), 0);
  const tagged = productFacts({ path, tags });
  assertEquals([offsetOf(tagged), tagged.evidence], [-500, ["-500 DN in the file's tags"]]);
  const stated = productFacts({ path, tags, xml });
  assertEquals([offsetOf(stated), stated.level, stated.baseline], [-1000, "L2A", "05.09"]);
  assertEquals(stated.evidence, ["-1000 DN in the product's XML"]);
});

Deno.test("productFacts() knows offsets that the provider has applied", () => {
  const tags = { "earthsearch:boa_offset_applied": "true" };
  const facts = productFacts({ path: name("0509"), tags });
  assertEquals(facts.harmonized, true);
  assertEquals(facts.evidence.at(-1), "N0509 in the name: -1000 DN");
  assertEquals(
    facts.evidence[0],
    "earthsearch:boa_offset_applied=true in the tags: already applied",
  );
  assertEquals(productFacts({ path: "COPERNICUS_S2_SR_HARMONIZED_x.tif" }).harmonized, true);
  assertEquals(
    productFacts({ path: "a", tags: { "earthsearch:boa_offset_applied": "false" } }).harmonized,
    undefined,
  );
});

Deno.test("productTags() tell the facts again", () => {
  for (const path of [name("0509"), name("0206", "20180307T100021", "L2A"), "a.tif"]) {
    const facts = productFacts({ path });
    const again = productFacts({ path: "b.tif", tags: productTags(facts) });
    // The name itself is the one thing that tags do not keep.
    const { evidence: _a, named: _named, ...said } = facts;
    const { evidence: _b, ...told } = again;
    assertEquals(told, said);
  }
  const offsets = new Map([["B01", -1000], ["B12", -900]]);
  const again = productFacts({ path: "b.tif", tags: productTags({ offsets, evidence: [] }) });
  assertEquals(again.offsets, offsets);
});
