import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { syntheticClouds, syntheticScene } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { evaluate, evaluateCase } from "../../evaluation/mod.ts";
import { BASELINES } from "../../restoration/mod.ts";

const SCENE = syntheticScene(createRng(1), { width: 32, height: 24 });

function clouded(cover: number, seed = 5): Raster {
  return syntheticClouds(SCENE, createRng(seed), { cover, scale: 30 }).cloudy;
}

Deno.test("evaluateCase() scores in reflectance and puts the truth above every baseline", async () => {
  await useEngine("cpu");
  const cloudy = [clouded(0.5, 1), clouded(0.5, 2), clouded(0.5, 3)];
  const off = { ...SCENE, data: SCENE.data.map((value) => value + 100) as Uint16Array };
  const { scores } = await evaluateCase({ name: "a", target: SCENE, restored: { off }, cloudy });
  assertEquals(Object.keys(scores), [...BASELINES, "off"]);
  // Every pixel is 100 DN too bright: 0.01 of the white of 10000; float32 rounds at 1e-8.
  assertAlmostEquals(scores.off!.mae, 0.01, 1e-7);
  assertAlmostEquals(scores.off!.psnr, 40, 1e-4);
  for (const name of BASELINES) assert(scores[name]!.psnr < scores.off!.psnr, name);
  const single = await evaluateCase({ name: "a", target: SCENE, cloudy: cloudy.slice(0, 1) });
  assertEquals(Object.keys(single.scores), ["copy the input"]);
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
  const { scores } = await evaluateCase({ name: "a", target, restored }, { white: 10000 });
  for (const { mae, psnr } of Object.values(scores)) assertEquals([mae, psnr], [0, Infinity]);
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

Deno.test("evaluateCase() refuses a result that is not like the target", async () => {
  const other = syntheticScene(createRng(1), { width: 16, height: 24 });
  await assertRejects(
    () => evaluateCase({ name: "a", target: SCENE, restored: { ours: other } }),
    TypeError,
    "the result of ours: it must be like the target, 32×24",
  );
});
