import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { clearest, median } from "../../fusion/mod.ts";
import {
  BASELINES,
  baselines,
  compositeImage,
  copyInput,
  fuseFrames,
  leastCloudy,
} from "../../restoration/mod.ts";

await useEngine("cpu");

/** Two pixels of RGB: grey values, bright ones are cloud. */
function frame(first: number, second: number): Raster {
  return {
    width: 2,
    height: 1,
    bands: ["B04", "B03", "B02"],
    dtype: "uint16",
    data: new Uint16Array([first, first, first, second, second, second]),
    nodata: 0,
  };
}

const frames = [frame(1000, 8000), frame(7000, 9000), frame(1300, 1600)];

Deno.test("baselines() gives every baseline, and leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  const found = await baselines(frames, { reference: 1 });
  assertEquals(tf.memory().numTensors, before);
  const pairs = Object.entries(found).map(([name, { data }]) => [name, data[0], data[3]]);
  assertEquals(pairs, [
    ["copy the input", 7000, 9000],
    // No pixel of the reference is clear: it stays.
    ["smooth fill", 7000, 9000],
    ["least cloudy", 1300, 1600],
    ["mean", 3100, 6200],
    ["median", 1300, 8000],
    ["clearest", 1150, 1600],
    ["mask-aware mean", 1150, 1600],
    ["mask-aware median", 1150, 1600],
    // Clear date 2, which no clear pixel of the reference could harmonise.
    ["composite", 1300, 1600],
  ]);
});

Deno.test("baselines() runs those of the list that dates, masks, days and bands allow", async () => {
  const names = async (...args: Parameters<typeof baselines>) =>
    Object.keys(await baselines(...args));
  const all = BASELINES.map(({ name }) => name);
  const dates = ["2018-03-01", "2018-03-11", "2018-03-31"];
  assertEquals(await names(frames, { dates }), all);
  assertEquals(
    await names(frames, { dates: [...dates.slice(1), undefined] }),
    all.filter((name) => name !== "linear in time"),
  );
  assertEquals(await names([frames[2]!]), ["copy the input", "smooth fill"]);
  // Without visible bands nothing can be detected.
  const blind = frames.map((one) => ({ ...one, bands: ["a", "b", "c"] }));
  assertEquals(await names(blind, { dates }), ["copy the input", "mean", "median"]);
  const masks = frames.map(() => Uint8Array.of(0, 1));
  assertEquals(await names(blind, { dates, masks }), all.filter((name) => name !== "clearest"));
  // A list of one's own, with the same input for each.
  const [copy] = BASELINES;
  const list = [{ ...copy!, name: "mine" }];
  assertEquals(await baselines(frames, { list, reference: 0 }), { mine: frames[0]! });
});

Deno.test("leastCloudy() takes the first of equals", () => {
  assertEquals(leastCloudy([frame(1000, 1000), frame(1200, 1200)]).data[0], 1000);
});

Deno.test("leastCloudy() does not take a date without data for a clear one", () => {
  assertEquals(leastCloudy([frame(0, 0), frame(1200, 9000)]).data[0], 1200);
});

Deno.test("fuseFrames() does not count dates without data", async () => {
  const holes = [frame(0, 0), frame(500, 0), frame(700, 0)];
  const { data } = await fuseFrames(holes, { fusion: median() });
  assertEquals([data[0], data[3]], [600, 0]);
  // What stands in for the first date must move neither the median of the others nor their choice.
  const four = [frame(0, 1000), frame(500, 1000), frame(700, 1000), frame(7000, 1000)];
  assertEquals((await fuseFrames(four, { fusion: median() })).data[0], 700);
  const two = await fuseFrames(four.slice(0, 2), { fusion: clearest(), weighted: true });
  assertEquals(two.data[0], 500);
  const dark = [frame(0, 1000), frame(7000, 1000), frame(2600, 1000)];
  assertEquals((await fuseFrames(dark, { fusion: clearest(), weighted: true })).data[0], 2600);
});

Deno.test("baselines() finds clouds in rasters of any reflectance scale", async () => {
  const scaled = frames.map((raster) => {
    const data = Float32Array.from(raster.data, (value) => value / 10000);
    return { ...raster, data, dtype: "float32" as const, reflectanceScale: 1 };
  });
  const found = await baselines(scaled, { reference: 1 });
  const pairs = ["least cloudy", "clearest"] as const;
  const values = pairs.map((name) => [found[name]!.data[0], found[name]!.data[3]]);
  assertEquals(values[0], [Math.fround(0.13), Math.fround(0.16)]);
  assertAlmostEquals(values[1]![0]!, 0.115, 1e-6);
});

Deno.test("baselines refuse what does not fit", async () => {
  assertThrows(() => copyInput(frames, { reference: 3 }), RangeError, "0 … 2");
  const wide = { ...frame(1, 2), width: 1, height: 2 };
  await assertRejects(() => fuseFrames([frames[0]!, wide], { fusion: median() }), TypeError);
});

Deno.test("compositeImage() keeps clear pixels bit for bit, whatever unit and gaps the dates have", () => {
  const side = 48;
  const pixels = side * side;
  const rng = createRng(4);
  const ground = Array.from({ length: pixels * 3 }, (_, i) => 600 + 900 * rng.uniform(i));
  const dated = (gain: number, hidden: (pixel: number) => boolean): Raster => ({
    width: side,
    height: side,
    bands: ["B04", "B03", "B02"],
    dtype: "uint16",
    nodata: 0,
    data: Uint16Array.from(
      ground,
      (value, i) => hidden(Math.floor(i / 3)) ? 8000 : Math.round(value * gain),
    ),
  });
  const cloud = (pixel: number) => pixel % side < 12;
  const isRim = (pixel: number) => pixel % side < 20;
  const dates = [dated(1, cloud), dated(1.2, () => false)];
  const masks = [
    Uint8Array.from({ length: pixels }, (_, i) => cloud(i) ? 1 : 0),
    new Uint8Array(pixels),
  ];
  const { data } = compositeImage({ frames: dates, masks, reference: 0 });
  let worst = 0;
  for (const [i, value] of data.entries()) {
    if (cloud(Math.floor(i / 3))) worst = Math.max(worst, Math.abs(value - ground[i]!));
    else if (!isRim(Math.floor(i / 3))) assertEquals(value, dates[0]!.data[i]);
  }
  // A gain alone is learnt from the clear ground: 1 % of the range of the ground.
  assert(worst < 9, `${worst}`);
  // In reflectance, the same within the rounding of float32 and of DN.
  const scaled = dates.map((raster) => ({
    ...raster,
    dtype: "float32" as const,
    reflectanceScale: 1,
    data: Float32Array.from(raster.data, (value) => value / 10000),
  }));
  const again = compositeImage({ frames: scaled, masks, reference: 0 });
  for (const [i, value] of again.data.entries()) assertAlmostEquals(value * 10000, data[i]!, 0.51);
  // Where no date has data, neither has the result.
  const holed = dates.map((raster) => ({
    ...raster,
    data: raster.data.map((v, i) => i < 9 ? 0 : v),
  }));
  const { data: gaps } = compositeImage({ frames: holed as Raster[], masks, reference: 0 });
  assertEquals([...gaps.slice(0, 9)], Array(9).fill(0));
});
