import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { BASELINES, PROVENANCE, restoreSeries } from "../../restoration/mod.ts";
import { renderReport } from "../../report/mod.ts";
import { createModel } from "../../model/mod.ts";
import { cloudyDates, inFolder, TINY, tinyModel } from "../restoration/tiny.ts";
import { assertClose } from "../engines.ts";
import { EVIL, reportOn } from "./cases.ts";

await useEngine("cpu");

const model = tinyModel();

Deno.test("createReport() shows the result of restoreSeries() and its errors", async () => {
  const before = tf.memory().numTensors;
  const { data, frames, truth } = await reportOn(model, { truth: true });
  assertEquals(tf.memory().numTensors, before);
  const [view] = data.views;
  const image = (id: string) => view!.images.find((one) => one.id === id)!.data;
  const expected = await restoreSeries(model, frames, { reference: 1 });
  assertEquals(image("restored"), Float32Array.from(expected.data));
  assertEquals(image("date2"), Float32Array.from(frames[2]!.data));
  assertEquals(image("truth"), Float32Array.from(truth.data));

  const maps = data.truth!.errors.maps;
  assertEquals(
    maps.map(({ method }) => method),
    ["tiny", ...BASELINES.map(({ name }) => name)],
  );
  for (const [method, raster] of [["tiny", expected], ["copy the input", frames[1]!]] as const) {
    const map = maps.find((one) => one.method === method)!;
    for (const pixel of [0, 77, 40 * 32 - 1]) {
      let sum = 0;
      for (let b = 0; b < 4; b++) {
        sum += Math.abs(raster.data[4 * pixel + b]! - truth.data[4 * pixel + b]!) / 10000;
      }
      assertAlmostEquals(map.data[pixel]!, sum / 4, 1e-6);
    }
    const { mae } = data.truth!.scores[0]!.rows.find((row) => row.method === method)!.score!;
    assertAlmostEquals(map.mean, mae, 1e-6);
  }
  const [all, cloudy, seen, unseen, clear] = data.truth!.scores;
  assertEquals(all!.pixels, 40 * 32);
  assert(seen!.pixels > 0);
  assertEquals(seen!.pixels + unseen!.pixels, cloudy!.pixels);
  assertEquals(cloudy!.pixels + clear!.pixels, all!.pixels);
  const bias = data.truth!.bands[0]!.scores[2]!.bias;
  let differences = 0;
  for (let i = 2; i < expected.data.length; i += 4) {
    differences += (expected.data[i]! - truth.data[i]!) / 10000;
  }
  assertAlmostEquals(bias, differences / (40 * 32), 1e-6);
});

Deno.test("the states end with the result, and attention sums to 1 over the dates", async () => {
  const { data } = await reportOn(model, { options: { steps: 5, seed: 3 } });
  const { states, masks, window, steps, restoredWith, bands } = data.inside!;
  assertEquals([steps, restoredWith], [5, 5]);
  assertEquals(bands, [2, 1, 0]);
  assertEquals(states.length, 6);
  const sigmas = states.map(({ sigma }) => sigma);
  assertEquals(sigmas, sigmas.toSorted((a, b) => b - a));
  assertEquals([sigmas[0], sigmas.at(-1)], [100, 0]);
  const [last, end] = states.slice(-2);
  // At σ = 0 every date is the last D; 1e-3 of 10000 is what float32 loses on the way.
  for (const date of end!.dates) assertClose(date, last!.denoised!, 1e-3);
  assertEquals([end!.s, end!.denoised], [1, null]);
  // The first is noise around the cloudy image: x_t of σ_max differs between the dates.
  assert(states[0]!.dates[0]!.some((value, i) => Math.abs(value - states[0]!.dates[1]![i]!) > 100));
  assertEquals([window.width, window.height], [16, 16]);

  const { heads, length, width, height, evaluations } = masks!;
  assertEquals([heads, length, evaluations.length], [2, 3, 5]);
  const pixels = width * height;
  for (const { data: weights } of evaluations) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < pixels; i++) {
        let sum = 0;
        for (let l = 0; l < length; l++) sum += weights[(head * length + l) * pixels + i]!;
        assertAlmostEquals(sum, 1, 1e-5);
      }
    }
  }
});

Deno.test("a restoration of few steps is shown with more, and the report states both numbers", async () => {
  const { data } = await reportOn(model);
  assertEquals([data.inside!.steps, data.inside!.restoredWith], [5, 2]);
});

Deno.test("with a mask, provenance counts every pixel and observed ones have no error", async () => {
  const { data, frames } = await reportOn(model, {
    options: { mask: { source: "detector", dilate: 0, feather: 0 } },
  });
  const { counts, data: origins } = data.provenance!;
  for (const [name, value] of Object.entries(PROVENANCE)) {
    assertEquals(
      origins.reduce((sum, one) => sum + (one === value ? 1 : 0), 0),
      counts[name as keyof typeof PROVENANCE],
    );
  }
  assert(counts.observed > 0 && counts.otherDate + counts.reconstructed > 0);
  const restored = data.views[0]!.images.find(({ id }) => id === "restored")!.data;
  for (const [pixel, origin] of origins.entries()) {
    if (origin !== PROVENANCE.observed) continue;
    assertEquals(restored[4 * pixel], frames[1]!.data[4 * pixel]);
  }
});

Deno.test("an ensemble has spread, and a clear image shows how well the spread predicts errors", async () => {
  const { data } = await reportOn(model, { truth: true, options: { ensemble: { samples: 3 } } });
  const { samples, deviation, mean, high, reliability, calibration } = data.uncertainty!;
  assertEquals([samples, calibration], [3, null]);
  assert(deviation.every((value) => value > 0) && mean > 0 && high >= mean);
  const count = reliability!.bins.reduce((sum, bin) => sum + bin.count, 0);
  // Members clipped to the scaling's range are equal and do not count.
  assert(count > 0.9 * 40 * 32 * 4 && count <= 40 * 32 * 4);
  assert(reliability!.factor > 0);
  const { data: alone } = await reportOn(model, { options: { ensemble: { samples: 2 } } });
  assertEquals([alone.truth, alone.uncertainty!.reliability], [null, null]);
});

Deno.test("a self-check reports expected errors, the model's first", async () => {
  const stages = new Set<string>();
  const { data } = await reportOn(model, {
    size: { width: 64, height: 64 },
    options: { steps: 1, selfCheck: { runs: 1 }, onStage: (stage) => stages.add(stage) },
  });
  const { pixels, rows, how } = data.selfCheck!;
  assert(pixels > 0 && how.includes("in one run."), how);
  assertEquals(rows.slice(0, 2).map(({ method }) => method), ["tiny", "copy the input"]);
  assert(rows.every(({ score }) => score.mae > 0 && score.rmse >= score.mae));
  assertEquals([...stages], ["self-check", "reading", "restoring", "measuring"]);
});

Deno.test("a report without enough clear ground for a self-check gives the reason and everything else", async () => {
  const { data } = await reportOn(model, {
    change: (raster) => ({ ...raster, data: raster.data.map(() => 8000) }),
    options: { steps: 1, selfCheck: { runs: 1 } },
  });
  assertEquals(data.selfCheck, null);
  assert(data.selfCheckRefusal!.includes("must be clear"), data.selfCheckRefusal!);
  assert(data.notes.some((note) => note.includes(data.selfCheckRefusal!)));
  const page = renderReport(data);
  assert(page.includes("must be clear") && !page.includes("Not run. With <code>--self-check"));
});

Deno.test("a scene of one date, smaller than a tile, without a clear image has a report", async () => {
  const { data } = await reportOn(model, { dates: 1, size: { width: 12, height: 9 } });
  assertEquals([data.frames.length, data.truth, data.inside, data.provenance], [
    1,
    null,
    null,
    null,
  ]);
  assertEquals(data.views.map(({ width, height }) => [width, height]), [[12, 9]]);
  assert(data.frames[0]!.name.includes(EVIL.slice(0, 8)));
  assertEquals(data.frames[0]!.sha256!.length, 64);
});

Deno.test("pixels without data stay empty", async () => {
  const { data } = await reportOn(model, {
    truth: true,
    change: (raster) => ({
      ...raster,
      nodata: 0,
      data: raster.data.map((value, i) => i < 4 * 40 * 8 ? 0 : value),
    }),
  });
  const restored = data.views[0]!.images.find(({ id }) => id === "restored")!.data;
  assertEquals([Number.isNaN(restored[0]), Number.isNaN(restored.at(-1))], [true, false]);
  assertEquals(data.frames[0]!.empty, 8 / 32);
  assertEquals(data.truth!.scores[0]!.pixels, 40 * 24);
  assert(Number.isNaN(data.truth!.errors.maps[0]!.data[5]));
});

Deno.test("a model of 8-bit RGB without reflectance has a report", async () => {
  const { bands: _, ...config } = TINY;
  const rgb = createModel({
    ...config,
    name: "rgb",
    bands: ["R", "G", "B"].map((name) => ({ name, unit: "1" })),
    scaling: { low: 0, high: 255, clip: true },
  }, { seed: 2 });
  const { data } = await reportOn(rgb, {
    truth: true,
    change: ({ width, height, data }) => ({
      width,
      height,
      bands: ["R", "G", "B"],
      dtype: "uint8",
      data: Uint8Array.from(
        { length: width * height * 3 },
        (_, i) => Math.min(255, data[4 * Math.floor(i / 3) + 2 - i % 3]! / 40),
      ),
    }),
  });
  assertEquals(data.unit, { name: "1", reflectanceScale: null });
  assertEquals(data.frames[0]!.cloudCover, null);
  assertEquals(data.truth!.scores.map(({ label }) => label), ["All pixels"]);
  assertEquals(data.truth!.errors.maps.map(({ method }) => method), ["rgb", "copy the input"]);
  assert(data.truth!.errors.maps[0]!.mean <= 1);
});

Deno.test("a large scene is shown whole at reduced size, and in detail where it is cloudy", async () => {
  const size = { width: 1100, height: 20 };
  const { data, frames } = await reportOn(model, {
    size,
    dates: 1,
    options: { mask: { source: "detector" }, steps: 1 },
  });
  const [detail, whole] = data.views;
  assertEquals([detail!.width, detail!.height, detail!.step], [512, 20, 1]);
  assertEquals([whole!.width, whole!.height, whole!.step], [550, 10, 2]);
  assertEquals(whole!.window, { column: 0, row: 0, ...size });
  const { column } = detail!.window;
  const date = detail!.images.find(({ id }) => id === "date0")!.data;
  assertEquals(date[0], frames[0]!.data[4 * column]);
  const [first] = whole!.images;
  const mean = [0, 1, 1100, 1101].reduce((sum, i) => sum + frames[0]!.data[4 * i]!, 0) / 4;
  assertAlmostEquals(first!.data[0]!, mean, 1e-2);
  const { counts } = data.provenance!;
  assertEquals(
    counts.observed + counts.otherDate + counts.reconstructed + counts.noData,
    1100 * 20,
  );
  assert(data.notes.some((note) => note.includes("512 × 20 pixels")));
});

Deno.test("a clear image that is missing or on another grid is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/clear.tif`;
    const report = () => reportOn(model, { options: { truth: { path } } });
    await assertRejects(report, InputError, "clear.tif");
    const [frame] = cloudyDates({ width: 40, height: 32 }, 1);
    const [x, , , y] = frame!.transform!;
    await writeCog(path, { ...frame!, transform: [x, 20, 0, y, 0, -20] });
    await assertRejects(report, InputError, "clear.tif");
  }));

Deno.test("a band that the files lack is not compared", async () => {
  const { bands: _, ...config } = TINY;
  const names = ["B02", "B03", "B04", "B10"];
  const bands = names.map((name) => ({ name, unit: "DN" }));
  const l1c = createModel({ ...config, bands }, { seed: 2 });
  const { data } = await reportOn(l1c, {
    truth: true,
    change: ({ width, height, data }) => ({
      width,
      height,
      bands: names.slice(0, 3),
      dtype: "uint16",
      data: Uint16Array.from(
        { length: width * height * 3 },
        (_, i) => data[4 * Math.floor(i / 3) + i % 3]!,
      ),
    }),
    options: { missingB10: "zero" },
  });
  assertEquals(data.truth!.scores[0]!.pixels, 40 * 32);
  const [method] = data.truth!.bands;
  assertEquals(method!.scores.map((score) => score === null), [false, false, false, true]);
  const restored = data.views[0]!.images.find(({ id }) => id === "restored")!.data;
  assertEquals([Number.isNaN(restored[2]), Number.isNaN(restored[3])], [false, true]);
});
