import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { median } from "../../fusion/mod.ts";
import { BASELINES, baselines, copyInput, fuseFrames, leastCloudy } from "../../restoration/mod.ts";

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
  const pairs = BASELINES.map((name) => [found[name].data[0], found[name].data[3]]);
  assertEquals(pairs, [[7000, 9000], [1300, 1600], [3100, 6200], [1300, 8000], [1150, 1600]]);
});

Deno.test("leastCloudy() takes the first of equals", () => {
  assertEquals(leastCloudy([frame(1000, 1000), frame(1200, 1200)]).data[0], 1000);
});

Deno.test("fuseFrames() does not count dates without data", async () => {
  const holes = [frame(0, 0), frame(500, 0), frame(700, 0)];
  const { data } = await fuseFrames(holes, { fusion: median() });
  assertEquals([data[0], data[3]], [600, 0]);
});

Deno.test("baselines refuse what does not fit", async () => {
  assertThrows(() => copyInput(frames, { reference: 3 }), RangeError, "0 … 2");
  const wide = { ...frame(1, 2), width: 1, height: 2 };
  await assertRejects(() => fuseFrames([frames[0]!, wide], { fusion: median() }), TypeError);
});
