import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRng, InputError, OptionsError, SENTINEL2_NAMES } from "../../core/mod.ts";
import {
  checkDataset,
  leakedRois,
  listSen12MsCr,
  sen12MsCr,
  sen12MsCrRois,
  sen12MsCrSplits,
} from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { inFolder, makeSen12MsCr, noiseRaster, S1, sen12Path, SIDE, write } from "./look_alikes.ts";

const REAL = new URL("../../../shared/data/sen12mscr", import.meta.url).pathname;
const hasReal = await Deno.stat(REAL).then(() => true, () => false);

Deno.test("sen12MsCr() gives the cloudy and the clear image in DN and SAR in dB", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const dataset = await sen12MsCr({ root, split: "test", tileSize: SIDE });
    assertEquals([dataset.size, dataset.bands], [2, SENTINEL2_NAMES]);
    // By number, not by text: p9 before p30.
    const sample = await dataset.sample(0, createRng(1));
    assertEquals(sample.name, "ROIs1158_spring_106_p9");
    assertEquals([sample.length, sample.reference, sample.width], [1, 0, SIDE]);
    const read = async (kind: string) =>
      Float32Array.from(
        (await readRaster(sen12Path(root, kind, ["ROIs1158_spring", 106], 9))).data,
      );
    assertEquals(sample.target, await read("s2"));
    assertEquals(sample.cloudy, await read("s2_cloudy"));
    assertEquals(sample.auxiliary, await read("s1"));
  }));

Deno.test("sen12MsCr() reads the bands that are asked for, and no SAR on request", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const options = { root, split: "val", tileSize: SIDE } as const;
    const all = await (await sen12MsCr(options)).sample(0, createRng(1));
    const bands = ["B12", "B02"];
    const dataset = await sen12MsCr({ ...options, bands, sar: false });
    assertEquals(dataset.bands, bands);
    const some = await dataset.sample(0, createRng(1));
    assertEquals(some.auxiliary, undefined);
    for (let i = 0; i < SIDE * SIDE; i++) {
      assertEquals([some.target[2 * i], some.target[2 * i + 1]], [
        all.target[13 * i + 12],
        all.target[13 * i + 1],
      ]);
    }
    await assertRejects(() => sen12MsCr({ ...options, bands: ["B13"] }), OptionsError, "bands[0]");
  }));

Deno.test("a root whose path contains s1 or _s1 is no trap", () =>
  inFolder(async (folder) => {
    const root = `${folder}/s1_data/x_s1`;
    await makeSen12MsCr(root);
    const dataset = await sen12MsCr({ root, split: "test", tileSize: SIDE });
    assertEquals((await dataset.sample(0, createRng(1))).auxiliary!.length, SIDE * SIDE * 2);
  }));

Deno.test("sen12MsCr() says which file is missing, and leaves it out on request", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const path = sen12Path(root, "s1", ["ROIs1158_spring", 106], 30);
    await Deno.remove(path);
    const options = { root, split: "test", tileSize: SIDE } as const;
    await assertRejects(() => sen12MsCr(options), InputError, path);
    assertEquals((await sen12MsCr({ ...options, skipIncomplete: true })).size, 1);
    assertEquals((await sen12MsCr({ ...options, sar: false })).size, 2);
    await assertRejects(() => sen12MsCr({ ...options, root: `${root}/no` }), InputError, "/no");
  }));

Deno.test("NaN in SAR is an error with the file's name, or −25 dB as published", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const path = sen12Path(root, "s1", ["ROIs1158_spring", 106], 9);
    const raster = noiseRaster("nan", S1);
    raster.data[5] = NaN;
    await write(path, raster);
    const options = { root, split: "test", tileSize: SIDE } as const;
    const strict = await sen12MsCr(options);
    await assertRejects(() => strict.sample(0, createRng(1)), InputError, path);
    const published = await sen12MsCr({ ...options, nan: "published" });
    const { auxiliary } = await published.sample(0, createRng(1));
    assertEquals([auxiliary![5], auxiliary![4]], [-25, raster.data[4]]);
    const listing = await listSen12MsCr({ root, nan: "published" });
    const { report } = await checkDataset(listing);
    assertEquals(report.findings, []);
    assert(report.notes.some((note) => note.startsWith("1 values in 1 files are NaN")));
  }));

Deno.test("the splits have 155, 10 and 10 regions, and none in two of them", () => {
  const names = ["train", "val", "test"] as const;
  assertEquals(names.map((split) => sen12MsCrRois(split).length), [155, 10, 10]);
  const all = names.flatMap((split) => sen12MsCrRois(split));
  assertEquals(new Set(all.map(({ season, number }) => `${season} ${number}`)).size, 175);
  for (const split of names) {
    for (const roi of sen12MsCrRois(split)) {
      assertEquals(sen12MsCrSplits(roi), [split]);
      assert(sen12MsCrSplits(roi, "published").includes(split));
    }
  }
  assertEquals(sen12MsCrSplits({ season: "ROIs1158_spring", number: 2 }), []);
});

Deno.test("the published rule leaks 6 of 10 test regions and 3 of 10 validation regions", () => {
  const shown = (split: "val" | "test") =>
    leakedRois(split).map(({ season, number }) => `${season.slice(4, 8)} ${number}`);
  // As counted in the specification from the same lists.
  assertEquals(shown("test"), [
    ...["1158 106", "1158 123", "1158 140"],
    ...["1868 73", "1868 119", "1970 139"],
  ]);
  assertEquals(shown("val"), ["2017 84", "1970 65", "1158 17"]);
  // The other way round nothing leaks.
  for (const roi of sen12MsCrRois("train")) {
    assertEquals(sen12MsCrSplits(roi, "published"), ["train"]);
  }
});

Deno.test("the published rule is a substring test of the paths, on a made-up listing", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const size = async (split: "train" | "val" | "test", splits: "exact" | "published") =>
      (await sen12MsCr({ root, split, splits, tileSize: SIDE })).size;
    assertEquals([await size("train", "exact"), await size("test", "exact")], [2, 2]);
    // s1_1 is on the training list, and "s1_106" contains it.
    assertEquals([await size("train", "published"), await size("test", "published")], [4, 2]);
    const listing = await listSen12MsCr({ root, splits: "published" });
    for (const { name, split } of listing.samples) {
      const folder = name.replace(/_(\d+)_p\d+$/, "_s1/s1_$1/");
      const isListed = sen12MsCrRois(split as "train").some(({ season, number }) =>
        folder.includes(`${season}_s1/s1_${number}`)
      );
      assert(isListed, `${name} in ${split}`);
    }
    const note = listing.notes.find((text) => text.includes("6 of 10 test regions"))!;
    assert(note.endsWith("1 of them are here"), note);
  }));

Deno.test("a split of SEN12MS-CR keeps no paths in memory", () =>
  inFolder(async (root) => {
    const patches = 2000;
    for (const kind of ["s1", "s2", "s2_cloudy"]) {
      for (let patch = 0; patch < patches; patch++) {
        const path = sen12Path(root, kind, ["ROIs1158_spring", 1], patch);
        if (patch === 0) await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.writeFile(path, new Uint8Array());
      }
    }
    const program = new URL("listing_memory.ts", import.meta.url).pathname;
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-read", "--v8-flags=--expose-gc", program, root],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const { samples, kept } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(samples, patches);
    // An object of five fields takes 100 bytes, the three paths of a patch 20 times as many.
    assert(kept < 500 * patches, `${kept / patches} bytes a sample`);
  }));

Deno.test({
  name: "the real SEN12MS-CR files go through the loader and are sound",
  ignore: !hasReal,
  fn: async () => {
    for (
      const [split, name] of [["train", "ROIs2017_winter_112_p797"], [
        "test",
        "ROIs1970_fall_139_p839",
      ]] as const
    ) {
      const dataset = await sen12MsCr({ root: REAL, split });
      assertEquals(dataset.size, 1);
      const sample = await dataset.sample(0, createRng(1));
      assertEquals([sample.name, sample.height, sample.width], [name, 256, 256]);
      assert(sample.cloudy.every((dn) => dn >= 1 && dn <= 10000));
      assert(sample.auxiliary!.every((db) => db > -60 && db < 30));
    }
    // 1970_fall 139 is a test region that the list's 1970_fall 1 admits to training.
    assertEquals((await sen12MsCr({ root: REAL, splits: "published" })).size, 2);
    const { report, sheet } = await checkDataset(await listSen12MsCr({ root: REAL }), { rows: 2 });
    assertEquals([report.findings, report.files, report.empty], [[], 6, 0]);
    assertEquals([sheet!.width, sheet!.height], [3 * 256 + 2 * 4, 2 * 256 + 4]);
    const b10 = report.ranges.find(({ role, band }) => role === "target" && band === "B10")!;
    // gdalinfo -stats: 6 … 20 and 17 … 42, means 12.535 and 30.323.
    assertEquals([b10.min, b10.max], [6, 42]);
    assert(Math.abs(b10.mean - (12.535 + 30.323) / 2) < 1e-3, `${b10.mean}`);
  },
});
