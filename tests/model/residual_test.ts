import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { meanTensors, type ModelConfig, resolveCard, restoreImages } from "../../model/mod.ts";
import { execute, type Sequence, tf } from "../../engine/mod.ts";
import type { Sampler } from "../../samplers/mod.ts";
import { testOn } from "../engines.ts";
import { disposeModel, livelyModel, MONO } from "./small.ts";

const MISFIT: ModelConfig = {
  ...MONO,
  length: 2,
  mean: { type: "composite" },
  condition: { order: ["cloudy", "mean", "misfit", "evidence"] },
  residual: { least: 0.01, most: 0.05 },
};

/** One row of three pixels: clear, hidden but shown by a date, and clear with a wild misfit. */
function threePixels(bands: number) {
  const rows = (values: readonly number[]) =>
    Float32Array.from({ length: 3 * bands }, (_, i) => values[Math.floor(i / bands)]!);
  return {
    cloudy: rows([1000, 9000, 4000]),
    mean: {
      image: rows([1000, 2000, 4000]),
      dates: rows([900, 2000, 1000]),
      errors: rows([200, 20, 200]),
      evidence: Float32Array.of(1, -1, -1, -1, 0.2, -1, -1, 0, 1, -1, -1, -1),
    },
  };
}

Deno.test("the residual's unit is the expected error within its bounds", () => {
  const card = resolveCard(MISFIT);
  const { bands, scaling } = card;
  const { cloudy, mean } = threePixels(bands.length);
  const range = (scaling.high as number) - (scaling.low as number);
  const unit = (dn: number) => 2 * (dn - (scaling.low as number)) / range - 1;
  const { mu, units, misfit } = meanTensors(card, { cloudy: cloudy.map(unit), mean });
  assert(mu.every((value) => value === 0));
  // 0.02 of reflectance, then 0.002, which is raised to 0.01.
  assertAlmostEquals(units![0]!, 2 * 200 / range, 1e-6);
  assertAlmostEquals(units![bands.length]!, 2 * 100 / range, 1e-6);
  // (1000 − 900)/200 on clear ground; nothing under cloud; 15 is clipped.
  assertAlmostEquals(misfit![0]!, 0.5, 1e-4);
  assertEquals(misfit![bands.length], 0);
  assertEquals(misfit![2 * bands.length], 4);
});

Deno.test("a residual needs a mean of all dates, and bounds in order", () => {
  assertThrows(
    () => resolveCard({ ...MONO, residual: {} }),
    OptionsError,
    "$.residual: must be absent where the mean is the cloudy image",
  );
  assertThrows(
    () => resolveCard({ ...MISFIT, residual: { least: 0.1, most: 0.01 } }),
    OptionsError,
    "least must be below most, got 0.1 and 0.01",
  );
  assertEquals(resolveCard({ ...MISFIT, residual: {} }).residual, { least: 0.003, most: 0.1 });
});

testOn("cpu", "a residual of 0 gives the mean, and of 1 one expected error more", async () => {
  const model = livelyModel(MISFIT);
  const { bands } = model.card;
  const side = model.card.tileSize;
  const size = { batch: 1, length: 1, height: side, width: side };
  const plane = (value: number) => new Float32Array(side * side * bands.length).fill(value);
  const evidence = new Float32Array(side * side * 4);
  const mean = { image: plane(2000), dates: plane(2000), errors: plane(150), evidence };
  const restored = async (residual: number) => {
    const sampler: Sampler = {
      sample: ({ start }) => execute(() => tf.fill(start.shape, residual) as Sequence),
    };
    return (await restoreImages(model, { ...size, cloudy: plane(9000), mean }, { sampler })).image;
  };
  const none = await restored(0);
  const one = await restored(1);
  assertAlmostEquals(none[7]!, 2000, 0.01);
  assertAlmostEquals(one[7]!, 2150, 0.01);
  disposeModel(model);
});
