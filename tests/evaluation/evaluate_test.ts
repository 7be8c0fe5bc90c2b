import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { syntheticClouds, syntheticScene } from "../../data/mod.ts";
import {
  BASELINES,
  baselines,
  evaluate,
  evaluateCase,
  leastCloudyOf,
} from "../../evaluation/mod.ts";

const SCENE = syntheticScene(createRng(1), { width: 32, height: 24 });

function flat(value: number): Raster {
  return { ...SCENE, data: SCENE.data.slice().fill(value) };
}

function clouded(cover: number, seed = 5): Raster {
  return syntheticClouds(SCENE, createRng(seed), { cover, scale: 30 }).cloudy;
}

Deno.test("baselines() copies, takes the least cloudy, and combines dates", () => {
  const frames = [flat(1000), flat(5000), flat(1300)];
  const { copyInput, leastCloudy, mean, median } = baselines(frames, { reference: 1 });
  assertEquals([copyInput[7], leastCloudy[7], median[7]], [5000, 1000, 1300]);
  assertAlmostEquals(mean[7]!, 7300 / 3, 1e-3);
  assertEquals(baselines(frames.slice(0, 2)).median[0], 3000);
  assertEquals(baselines(frames).copyInput[0], 1300);
});

Deno.test("leastCloudyOf() finds the date with the fewest clouds", () => {
  assertEquals(leastCloudyOf([clouded(0.9), clouded(0.1), clouded(0.6)]), 1);
});

Deno.test("baselines() refuses dates of other grids and a reference that is not there", () => {
  const frames = [SCENE, syntheticScene(createRng(1), { width: 24, height: 24 })];
  assertThrows(() => baselines(frames), TypeError, "all dates must be 24×24");
  assertThrows(() => baselines([SCENE], { reference: 1 }), RangeError, "a frame 0 … 0, got 1");
});

Deno.test("evaluateCase() scores in reflectance and puts the truth above every baseline", () => {
  const cloudy = [clouded(0.5, 1), clouded(0.5, 2), clouded(0.5, 3)];
  const off = { ...SCENE, data: SCENE.data.map((value) => value + 100) as Uint16Array };
  const { scores } = evaluateCase({ name: "a", target: SCENE, restored: { off }, cloudy });
  assertEquals(Object.keys(scores), [...BASELINES, "off"]);
  // Every pixel is 100 DN too bright: 0.01 of the white of 10000; float32 rounds at 1e-8.
  assertAlmostEquals(scores.off!.mae, 0.01, 1e-7);
  assertAlmostEquals(scores.off!.psnr, 40, 1e-4);
  for (const name of BASELINES) assert(scores[name]!.psnr < scores.off!.psnr, name);
  const single = evaluateCase({ name: "a", target: SCENE, cloudy: cloudy.slice(0, 1) });
  assertEquals(Object.keys(single.scores), ["copyInput"]);
});

Deno.test("evaluateCase() leaves out pixels without data in the target", () => {
  const hole = { ...SCENE, data: SCENE.data.slice(), nodata: 0 };
  hole.data.fill(0, 0, 13 * 5);
  const { scores } = evaluateCase({ name: "a", target: hole, restored: { SCENE } });
  assertEquals([scores.SCENE!.mae, scores.SCENE!.psnr], [0, Infinity]);
});

Deno.test("evaluate() gives the mean over images of what all of them have", async () => {
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

Deno.test("evaluateCase() refuses a result that is not like the target", () => {
  const other = syntheticScene(createRng(1), { width: 16, height: 24 });
  assertThrows(
    () => evaluateCase({ name: "a", target: SCENE, restored: { ours: other } }),
    TypeError,
    "the result of ours: it must be like the target, 32×24",
  );
});
