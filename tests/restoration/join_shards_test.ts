import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OutputError, type Raster } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { areaOf, joinShards, provenancePath } from "../../restoration/mod.ts";
import { inFolder, makeRaster, namesIn } from "../rasters/cog_cases.ts";

/** Columns 5 to 24 and rows 10 to 109 of a scene of 40×200: what is cut into shards. */
const WHOLE = { column: 5, row: 10, width: 20, height: 100 };
const COUNT = 4;
const MODEL = { EMRDM_MODEL: "tiny", EMRDM_SEED: "0" };

/** The image or the provenance of the whole. */
function wholeOf(kind: "image" | "provenance"): Raster {
  if (kind === "image") return makeRaster(WHOLE);
  return { ...makeRaster({ ...WHOLE, bands: ["provenance"], dtype: "uint8" }), nodata: 255 };
}

function shardOf(whole: Raster, index: number, tags: Readonly<Record<string, string>>): Raster {
  const scene = { ...whole, width: 40, height: 200 };
  const area = areaOf(scene, { window: WHOLE, shard: { index, count: COUNT } });
  const from = area.row - WHOLE.row;
  const row = whole.width * whole.bands.length;
  const [a, b, c, d, e, f] = whole.transform!;
  return {
    ...whole,
    height: area.height,
    data: whole.data.slice(from * row, (from + area.height) * row),
    transform: [a, b, c, d + f * from, e, f],
    tags: {
      ...whole.tags,
      ...MODEL,
      EMRDM_AREA: `5,${area.row},20,${area.height} of 40x200`,
      EMRDM_SHARD: `${index}/${COUNT} of 5,10,20,100`,
      EMRDM_RUN: `run ${index}`,
      ...tags,
    },
  };
}

interface ShardOptions {
  readonly tags?: (index: number) => Readonly<Record<string, string>>;
  readonly originTags?: (index: number) => Readonly<Record<string, string>>;
  /** Of which a provenance raster is written. */
  readonly origins?: readonly number[];
}

/** Writes all shards of the whole; paths by their number less 1. */
async function withShards(
  { tags = () => ({}), originTags = tags, origins = [] }: ShardOptions,
  work: (paths: readonly string[], folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const paths = [1, 2, 3, 4].map((index) => `${folder}/${index}of4.tif`);
    for (const [i, path] of paths.entries()) {
      await writeCog(path, shardOf(wholeOf("image"), i + 1, tags(i + 1)));
      if (!origins.includes(i + 1)) continue;
      const classes = { EMRDM_CLASSES: "0 nodata", ...originTags(i + 1) };
      await writeCog(provenancePath(path), shardOf(wholeOf("provenance"), i + 1, classes));
    }
    await work(paths, folder);
  });
}

async function assertRefuses(
  paths: readonly string[],
  { folder, says }: { readonly folder: string; readonly says: readonly string[] },
): Promise<void> {
  const before = namesIn(folder);
  const error = await assertRejects(() => joinShards(paths, `${folder}/out.tif`), InputError);
  assert(error instanceof InputError && !error.message.includes("\n"));
  for (const part of says) assertStringIncludes(error.message, part);
  assertEquals(namesIn(folder), before);
}

Deno.test("joinShards() joins images and provenance, which say that they are the whole", () =>
  withShards({ origins: [1, 2, 3, 4] }, async ([a, b, c, d], folder) => {
    const output = `${folder}/out.tif`;
    const files = await joinShards([c!, a!, d!, b!], output);
    assertEquals(files, [output, `${folder}/out.provenance.tif`]);
    const [image, origins] = [await readRaster(files[0]!), await readRaster(files[1]!)];
    assertEquals(image.data, wholeOf("image").data);
    assertEquals(origins.data, wholeOf("provenance").data);
    const tags = { AREA_OR_POINT: "Area", ...MODEL, EMRDM_AREA: "5,10,20,100 of 40x200" };
    assertEquals(image.tags, tags);
    assertEquals(origins.tags, { ...tags, EMRDM_CLASSES: "0 nodata" });
  }));

Deno.test("joinShards() names the shards that are missing, at the ends and between", () =>
  withShards({}, async ([a, b, c, d], folder) => {
    await assertRefuses([b!, c!, d!], {
      folder,
      says: ["all 4 must be there, got no 1/4; add it"],
    });
    await assertRefuses([a!, b!, c!], { folder, says: ["got no 4/4; add it", "--shard 4/4"] });
    await assertRefuses([a!, d!], { folder, says: ["got no 2/4, 3/4; add them"] });
  }));

Deno.test("joinShards() refuses a shard that is given twice, and one of another whole", () =>
  withShards({}, async (paths, folder) => {
    const [a, b, c] = paths;
    await assertRefuses([...paths, b!], { folder, says: [`Cannot join ${b}`, "2/4 twice"] });
    const other = `${folder}/other.tif`;
    for (const shard of ["4/5 of 5,10,20,100", "4/4 of 5,10,20,90"]) {
      await writeCog(other, shardOf(wholeOf("image"), 4, { EMRDM_SHARD: shard }), {
        overwrite: true,
      });
      await assertRefuses([a!, b!, c!, other], {
        folder,
        says: [`Cannot join ${other}`, "a shard of 4 of the area 5,10,20,100", `"${shard}"`],
      });
    }
    // A row less than the last shard has.
    const short = shardOf(wholeOf("image"), 4, {});
    const cut = { ...short, height: 24, data: short.data.slice(0, 24 * 20 * 2) };
    await writeCog(other, cut, { overwrite: true });
    await assertRefuses([a!, b!, c!, other], { folder, says: ["it must be 20×25", "got 20×24"] });
  }));

Deno.test("joinShards() refuses tags that it cannot read, and shards beside files without tags", () =>
  withShards({}, async ([a, b, c], folder) => {
    const other = `${folder}/other.tif`;
    for (const shard of ["5/4 of 5,10,20,100", "4/4", "4/4 of 5,10,0,100", "0/4 of 5,10,20,100"]) {
      const raster = shardOf(wholeOf("image"), 4, { EMRDM_SHARD: shard });
      await writeCog(other, raster, { overwrite: true });
      await assertRefuses([a!, b!, c!, other], {
        folder,
        says: [`Cannot join ${other}: its tag EMRDM_SHARD must be as`, `got "${shard}"`],
      });
    }
    const raster = shardOf(wholeOf("image"), 4, {});
    const { EMRDM_SHARD: _, ...tags } = raster.tags!;
    await writeCog(other, { ...raster, tags }, { overwrite: true });
    await assertRefuses([a!, b!, c!, other], { folder, says: [other, "got no tag EMRDM_SHARD"] });
  }));

Deno.test("joinShards() joins files without tags as far as their rows meet", () =>
  inFolder(async (folder) => {
    const paths = [1, 2, 3, 4].map((index) => `${folder}/${index}.tif`);
    for (const [i, path] of paths.entries()) {
      await writeCog(path, { ...shardOf(wholeOf("image"), i + 1, {}), tags: {} });
    }
    await joinShards(paths.slice(0, 3), `${folder}/out.tif`);
    assertEquals((await readRaster(`${folder}/out.tif`)).height, 75);
    await Deno.remove(`${folder}/out.tif`);
    await assertRefuses([paths[0]!, paths[2]!], { folder, says: ["the 25 rows above it"] });
  }));

for (
  const [key, value] of [["EMRDM_SEED", "1"], ["EMRDM_MASK", "detector"]] as const
) {
  Deno.test(`joinShards() refuses parts that differ in ${key}, and names both values`, () =>
    withShards(
      { tags: (index): Record<string, string> => index === 3 ? { [key]: value } : {} },
      async (paths, folder) => {
        const wanted = key === "EMRDM_SEED" ? "0" : "none";
        await assertRefuses(paths, {
          folder,
          says: [
            `Cannot join ${folder}/3of4.tif: its tag ${key} must be that of ${folder}/1of4.tif, ` +
            `"${wanted}", got "${value}"`,
          ],
        });
      },
    ));
}

Deno.test("joinShards() refuses shards of which some have no provenance, or that of another run", () =>
  withShards({ origins: [1, 2, 4] }, async (paths, folder) => {
    await assertRefuses(paths, {
      folder,
      says: [`Cannot join ${paths[2]}: all shards must have`, `none at ${folder}/3of4.provenance`],
    });
    for (const [i, path] of paths.entries()) {
      const raster = shardOf(wholeOf("provenance"), i + 1, { EMRDM_SEED: "8" });
      await writeCog(provenancePath(path), raster, { overwrite: true });
    }
    await assertRefuses(paths, {
      folder,
      says: [`Cannot join ${folder}/1of4.provenance.tif: its tag EMRDM_SEED`, '"0", got "8"'],
    });
  }));

Deno.test("joinShards() writes nothing where one of two files is in the way, or is read", () =>
  withShards({ origins: [1, 2, 3, 4] }, async (paths, folder) => {
    for (const name of ["out.tif", "out.provenance.tif"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "mine");
      const before = namesIn(folder);
      await assertRejects(() => joinShards(paths, `${folder}/out.tif`), OutputError, name);
      assertEquals(namesIn(folder), before);
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), "mine");
      await Deno.remove(`${folder}/${name}`);
    }
    const before = namesIn(folder);
    await assertRejects(
      () => joinShards(paths, paths[1]!, { overwrite: true }),
      OutputError,
      "it must not be one of the inputs",
    );
    assertEquals(namesIn(folder), before);
  }));

Deno.test("joinShards() writes both files or none: one is damaged, or a signal stops it", () =>
  withShards({ origins: [1, 2, 3, 4] }, async (paths, folder) => {
    const stopped = AbortSignal.abort(new RangeError("enough"));
    const before = namesIn(folder);
    const out = `${folder}/out.tif`;
    await assertRejects(() => joinShards(paths, out, { signal: stopped }), RangeError, "enough");
    assertEquals(namesIn(folder), before);
    // Its pixels come last; the header stays whole.
    const damaged = provenancePath(paths[3]!);
    const bytes = await Deno.readFile(damaged);
    await Deno.writeFile(damaged, bytes.fill(0xff, bytes.length - 200));
    await assertRefuses(paths, { folder, says: [damaged] });
  }));
