import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { createRng, type Raster, toReflectance } from "../../core/mod.ts";
import { syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";
import { detectDates } from "../../clouds/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import {
  evaluate,
  evaluateCase,
  type EvaluatedMethod,
  type EvaluationCase,
  evaluationJson,
  type EvaluationRow,
  evaluationRun,
  type LateCase,
  type MethodInput,
  modelMethod,
  stratumOf,
} from "../../evaluation/mod.ts";
import { createLpips, lpipsShapes, METRIC_PROFILES } from "../../metrics/mod.ts";
import { BASELINES, restoreSeries } from "../../restoration/mod.ts";
import { createModel, restoreImages } from "../../model/mod.ts";
import { BANDS, cloudyDates, TINY, tinyModel } from "../restoration/tiny.ts";

const SCENE = syntheticScene(createRng(1), { width: 32, height: 24 });

function clouded(cover: number, seed = 5): Raster {
  return syntheticClouds(SCENE, createRng(seed), { cover, scale: 30 }).cloudy;
}

Deno.test("evaluateCase() scores in reflectance and ranks a near-truth above every baseline", async () => {
  await useEngine("cpu");
  const cloudy = [clouded(0.5, 1), clouded(0.5, 2), clouded(0.5, 3)];
  const off = { ...SCENE, data: SCENE.data.map((value) => value + 100) as Uint16Array };
  const { scores } = await evaluateCase({ name: "a", target: SCENE, restored: { off }, cloudy });
  const names = BASELINES.filter(({ needs }) => !needs.days).map(({ name }) => name);
  assertEquals(Object.keys(scores), [...names, "off"]);
  // Every pixel is 100 DN too bright: 0.01 of the scale of 10000; float32 rounds at 1e-8.
  assertAlmostEquals(scores.off!.mae, 0.01, 1e-7);
  assertAlmostEquals(scores.off!.psnr, 40, 1e-4);
  for (const name of names) assert(scores[name]!.psnr < scores.off!.psnr, name);
  const single = await evaluateCase({ name: "a", target: SCENE, cloudy: cloudy.slice(0, 1) });
  assertEquals(Object.keys(single.scores), ["copy the input", "smooth fill"]);
});

Deno.test("evaluateCase() leaves out pixels without data in the target", async () => {
  const hole = { ...SCENE, data: SCENE.data.slice(), nodata: 0 };
  hole.data.fill(0, 0, 13 * 5);
  const { scores } = await evaluateCase({ name: "a", target: hole, restored: { SCENE } });
  assertEquals([scores.SCENE!.mae, scores.SCENE!.psnr], [0, Infinity]);
});

Deno.test("evaluateCase() leaves out pixels that are NaN in the target", async () => {
  const float = { ...SCENE, dtype: "float32" as const, nodata: NaN };
  const data = Float32Array.from(SCENE.data);
  data.fill(NaN, 0, 13 * 5);
  // One band is enough: the others of its pixel cannot be scored alone.
  data[13 * 9 + 4] = NaN;
  const target = { ...float, data };
  const restored = { whole: SCENE, holed: { ...float, data: data.slice() } };
  const { scores } = await evaluateCase({ name: "a", target, restored });
  for (const { mae, psnr } of Object.values(scores)) assertEquals([mae, psnr], [0, Infinity]);
});

Deno.test("evaluate() averages the methods that all images have", async () => {
  const off = (by: number) => ({ ...SCENE, data: SCENE.data.map((v) => v + by) as Uint16Array });
  const { cases, means } = await evaluate([
    { name: "a", target: SCENE, restored: { ours: off(100), more: SCENE } },
    { name: "b", target: SCENE, restored: { ours: off(300) } },
  ]);
  assertEquals(cases.map(({ name }) => name), ["a", "b"]);
  assertEquals(Object.keys(means), ["ours"]);
  assertAlmostEquals(means.ours!.mae, 0.02, 1e-7);
  await assertRejects(() => evaluate([]), TypeError, "at least one image");
});

Deno.test("evaluateCase() rejects a result that does not match the target", async () => {
  const other = syntheticScene(createRng(1), { width: 16, height: 24 });
  await assertRejects(
    () => evaluateCase({ name: "a", target: SCENE, restored: { ours: other } }),
    TypeError,
    "the result of ours for a: it must match the target, 32×24",
  );
});

/** The scene with every number `by` more where `where` says so. */
function brighter(by: number, where: (pixel: number) => boolean = () => true): Raster {
  const data = SCENE.data.map((v, i) => where(Math.floor(i / 13)) ? v + by : v) as Uint16Array;
  return { ...SCENE, data };
}

const PIXELS = 32 * 24;
/** The upper half. */
const HALF = Uint8Array.from({ length: PIXELS }, (_, i) => i < PIXELS / 2 ? 1 : 0);
const isHidden = (pixel: number) => HALF[pixel] === 1;

function rowOf(rows: readonly EvaluationRow[], method: string, pixels: string): EvaluationRow {
  return rows.find((row) => row.method === method && row.pixels === pixels)!;
}

Deno.test("evaluate() scores cloudy and clear pixels by the mask that is given", async () => {
  const restored = brighter(300, isHidden);
  const { rows } = await evaluate([{
    name: "a",
    target: SCENE,
    cloudy: [brighter(2000, isHidden)],
    masks: [HALF],
    maskSource: "exact",
    restored: {
      ours: {
        ...restored,
        data: restored.data.map((v, i) =>
          v + (isHidden(Math.floor(i / 13)) ? 0 : 100)
        ) as Uint16Array,
      },
    },
  }]);
  const mae = (pixels: string) => rowOf(rows, "ours", pixels).mae!;
  // 300 and 100 of 10000; float32 rounds at 1e-8.
  assertAlmostEquals(mae("cloudy"), 0.03, 1e-7);
  assertAlmostEquals(mae("clear"), 0.01, 1e-7);
  assertAlmostEquals(mae("all"), 0.02, 1e-7);
  assertEquals(
    rows.map(({ method, pixels, count, mask, cover, kind }) =>
      [method, pixels, count, mask, cover, kind].join()
    ),
    [
      "copy the input,all,768,exact,0.5,baseline",
      "copy the input,cloudy,384,exact,0.5,baseline",
      "copy the input,clear,384,exact,0.5,baseline",
      ...["all,768", "cloudy,384", "clear,384"].map((one) =>
        `smooth fill,${one},exact,0.5,baseline`
      ),
      "ours,all,768,exact,0.5,restored",
      "ours,cloudy,384,exact,0.5,restored",
      "ours,clear,384,exact,0.5,restored",
    ],
  );
  // The copy is the truth where nothing hides it.
  assertEquals([
    rowOf(rows, "copy the input", "clear").psnr,
    rowOf(rows, "copy the input", "clear").mae,
  ], [Infinity, 0]);
});

Deno.test("evaluate() divides cloudy pixels into those that another date shows and those that none does", async () => {
  // The reference is hidden above, another date to the left, one has no data in its last row.
  const left = Uint8Array.from({ length: PIXELS }, (_, i) => i % 32 < 16 ? 1 : 0);
  const whole = new Uint8Array(PIXELS).fill(1);
  const isSeen = (pixel: number) => isHidden(pixel) && pixel % 32 >= 16;
  const ours = { ...SCENE, data: SCENE.data.slice() };
  for (let i = 0; i < ours.data.length; i++) {
    const pixel = Math.floor(i / 13);
    if (isHidden(pixel)) ours.data[i]! += isSeen(pixel) ? 100 : 400;
  }
  const score = async (masks: readonly Uint8Array[], cloudy: readonly Raster[]) => {
    const given = { name: "a", target: SCENE, cloudy, masks, reference: 0, restored: { ours } };
    const { rows } = await evaluate([given], { baselines: false });
    return Object.fromEntries(rows.map(({ pixels, count, mae }) => [pixels, [count, mae]]));
  };
  const three = await score([HALF, left, whole], [SCENE, SCENE, SCENE]);
  assertEquals(Object.keys(three), ["all", "cloudy", "seen", "unseen", "clear"]);
  assertEquals([three.seen![0], three.unseen![0]], [192, 192]);
  assertAlmostEquals(three.seen![1]!, 0.01, 1e-7);
  assertAlmostEquals(three.unseen![1]!, 0.04, 1e-7);
  // A date without data there shows nothing; with a mask of nothing hidden it shows the rest.
  const hole = { ...SCENE, data: SCENE.data.slice(), nodata: 0 };
  hole.data.fill(0, 0, 4 * 32 * 13);
  const two = await score([HALF, new Uint8Array(PIXELS)], [SCENE, hole]);
  assertEquals([two.seen![0], two.unseen![0]], [256, 128]);
  // Without another date there is nothing to divide.
  assertEquals(Object.keys(await score([HALF], [SCENE])), ["all", "cloudy", "clear"]);
});

Deno.test("methods get the detector's masks where a case says so, scores keep those of the data", async () => {
  const cloudy = [clouded(0.5, 1), clouded(0.4, 2)];
  const got: (readonly Uint8Array[])[] = [];
  const method: EvaluatedMethod = {
    name: "spy",
    kind: "model",
    facts: {},
    restore: ({ found }) => {
      got.push(found!);
      return Promise.resolve(SCENE);
    },
  };
  const given = { target: SCENE, cloudy, masks: [HALF, HALF], reference: 0 };
  const { rows } = await evaluate([
    { name: "a", ...given },
    { name: "b", ...given, methodMasks: "detector" },
  ], { methods: [method] });
  assertEquals(got[0], [HALF, HALF]);
  assertEquals(got[1], detectDates(cloudy));
  for (const method of ["spy", "copy the input"]) {
    const [first, second] = ["a", "b"].map((image) =>
      rows.filter((row) => row.method === method && row.image === image)
        .map(({ image: _, ...row }) => row)
    );
    assertEquals(first, second);
  }
  const [one, two] = ["a", "b"].map((image) =>
    rows.find((row) => row.image === image && row.method === "mask-aware mean")!
  );
  assert(one!.rmse !== two!.rmse);
});

Deno.test("evaluate() detects clouds without a given mask, and records the source of the masks", async () => {
  const cloudy = [clouded(0.5)];
  const unnamed = (raster: Raster): Raster => ({
    ...raster,
    bands: raster.bands.map((_, i) => `x${i}`),
  });
  const masksOf = async (given: EvaluationCase) => (await evaluate([given])).cases[0]!;
  const found = await masksOf({ name: "a", target: SCENE, cloudy });
  assertEquals(found.mask, "detected");
  assert(found.cover! > 0.2 && found.cover! < 0.9, `${found.cover}`);
  assertEquals((await masksOf({ name: "a", target: SCENE, cloudy, masks: [HALF] })).mask, "given");
  // Without visible bands nobody knows, and only what needs no clouds is scored.
  const blind = await evaluate([{
    name: "a",
    target: unnamed(SCENE),
    cloudy: [unnamed(cloudy[0]!), unnamed(SCENE)],
  }]);
  assertEquals([blind.cases[0]!.mask, blind.cases[0]!.cover], ["none", null]);
  assertEquals(Object.keys(blind.means), ["copy the input", "mean", "median"]);
  await assertRejects(
    () => evaluate([{ name: "a", target: SCENE, cloudy, masks: [HALF, HALF] }]),
    TypeError,
    "a mask of 768 pixels for each of 1 dates, got 768, 768",
  );
});

Deno.test("evaluate() gives the mean of PSNRs, not the PSNR of the mean", async () => {
  const { summary } = await evaluate([100, 1000].map((by) => ({
    name: `${by}`,
    target: SCENE,
    restored: { ours: brighter(by) },
  })));
  const { psnr, rmse } = summary.groups[0]!.metrics;
  // 40 dB and 20 dB; the mean error has 25.2 dB.
  assertAlmostEquals(psnr!.mean, 30, 1e-4);
  assertEquals(psnr!.count, 2);
  assertAlmostEquals(rmse!.mean, 0.055, 1e-7);
  assertEquals(summary.notes.length, 1);
  assert(summary.notes[0]!.includes("n = 2"), summary.notes[0]);
});

Deno.test("evaluate() keeps an infinite PSNR, in JSON too", async () => {
  const evaluation = await evaluate([SCENE, brighter(100)].map((ours, i) => ({
    name: `${i}`,
    target: SCENE,
    restored: { ours },
  })));
  const { psnr } = evaluation.summary.groups[0]!.metrics;
  assertEquals(psnr, { mean: Infinity, low: null, high: null, count: 2 });
  const read = JSON.parse(evaluationJson(evaluation));
  assertEquals([read.rows[0].psnr, read.means.ours.psnr], ["Infinity", "Infinity"]);
  assertEquals(read.rows[0].mae, 0);
});

Deno.test("evaluate() reports bias by band and by strata of cloud cover", async () => {
  const darkRed: Raster = {
    ...SCENE,
    data: SCENE.data.map((v, i) => i % 13 === 3 ? v - 50 : v + 20) as Uint16Array,
  };
  const cover = (share: number) =>
    Uint8Array.from({ length: PIXELS }, (_, i) => i < share * PIXELS ? 1 : 0);
  const { rows, summary } = await evaluate([0.25, 0.25, 0.75].map((share, i) => ({
    name: `${i}`,
    target: SCENE,
    restored: { ours: i === 2 ? SCENE : darkRed },
    masks: [cover(share)],
  })));
  const { bands } = rows[0]!;
  assertAlmostEquals(bands["B04"]!.bias, -0.005, 1e-7);
  assertAlmostEquals(bands["B03"]!.bias, 0.002, 1e-7);
  assertAlmostEquals(bands["B04"]!.mae, 0.005, 1e-7);
  const all = summary.groups.filter(({ pixels }) => pixels === "all");
  assertEquals(all.map(({ cover, images }) => [cover, images]), [
    ["all", 3],
    ["10–30 %", 2],
    ["70–100 %", 1],
  ]);
  assertAlmostEquals(all[1]!.metrics.mae!.mean, (12 * 0.002 + 0.005) / 13, 1e-7);
  assertEquals(all[2]!.metrics.mae!.mean, 0);
  const red = summary.bands.find(({ band, pixels }) => band === "B04" && pixels === "cloudy")!;
  assertAlmostEquals(red.metrics.bias.mean, -0.01 / 3, 1e-7);
});

Deno.test("stratumOf() has no gap and no overlap", () => {
  assertEquals([0, 0.0999, 0.1, 0.3, 0.5, 0.7, 1].map((cover) => stratumOf(cover).name), [
    "0–10 %",
    "0–10 %",
    "10–30 %",
    "30–50 %",
    "50–70 %",
    "70–100 %",
    "70–100 %",
  ]);
});

Deno.test("evaluate() scores by the profile, and gives the reason for a missing LPIPS", async () => {
  const given = {
    name: "a",
    target: SCENE,
    restored: { ours: brighter(200, isHidden) },
    masks: [HALF],
  };
  const rgb = [3, 2, 1] as const;
  const images = {
    prediction: toReflectance(given.restored.ours),
    target: toReflectance(SCENE),
    ...{ height: 24, width: 32, channels: 13, rgb },
  };
  for (const name of ["standard", "sen2MtcNew", "sen12MsCr"] as const) {
    const { rows, profile, lpips } = await evaluate([given], { profile: name });
    const clear = HALF.map((flag) => 1 - flag);
    for (const [pixels, mask] of Object.entries({ all: undefined, cloudy: HALF, clear })) {
      const wanted = await METRIC_PROFILES[name].score({ ...images, ...(mask && { mask }) });
      const row = rowOf(rows, "ours", pixels);
      for (const metric of ["psnr", "ssim", "mae", "rmse", "sam"] as const) {
        // The regions of one image sum in another order than the image alone.
        if (wanted[metric] === Infinity) assertEquals(row[metric], Infinity, `${name} ${metric}`);
        else assertAlmostEquals(row[metric]!, wanted[metric], 1e-9, `${name} ${metric} ${pixels}`);
      }
      assertEquals([row.lpips, row.profile], [null, name]);
    }
    assertEquals([profile.name, lpips], [name, "no weights"]);
    const why = name === "sen12MsCr" ? "not in this profile" : "no weights";
    assert(rows.every(({ noLpips }) => noLpips === why), name);
  }
});

Deno.test("evaluate() gives LPIPS of the pixels of each group", async () => {
  await useEngine("cpu");
  const net = "alex";
  const target = syntheticScene(createRng(1), { width: 32, height: 32 });
  const ours = {
    ...target,
    data: target.data.map((v, i) => i < 13 * 512 ? v + 200 : v) as Uint16Array,
  };
  const mask = Uint8Array.from({ length: 1024 }, (_, i) => i < 512 ? 1 : 0);
  const params = Object.fromEntries(
    Object.entries(lpipsShapes(net)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = createRng(6).fork(name).normals(size).map((v) =>
        name.startsWith("lin") ? Math.abs(v) : v * 0.05
      );
      return [name, { shape, data }];
    }),
  );
  const lpips = createLpips({ net, params });
  const given = { name: "a", target, restored: { ours }, masks: [mask] };
  const { rows, ...evaluation } = await evaluate([given], { lpips });
  assertEquals(evaluation.lpips, net);
  const images = {
    prediction: toReflectance(ours),
    target: toReflectance(target),
    ...{ height: 32, width: 32, channels: 13, rgb: [3, 2, 1] as const },
  };
  const wanted = await METRIC_PROFILES.standard.score({ ...images, mask }, { lpips });
  assertEquals(rowOf(rows, "ours", "cloudy").lpips, wanted.lpips);
  assert(rowOf(rows, "ours", "cloudy").lpips !== rowOf(rows, "ours", "clear").lpips);
  assert(rows.every(({ noLpips }) => noLpips === undefined));
  await lpips.dispose();
});

Deno.test("evaluate() resumes from existing rows without opening their images", async () => {
  const opened: string[] = [];
  const late = (name: string, by: number): LateCase => ({
    name,
    open() {
      opened.push(name);
      return Promise.resolve({ name, target: SCENE, restored: { ours: brighter(by) } });
    },
  });
  const cases = [late("a", 100), late("b", 200), late("c", 400)];
  const kept: EvaluationRow[][] = [];
  const whole = await evaluate(cases, { onCase: (rows) => void kept.push([...rows]) });
  assertEquals(kept.flat(), whole.rows);
  opened.length = 0;
  const again = await evaluate(cases, { done: kept.slice(0, 2).flat() });
  assertEquals(opened, ["c"]);
  assertEquals(again, whole);
  const controller = new AbortController();
  await assertRejects(
    () =>
      evaluate(cases, {
        signal: controller.signal,
        onCase: () => controller.abort(new Error("stopped")),
      }),
    Error,
    "stopped",
  );
  assertEquals(opened, ["c", "a"]);
  await assertRejects(() => evaluate([cases[0]!, cases[0]!]), TypeError, "names must be unique");
});

Deno.test("evaluate() digests its settings as the run, and the pixels as the data", async () => {
  const given = (
    by: number,
  ) => [{ name: "a", target: SCENE, restored: { ours: brighter(by) }, cloudy: [brighter(9)] }];
  const first = await evaluate(given(100));
  assertEquals((await evaluate(given(200))).data, first.data);
  const moved = await evaluate([{ ...given(100)[0]!, cloudy: [brighter(10)] }]);
  assert(moved.data !== first.data && moved.rows[0]!.truth === first.rows[0]!.truth);
  const method = {
    name: "m",
    kind: "model",
    facts: { digest: "1" },
    restore: () => Promise.resolve(SCENE),
  } as const;
  const runs = await Promise.all([
    evaluationRun(),
    evaluationRun({ profile: "sen12MsCr" }),
    evaluationRun({ facts: { reflectanceScale: 1 } }),
    evaluationRun({ methods: [method] }),
    evaluationRun({ methods: [{ ...method, facts: { digest: "2" } }] }),
    evaluationRun({ facts: { sets: ["x"] } }),
    evaluationRun({ baselines: false }),
  ]);
  assertEquals(new Set(runs).size, runs.length);
  // How intervals are made changes no row.
  assertEquals(await evaluationRun({ seed: 4, resamples: 10 }), runs[0]);
});

Deno.test("evaluate() hands methods the dates and the masks, and picks bands", async () => {
  let given: MethodInput | undefined;
  const spy: EvaluatedMethod = {
    name: "spy",
    kind: "model",
    facts: {},
    restore(input) {
      given = input;
      return Promise.resolve(input.target);
    },
  };
  const bands = ["B04", "B03", "B02"];
  const { rows } = await evaluate(
    [{
      name: "a",
      target: SCENE,
      cloudy: [brighter(1), brighter(2)],
      masks: [HALF, undefined],
      reference: 0,
    }],
    { methods: [spy], bands },
  );
  assertEquals([given!.target.bands, given!.reference, given!.found![0]], [bands, 0, HALF]);
  assertEquals([...given!.target.data.slice(0, 3)], [3, 2, 1].map((band) => SCENE.data[band]!));
  assertEquals(Object.keys(rows[0]!.bands), bands);
  assertEquals(rowOf(rows, "spy", "all").psnr, Infinity);
  await assertRejects(
    () => evaluate([{ name: "a", target: SCENE }], { methods: [spy, spy] }),
    TypeError,
    "got two called spy",
  );
  await assertRejects(
    () => evaluate([{ name: "a", target: SCENE }], { bands: ["B02", "B99"] }),
    TypeError,
    "without B99",
  );
});

Deno.test("modelMethod() restores as restoreSeries() does, and keeps clear pixels", async () => {
  await useEngine("cpu");
  const model = tinyModel();
  const target = syntheticScene(createRng(2), { width: 32, height: 32 });
  const cloudy = [3, 4, 5, 6].map((seed) =>
    syntheticClouds(target, createRng(seed), { cover: 0.4, scale: 30 }).cloudy
  );
  const mask = Uint8Array.from({ length: 32 * 32 }, (_, i) => i % 32 < 10 ? 1 : 0);
  const methods = [
    await modelMethod(model, { seed: 7 }),
    await modelMethod(model, {
      seed: 7,
      mask: { source: "case", dilate: 2, feather: 1 },
      name: "kept",
    }),
  ];
  const made: { readonly given: MethodInput; readonly result: Raster }[] = [];
  await evaluate([{ name: "a", target, cloudy, reference: 1, masks: cloudy.map(() => mask) }], {
    bands: BANDS,
    methods: methods.map((method) => ({
      ...method,
      async restore(given) {
        const result = await method.restore(given);
        made.push({ given, result });
        return result;
      },
    })),
  });
  const [whole, kept] = made as [typeof made[number], typeof made[number]];
  // Of four dates the model takes three: the reference and the first others.
  const wanted = await restoreSeries(model, whole.given.cloudy.slice(0, 3), {
    reference: 1,
    seed: 7,
  });
  assertEquals(whole.result.data, wanted.data);
  for (let i = 0; i < wanted.data.length; i++) {
    const column = Math.floor(i / BANDS.length) % 32;
    // On the mask all of it, beyond the 2 pixels by which it grows nothing.
    if (column < 10) assertEquals(kept.result.data[i], wanted.data[i]);
    else if (column >= 12) assertEquals(kept.result.data[i], kept.given.cloudy[1]!.data[i]);
  }
  assertEquals([methods[0]!.name, methods[0]!.facts["seed"]], [model.card.name, 7]);
  assert(/^[0-9a-f]{64}$/.test(String(methods[0]!.facts["digest"])));
  await assertRejects(
    () => modelMethod(model, { ensemble: { samples: 0 } }),
    RangeError,
    "at least 2 samples",
  );
});

Deno.test("modelMethod() passes the auxiliary bands of the dates that the model takes", async () => {
  await useEngine("cpu");
  const model = createModel({
    ...TINY,
    name: "with radar",
    length: 2,
    condition: {
      order: ["cloudy", "auxiliary"],
      auxiliary: [{ name: "VV", unit: "dB" }],
      auxiliaryScaling: { low: -25, high: 0, clip: true },
    },
  }, { seed: 3 });
  const cloudy = cloudyDates({ width: 16, height: 16 }, 3);
  const radar = Float32Array.from({ length: 3 * 256 }, (_, i) => -20 + Math.floor(i / 256));
  const given = { name: "a", target: cloudy[0]!, cloudy, reference: 2 };
  let made: Raster | undefined;
  const method = await modelMethod(model);
  const spy: EvaluatedMethod = {
    ...method,
    restore: async (input) => made = await method.restore(input),
  };
  await evaluate([{ ...given, auxiliary: radar }], { methods: [spy] });
  const { image } = await restoreImages(model, {
    ...{ batch: 1, length: 2, height: 16, width: 16, reference: 1 },
    cloudy: [...cloudy[0]!.data, ...cloudy[2]!.data],
    auxiliary: [...radar.subarray(0, 256), ...radar.subarray(512)],
  });
  assertEquals([...made!.data], Array.from(image, (value) => Math.max(Math.round(value), 0)));
  await assertRejects(
    () => evaluate([given], { methods: [method] }),
    TypeError,
    "needs the auxiliary bands VV, got none",
  );
});
