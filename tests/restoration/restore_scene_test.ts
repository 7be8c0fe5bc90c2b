import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { createModel, restoreImages } from "../../model/mod.ts";
import { restoreScene, restoreSeries } from "../../restoration/mod.ts";
import { BANDS, cloudyDates, inFolder, TINY, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const model = tinyModel();

async function writeDates(folder: string, frames: readonly Raster[]) {
  const inputs = frames.map((_, l) => ({ path: `${folder}/s_2018-0${l + 1}-07.tif` }));
  for (const [l, frame] of frames.entries()) await writeCog(inputs[l]!.path, frame);
  return inputs;
}

Deno.test("restoreScene() writes the input's grid, type, nodata, bands and how it was made", () =>
  inFolder(async (folder) => {
    const frames = cloudyDates({ width: 27, height: 20 });
    const inputs = await writeDates(folder, frames);
    const output = `${folder}/out.tif`;
    const picture = `${folder}/out.png`;
    const before = tf.memory().numTensors;
    const seen: string[] = [];
    const options = { inputs, reference: "2018-02-07", seed: 3, write: { output, picture } };
    await restoreScene(model, {
      ...options,
      onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
    });
    assertEquals(tf.memory().numTensors, before);
    assertEquals(seen, ["1/4", "2/4", "3/4", "4/4"]);
    const found = await readRaster(output);
    const { data: _data, tags: _tags, ...place } = frames[1]!;
    const { data, tags, ...foundPlace } = found;
    assertEquals(foundPlace, place);
    assert(data.every((value) => value >= 1 && value <= 10000));
    assertEquals(tags?.EMRDM_MODEL, "tiny");
    assertEquals(tags?.EMRDM_SEED, "3");
    assertEquals(tags?.EMRDM_STEPS, "2");
    assertEquals(tags?.EMRDM_DATES, "2018-01-07,2018-02-07,2018-03-07");
    assertEquals(tags?.EMRDM_REFERENCE, "2018-02-07");
    assert((await Deno.stat(picture)).size > 0);
    await assertRejects(() => restoreScene(model, options), TypeError, "exists");
  }));

Deno.test("a scene of one tile is what restoreImages() gives", async () => {
  const frames = cloudyDates({ width: 16, height: 16 });
  const cloudy = frames.flatMap(({ data }) => Array.from(data));
  const size = { batch: 1, length: 3, height: 16, width: 16 };
  const { image } = await restoreImages(model, { ...size, cloudy, reference: 1 }, { seed: 4 });
  const { data } = await restoreSeries(model, frames, { seed: 4, reference: 1 });
  assertEquals(Array.from(data), Array.from(image, (value) => Math.max(1, Math.round(value))));
});

Deno.test("a restored scene does not depend on the batch of tiles, but on the seed", async () => {
  const frames = cloudyDates({ width: 40, height: 16 });
  const one = await restoreSeries(model, frames, { seed: 4, tiles: { batch: 1 } });
  const all = await restoreSeries(model, frames, { seed: 4, tiles: { batch: 8 } });
  assertEquals(one.data, all.data);
  assertNotEquals(one.data, (await restoreSeries(model, frames, { seed: 5 })).data);
});

Deno.test("restoreSeries() takes scenes smaller than a tile", async () => {
  const frames = cloudyDates({ width: 11, height: 9 }, 2);
  const { width, height, data } = await restoreSeries(model, frames);
  assertEquals([width, height, data.length], [11, 9, 11 * 9 * 4]);
});

Deno.test("values without data come back as nodata and do not touch the rest", async () => {
  const frames = cloudyDates({ width: 24, height: 16 }, 2);
  const holes = frames.map((frame, l) => {
    const data = frame.data.slice();
    // The reference lacks a corner; the other date lacks another.
    if (l === 1) data.fill(0, 0, 4 * 5);
    else data.fill(0, data.length - 8);
    return { ...frame, data };
  });
  const restored = await restoreSeries(model, holes, { seed: 1 });
  assert(restored.data.slice(0, 20).every((value) => value === 0));
  assert(restored.data.slice(20).every((value) => value > 0));
  // Filled by hand with what stands in for it, the other date gives the same result.
  const filled = holes.map(({ data, ...rest }, l) => {
    const other = holes[1 - l]!.data;
    return { ...rest, data: data.map((value, i) => value === 0 ? other[i]! : value) };
  });
  const expected = await restoreSeries(model, filled as readonly Raster[], { seed: 1 });
  assertEquals(restored.data.slice(20), expected.data.slice(20));
});

Deno.test("a float image that is nodata by accident moves by less than shows", async () => {
  const [first] = cloudyDates({ width: 16, height: 16 }, 1);
  const data = new Float32Array(first!.data.length).fill(0.25);
  const bands = BANDS.map((name) => ({ name, unit: "reflectance" }));
  const unit = createModel({ ...TINY, bands, scaling: { low: 0, high: 1, clip: true } });
  const dark: Raster = { ...first!, dtype: "float32", data, nodata: -1 };
  const seen = (await restoreSeries(unit, [dark])).data[7]!;
  const again = await restoreSeries(unit, [{ ...dark, nodata: seen }]);
  assertNotEquals(again.data[7], seen);
  assertAlmostEquals(again.data[7]!, seen, 1e-5);
});

Deno.test("a scene without any data in the reference is returned as it is", async () => {
  const frames = cloudyDates({ width: 16, height: 16 }, 2);
  const empty = { ...frames[1]!, data: new Uint16Array(16 * 16 * 4) };
  const restored = await restoreSeries(model, [frames[0]!, empty]);
  assert(restored.data.every((value) => value === 0));
});

Deno.test("restoreSeries() says what to do when rasters do not suit the model", async () => {
  const frames = cloudyDates({ width: 16, height: 16 }, 4);
  await assertRejects(() => restoreSeries(model, frames), RangeError, "at most 3 dates, got 4");
  const long = await restoreSeries(model, frames, { anyLength: true });
  assertEquals(long.width, 16);
  const swapped = { ...frames[0]!, bands: ["B04", "B03", "B02", "B08"] };
  await assertRejects(
    () => restoreSeries(model, [swapped]),
    TypeError,
    "B02, B03, B04, B08 in this order, got 4",
  );
  await assertRejects(() => restoreSeries(model, []), RangeError, "got none");
  const one = frames.slice(0, 1);
  await assertRejects(() => restoreSeries(model, one, { reference: 1 }), RangeError, "0 … 0");
  await assertRejects(
    () => restoreSeries(model, one, { tiles: { overlap: 0 } }),
    RangeError,
    "overlap",
  );
});

Deno.test("restoreScene() reads the model's bands by name out of files that have more", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const extra = {
      ...frame!,
      bands: ["B08", "VV", "B04", "B03", "B02"],
      data: Uint16Array.from(
        { length: 16 * 16 * 5 },
        (_, i) => [3, 0, 2, 1, 0].map((b) => frame!.data[Math.floor(i / 5) * 4 + b]!)[i % 5]!,
      ),
    };
    const inputs = await writeDates(folder, [extra]);
    await restoreScene(model, { inputs, write: { output: `${folder}/a.tif` } });
    const expected = await restoreSeries(model, [frame!]);
    const found = await readRaster(`${folder}/a.tif`);
    // The result has the file's order.
    const order = ["B08", "B04", "B03", "B02"];
    const places = order.map((band) => BANDS.indexOf(band));
    const data = expected.data.map((_, i) =>
      expected.data[Math.floor(i / 4) * 4 + places[i % 4]!]!
    );
    assertEquals([found.bands, found.data], [order, data]);
    const output = `${folder}/b.tif`;
    await restoreScene(model, { inputs, write: { output }, bands: ["red", "B02"] });
    assertEquals((await readRaster(output)).bands, ["B04", "B02"]);
  }));

Deno.test("DN 0 is missing beside another nodata value, and in whole numbers of reflectance", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const data = frame!.data.slice();
    data.fill(0, 0, 8);
    data.fill(65535, 8, 16);
    const path = `${folder}/s_2018-01-07.tif`;
    await writeCog(path, { ...frame!, data, nodata: 65535 });
    const unit = createModel({
      ...TINY,
      bands: BANDS.map((name) => ({ name, unit: "reflectance" })),
      scaling: { low: 0, high: 1, clip: false },
    });
    for (const each of [model, unit]) {
      const output = `${folder}/out.tif`;
      await restoreScene(each, { inputs: [{ path }], write: { output, overwrite: true } });
      const found = await readRaster(output);
      assertEquals(found.nodata, 65535);
      assertEquals(found.data.slice(0, 16), data.slice(0, 16));
      assert(found.data.slice(16).every((value) => value !== 0 && value !== 65535));
    }
  }));

Deno.test("restoreScene() writes the offset that it was told, which the result is read with again", () =>
  inFolder(async (folder) => {
    const [frame] = cloudyDates({ width: 16, height: 16 }, 1);
    const product = `${folder}/S2A_MSIL2A_20220404T100031_N0400_R122_T33UUP_20220404T140034.tif`;
    await writeCog(product, frame!);
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const restored = async (path: string, offset?: number) => {
      const output = `${folder}/${crypto.randomUUID()}.tif`;
      const options = offset === undefined ? {} : { offset };
      await restoreScene(model, {
        inputs: [{ path }],
        write: { output },
        log,
        mask: { source: "detector" },
        allowLevelMismatch: true,
        ...options,
      });
      return output;
    };
    const plain = await restored(product);
    assertMatch(lines[0]!, /-1000 DN/);
    assert(lines.some((line) => line.includes("--mask scl")), "L2A and the detector are warned of");
    lines.length = 0;
    await restored(plain);
    assertMatch(lines[0]!, /-1000 DN stated in the file; scale 0\.0001 stated/);
    const told = await restored(product, 0);
    lines.length = 0;
    await restored(told);
    assertMatch(lines[0]!, /offset of 0 DN stated in the file; scale 0\.0001 stated/);
  }));
