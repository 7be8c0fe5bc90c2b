/** A model of one processing level refuses scenes of the other, unless that is allowed. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OptionsError } from "../../core/mod.ts";
import { createModel, levelOf, resolveCard } from "../../model/mod.ts";
import { openSeries } from "../../restoration/series.ts";
import { restoreScene } from "../../restoration/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { cloudyDates, inFolder, TINY } from "./tiny.ts";

await useEngine("cpu", { log() {} });

const L1C = "S2A_MSIL1C_20180507T100021_N0206_R122_T33TUG_20180507T120000.tif";
const L2A = "S2A_MSIL2A_20180507T100021_N0206_R122_T33TUG_20180507T120000.tif";
const MUSCATE = "SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2_FRE_stack.tif";
const LANDSAT = "LC08_L2SP_192030_20180507_20200901_02_T1_SR_stack.tif";

Deno.test("levelOf() is the card's level, or L1C where there is a B10", () => {
  const [band] = TINY.bands;
  const bands = [band!, { name: "B10", unit: "DN" }];
  assertEquals(levelOf(resolveCard(TINY)), undefined);
  assertEquals(levelOf(resolveCard({ ...TINY, bands })), "L1C");
  assertEquals(levelOf(resolveCard({ ...TINY, level: "L2A" })), "L2A");
  assertEquals(levelOf(resolveCard({ ...TINY, bands, level: "L2A" })), "L2A");
  const wrong = { ...TINY, level: "L3" } as unknown as typeof TINY;
  const error = (() => {
    try {
      return resolveCard(wrong);
    } catch (caught) {
      return caught;
    }
  })();
  assert(error instanceof OptionsError && error.message.includes("$.level"));
});

Deno.test("openSeries() refuses scenes of the other level, and says what would serve", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const signed = { ...frame!, data: Int16Array.from(frame!.data), dtype: "int16" } as const;
    await writeCog(`${folder}/${L1C}`, frame!);
    await writeCog(`${folder}/${L2A}`, frame!);
    await writeCog(`${folder}/${MUSCATE}`, signed);
    await writeCog(`${folder}/${LANDSAT}`, frame!);
    await writeCog(`${folder}/unknown.tif`, frame!);
    const models = {
      L1C: createModel({ ...TINY, level: "L1C" }),
      L2A: createModel({ ...TINY, level: "L2A" }),
      unknown: createModel(TINY),
    };
    const open = async (name: string, level: keyof typeof models, allow = false) => {
      const lines: string[] = [];
      const series = await openSeries(models[level], {
        inputs: [{ path: `${folder}/${name}` }],
        allowLevelMismatch: allow,
        log: (line) => void lines.push(line),
      });
      await series.close();
      return lines;
    };
    const refused = {
      [L2A]: ["L1C", "use the L1C product of the same date"],
      [L1C]: ["L2A", "use the L2A product of the same date"],
      [MUSCATE]: ["L1C", "use the L1C product"],
      [LANDSAT]: [
        "L1C",
        "got Landsat Collection 2 Level 2, surface reflectance (L2A); use Sentinel-2",
      ],
    } as const;
    for (const [name, [level, words]] of Object.entries(refused)) {
      const { message } = await assertRejects(() => open(name, level), InputError, words);
      assertStringIncludes(message, "--allow-level-mismatch");
      const [line, ...more] = await open(name, level, true);
      assertStringIncludes(line!, `warning: ${folder}/${name}: it must be`);
      assertEquals(more, []);
      assertEquals(await open(name, "unknown"), []);
    }
    for (const level of ["L1C", "L2A", "unknown"] as const) {
      assertEquals(await open("unknown.tif", level), []);
    }
    assertEquals(await open(L1C, "L1C"), []);
    assertEquals(await open(L2A, "L2A"), []);
  }));

Deno.test("openSeries() warns of a folder named by another level, and restores", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const lines = async (path: string, level: "L1C" | "L2A") => {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await writeCog(`${folder}/${path}`, frame!, { overwrite: true });
      const found: string[] = [];
      const series = await openSeries(createModel({ ...TINY, level }), {
        inputs: [{ path: `${folder}/${path}` }],
        log: (line) => void found.push(line),
      });
      await series.close();
      return found;
    };
    const [line, ...more] = await lines("L2A/scene.tif", "L1C");
    assertStringIncludes(line!, "the name of its folder suggests surface reflectance (L2A)");
    assertEquals(more, []);
    assertEquals(await lines("L2A/scene.tif", "L2A"), []);
    assertEquals(await lines("other/scene.tif", "L1C"), []);
  }));

Deno.test("openSeries() does not believe a name of L2A where there is a B10", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const l1c = createModel({
      ...TINY,
      bands: ["B02", "B03", "B04", "B10"].map((name) => ({ name, unit: "DN" })),
    });
    const open = async (name: string) => {
      const bands = ["B02", "B03", "B04", "B10"];
      await writeCog(`${folder}/${name}`, { ...frame!, bands });
      const series = await openSeries(l1c, { inputs: [{ path: `${folder}/${name}` }] });
      await series.close();
      return series.files[0]!;
    };
    const { product, doubt } = await open(L2A);
    assertEquals(product.level, undefined);
    assertStringIncludes(doubt!, "it has B10");
    // HLS has a cirrus band, and is surface reflectance.
    await assertRejects(
      () => open("HLS.S30.T33TUG.2018127T100021.v2.0.stack.tif"),
      InputError,
      "got HLS S30, surface reflectance",
    );
  }));

Deno.test("restoreScene() refuses the detector on L2A and points to the product's mask", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    await writeCog(`${folder}/${L2A}`, frame!);
    const model = createModel({ ...TINY, level: "L2A" });
    const run = (options = {}) =>
      restoreScene(model, {
        inputs: [{ path: `${folder}/${L2A}` }],
        mask: { source: "detector" },
        write: { output: `${folder}/out.tif`, overwrite: true },
        ...options,
      });
    await assertRejects(() => run(), InputError, "the detector is for top-of-atmosphere");
    await assertRejects(() => run(), InputError, "--mask FILE");
    await run({ allowLevelMismatch: true });
    await run({ mask: {} });
  }));
