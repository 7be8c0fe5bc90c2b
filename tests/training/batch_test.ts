import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import type { Sample } from "../../datasets/mod.ts";
import { readTensor, tf } from "../../engine/mod.ts";
import { type ModelConfig, resolveConfig } from "../../model/mod.ts";
import { trainingTensors } from "../../training/mod.ts";
import { SIZE, TINY_MODEL } from "./tiny.ts";

await tf.setBackend("cpu");

const model = resolveConfig(TINY_MODEL);
const PIXELS = SIZE * SIZE * 2;
const rng = createRng(4);

/** Frames whose values tell them apart: frame l holds 1000·(l + 1). */
function sampleOf(length: number, reference: number): Sample {
  const cloudy = new Float32Array(length * PIXELS);
  for (let l = 0; l < length; l++) cloudy.fill(1000 * (l + 1), l * PIXELS, (l + 1) * PIXELS);
  const target = new Float32Array(PIXELS).fill(5000);
  return { name: "s", length, height: SIZE, width: SIZE, cloudy, target, reference };
}

const options = (length: number, at = 0) => ({
  length,
  frames: rng.fork("frames").fork(at),
  noise: rng.fork("noise"),
});

Deno.test("trainingTensors() scales images to [−1, 1] and draws the noise from its stream", async () => {
  const { clean, mu, noise } = trainingTensors(model, [sampleOf(2, 1), sampleOf(2, 0)], options(2));
  assertEquals(clean.shape, [2, SIZE, SIZE, 2]);
  assertEquals(mu.shape, [2, 2, SIZE, SIZE, 2]);
  assertEquals(new Set(await readTensor(clean)), new Set([0]));
  const values = await readTensor(mu);
  assertEquals([values[0], values[PIXELS]], [Math.fround(-0.8), Math.fround(-0.6)]);
  assertEquals(await readTensor(noise), rng.fork("noise").normals(4 * PIXELS));
});

Deno.test("trainingTensors() keeps the reference when it drops frames, and marks it", async () => {
  const seen = new Set<number>();
  for (let at = 0; at < 30; at++) {
    const { mu, condition } = trainingTensors(model, [sampleOf(4, 2)], options(2, at));
    const [first, second] = await mu.reshape([2, PIXELS]).slice([0, 0], [2, 1]).data();
    const dates = [first!, second!].map((v) => Math.round((v + 1) * 5));
    assert(dates[0]! < dates[1]!, "frames stay in order of time");
    assert(dates.includes(3), "the reference stays");
    const marks = await condition!.slice([0, 0, 0, 0, 2], [1, 2, 1, 1, 1]).data();
    assertEquals([...marks], dates.map((date) => date === 3 ? 1 : -1));
    seen.add(dates.find((date) => date !== 3)!);
  }
  assertEquals([...seen].sort(), [1, 2, 4]);
});

Deno.test("trainingTensors() leaves out auxiliary bands that the model does not look at", () => {
  const more = { ...sampleOf(2, 1), auxiliary: new Float32Array(PIXELS).fill(NaN) };
  const [{ condition }, plain] = [more, sampleOf(2, 1)].map((s) =>
    trainingTensors(model, [s], options(2))
  ) as [ReturnType<typeof trainingTensors>, ReturnType<typeof trainingTensors>];
  assertEquals(condition!.dataSync(), plain.condition!.dataSync());
  const near = { ...TINY_MODEL.condition, order: ["auxiliary"], auxiliary: [{ name: "NIR" }] };
  const wanting = resolveConfig({ ...TINY_MODEL, condition: near } as unknown as ModelConfig);
  assertThrows(
    () => trainingTensors(wanting, [sampleOf(2, 1)], options(2)),
    TypeError,
    `auxiliary must have ${SIZE * SIZE * 2} values, got 0`,
  );
});

Deno.test("trainingTensors() names the sample that does not fit", () => {
  const good = sampleOf(2, 1);
  const cases: readonly (readonly [Partial<Sample>, string])[] = [
    [{ height: 16 }, "must be 8×8 pixels, got 16×8"],
    [{ length: 1 }, "must have 2 frames, got 1"],
    [{ reference: 2 }, "reference must be one of 2 frames"],
    [{ cloudy: new Float32Array(3) }, `cloudy must have ${2 * PIXELS} values, got 3`],
    [{ target: new Float32Array(PIXELS).fill(NaN) }, "target must be finite"],
  ];
  for (const [change, message] of cases) {
    const bad = { ...good, ...change };
    assertThrows(() => trainingTensors(model, [bad], options(2)), TypeError, message);
  }
});
