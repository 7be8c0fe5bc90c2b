import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { detectClouds, detectInTime, surveyClouds } from "../../clouds/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { parseCard } from "../../model/mod.ts";
import {
  fillClouds,
  restoreScene,
  type RestoreSceneOptions,
  restoreSeries,
  selfCheck,
} from "../../restoration/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";

const SIZE = { width: 40, height: 24 };
const OPAQUE = [7000, 6900, 7100, 8000];

function withOpaqueCloud() {
  const model = tinyModel();
  return { ...model, card: { ...model.card, opaqueCloud: OPAQUE } };
}

const masksOf = (frames: readonly Raster[]) => frames.map((frame) => detectClouds(frame));

/** Masks of the detector in files, which compares three dates. */
function masksInTime(frames: readonly Raster[]) {
  const { bands } = frames[0]!;
  const days = [1, 2, 3].map((month) => Date.parse(`2018-0${month}-01`) / 86_400_000);
  const survey = surveyClouds({ ...SIZE, bands, dates: days.map((day) => ({ day })) });
  survey.add({ column: 0, row: 0, frames });
  return detectInTime(frames, survey.finish());
}

Deno.test("fillClouds() puts opaque cloud over cloud, not over shadow, clear ground or no data", () => {
  const raster: Raster = {
    width: 5,
    height: 1,
    bands: ["B02", "B03"],
    dtype: "uint16",
    nodata: 0,
    data: Uint16Array.from([1, 2, 3, 4, 5, 6, 7, 8, 0, 0]),
  };
  const hidden = fillClouds(raster, Uint8Array.from([0, 1, 2, 3, 1]), [70.4, 80.6]);
  assertEquals([...hidden.data], [1, 2, 70, 81, 70, 81, 7, 8, 0, 0]);
  assertEquals([...raster.data].slice(2, 4), [3, 4]);
});

Deno.test("restoreSeries() shows the model opaque cloud where masks have cloud", async () => {
  const model = withOpaqueCloud();
  const frames = cloudyDates(SIZE);
  const masks = masksOf(frames);
  const painted = frames.map((frame, l) => fillClouds(frame, masks[l]!, OPAQUE));
  const { data } = await restoreSeries(model, frames, { reference: 1, masks });
  assertEquals(data, (await restoreSeries(model, painted, { reference: 1 })).data);
  const shown = await restoreSeries(model, frames, { reference: 1 });
  assertNotEquals(data, shown.data);
  // A card that does not say how opaque cloud looks hides nothing.
  const without = await restoreSeries(tinyModel(), frames, { reference: 1, masks });
  assertEquals(without.data, shown.data);
  await assertRejects(
    () => restoreSeries(model, frames, { masks: masks.slice(0, 2) }),
    TypeError,
    "there must be a mask for each of 3 dates, got 2",
  );
});

Deno.test("restoreSeries() does not take hidden cloud for data where there is none", async () => {
  const model = withOpaqueCloud();
  const frames = cloudyDates(SIZE).map(({ nodata: _, ...frame }) => {
    const data = frame.data.slice() as Uint16Array;
    data.fill(0, 0, 6 * 4);
    return { ...frame, data };
  });
  const masks = masksOf(frames).map((mask) => mask.fill(1, 0, 12));
  const { data } = await restoreSeries(model, frames, { masks });
  assertEquals([...data.subarray(0, 6 * 4)], Array(24).fill(0));
  assert(data.subarray(6 * 4, 12 * 4).every((value) => value > 0));
});

Deno.test("selfCheck() with the mask of a restoration hides the clouds that it draws", async () => {
  const [clear] = cloudyDates(SIZE, 1);
  const values = new Uint8Array(SIZE.width * SIZE.height);
  const options = { check: { runs: 1 }, mask: { values, keepClear: true } };
  const shown = await selfCheck(tinyModel(), [clear!], options);
  const hidden = await selfCheck(withOpaqueCloud(), [clear!], options);
  const plain = await selfCheck(withOpaqueCloud(), [clear!], { ...options, mask: { values } });
  assertNotEquals(hidden.scores.restored!.rmse, shown.scores.restored!.rmse);
  assertEquals(plain.scores.restored!.rmse, shown.scores.restored!.rmse);
});

Deno.test("restoreScene() with a mask hides the clouds of all dates, however it is cut", () =>
  inFolder(async (folder) => {
    const model = withOpaqueCloud();
    const frames = cloudyDates(SIZE);
    const inputs = frames.map((_, l) => ({ path: `${folder}/2018-0${l + 1}-01.tif` }));
    for (const [l, frame] of frames.entries()) await writeCog(inputs[l]!.path, frame);
    const masks = masksInTime(frames);
    const restored = await restoreSeries(model, frames, { reference: 1, masks });
    const shown = await restoreSeries(model, frames, { reference: 1 });
    const scene = async ({ mask, window }: Pick<RestoreSceneOptions, "mask" | "window">) => {
      const output = `${folder}/out.tif`;
      const { tags } = await restoreScene(model, {
        inputs,
        reference: 1,
        mask: { source: "detector", ...mask },
        window,
        write: { output, overwrite: true },
      });
      return { tags, raster: await readRaster(output) };
    };
    const whole = await scene({});
    const open = await scene({ mask: { fill: false } });
    assert(whole.tags.EMRDM_MASK!.endsWith(", clouds hidden from the model"));
    assert(!open.tags.EMRDM_MASK!.includes("hidden"));
    let cloudy = 0;
    for (const [i, found] of masks[1]!.entries()) {
      if (found === 0) continue;
      cloudy++;
      for (let b = 4 * i; b < 4 * i + 4; b++) {
        assertEquals(whole.raster.data[b], restored.data[b]);
        assertEquals(open.raster.data[b], shown.data[b]);
      }
    }
    assert(cloudy > 20);
    const window = { column: 9, row: 5, width: 20, height: 15 };
    const part = await scene({ window });
    for (let y = 0; y < 15; y++) {
      const from = ((y + 5) * 40 + 9) * 4;
      const row = part.raster.data.subarray(y * 80, (y + 1) * 80);
      assertEquals(row, whole.raster.data.subarray(from, from + 80));
    }
  }));

Deno.test("a card's opaque cloud has a number for each band", () => {
  const { card } = tinyModel();
  assertEquals(parseCard({ ...card, opaqueCloud: OPAQUE }).opaqueCloud, OPAQUE);
  assertThrows(
    () => parseCard({ ...card, opaqueCloud: [1, 2] }),
    Error,
    "$.opaqueCloud: must have a number for each of 4 bands, got 2",
  );
});
