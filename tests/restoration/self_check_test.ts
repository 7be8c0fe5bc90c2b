import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { type Images, type Tensor, tf, useEngine } from "../../engine/mod.ts";
import type { Model } from "../../model/mod.ts";
import { scatteredWindows } from "../../restoration/self_check/check_windows.ts";
import { checkTags, checkWarning } from "../../restoration/self_check/self_check_scene.ts";
import { selfCheck } from "../../restoration/mod.ts";
import { BANDS, cloudyDates, tinyModel } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

const SIZE = { width: 64, height: 48 };

/** A model that gives back one of its dates, whatever noise it is shown. */
function copier(date: number): Model {
  const model = tinyModel();
  return {
    ...model,
    modules: {
      ...model.modules,
      precond: { coefficients: () => ({ cIn: 1, cSkip: 0, cOut: 1, cNoise: 0 }) },
      network: {
        ...model.modules.network,
        apply: (_, { condition }) => ({
          image: tf.tidy(() => {
            const frames = tf.unstack(condition as Tensor, 1);
            return tf.slice(frames[date]!, [0, 0, 0, 0], [-1, -1, -1, BANDS.length]) as Images;
          }),
        }),
      },
    },
  };
}

/** Two dates of one ground: the other is the reference as it is. */
function twins(): readonly Raster[] {
  const [date] = cloudyDates(SIZE, 1);
  // Within the range of the model, which would be clipped else.
  const data = date!.data.map((value) => Math.min(Math.max(value, 1), 9000));
  return [{ ...date!, data }, { ...date!, data }];
}

const CLEAR = new Uint8Array(SIZE.width * SIZE.height);

slowTest(
  "the self-check of who knows what is hidden is 0, and of the copy the clouds' own error",
  async () => {
    const frames = twins();
    const options = { reference: 1, mask: { values: [CLEAR, CLEAR] }, check: { runs: 3 } };
    const perfect = await selfCheck(copier(0), frames, options);
    // Whole numbers of reflectance · 10000, there and back in float32.
    assertAlmostEquals(perfect.scores.restored!.rmse, 0, 1e-6);
    assertEquals(perfect.unit, "reflectance");
    assert(perfect.pixels > 500);
    const copied = await selfCheck(copier(1), frames, options);
    const [ours, copy] = [copied.scores.restored!, copied.scores["copy the input"]!];
    assert(ours.rmse > 0.05);
    for (const metric of ["mae", "rmse", "psnr", "ssim", "sam"] as const) {
      assertAlmostEquals(ours[metric]!, copy[metric]!, 1e-4);
    }
    // Whatever is restored, the same pixels are hidden, and the baselines are the same.
    assertEquals(copied.pixels, perfect.pixels);
    assertEquals(copied.scores["copy the input"], perfect.scores["copy the input"]);
    // Of two dates, one of them hidden, the mean has half of the error.
    assertAlmostEquals(copied.scores.mean!.rmse, copy.rmse / 2, 1e-4);
    assertEquals(copied.scores["least cloudy"]!.rmse, 0);
  },
);

slowTest(
  "selfCheck() is the same again, other under other clouds, and leaves no tensor",
  async () => {
    const model = tinyModel();
    const frames = cloudyDates(SIZE);
    const options = { mask: { values: CLEAR }, check: { runs: 2 } };
    const before = tf.memory().numTensors;
    const first = await selfCheck(model, frames, options);
    assertEquals(tf.memory().numTensors, before);
    assertEquals(await selfCheck(model, frames, { ...options, tiles: { batch: 1 } }), first);
    const other = await selfCheck(model, frames, { ...options, check: { runs: 2, cloudSeed: 9 } });
    assert(other.scores.restored!.rmse !== first.scores.restored!.rmse);
    assertEquals(other.runs.map(({ seed }) => seed), [9, 10]);
    assertEquals(JSON.parse(JSON.stringify(first)), first);
    const { bands, mae } = first.scores.restored!;
    assertEquals(bands.map(({ band }) => band), BANDS);
    assertAlmostEquals(bands.reduce((sum, band) => sum + band.mae, 0) / bands.length, mae, 1e-12);
    assertEquals(first.pixels, first.runs.reduce((sum, { pixels }) => sum + pixels, 0));
  },
);

Deno.test("selfCheck() hides only what the mask says is clear, with clouds as large as its own", async () => {
  const model = copier(0);
  const frames = twins();
  const mask = CLEAR.slice();
  // The left third is clouded.
  for (let i = 0; i < mask.length; i++) if (i % SIZE.width < 21) mask[i] = 1;
  const { clouded, cover, clear, pixels, runs, origins } = await selfCheck(model, frames, {
    mask: { values: mask },
    check: { runs: 4 },
  });
  assertAlmostEquals(clouded, 21 / 64, 1e-9);
  assertAlmostEquals(cover, 21 / 64, 1e-9);
  // Eight pixels beside the mask may be cloud as well.
  assertAlmostEquals(clear, (64 - 21 - 8) / 64, 1e-9);
  assert(pixels <= 4 * clear * mask.length);
  assertEquals(runs.length, 4);
  // Nothing is known of the other date.
  assertEquals([origins.otherDate.pixels, origins.reconstructed.pixels], [0, pixels]);
});

Deno.test("selfCheck() refuses where nothing is clear, and options out of range", async () => {
  const model = tinyModel();
  const frames = cloudyDates(SIZE);
  const overcast = CLEAR.map(() => 1);
  await assertRejects(
    () => selfCheck(model, frames, { mask: { values: overcast } }),
    InputError,
    "0.0 % clear pixels",
  );
  for (
    const wrong of [
      { check: { runs: 0 } },
      { check: { cover: 1 } },
      { check: { cloudSeed: -1 } },
      { reference: 7 },
    ]
  ) {
    await assertRejects(
      () => selfCheck(model, frames, { mask: { values: CLEAR }, ...wrong }),
      RangeError,
    );
  }
  await assertRejects(
    () => selfCheck(model, frames, { mask: { values: new Uint8Array(3) } }),
    TypeError,
    "a value for each of 64×48 pixels",
  );
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assertRejects(
    () => selfCheck(model, frames, { mask: { values: CLEAR }, signal: stop.signal }),
    Error,
    "enough",
  );
});

Deno.test("scatteredWindows() cuts an area into parts whose first ones are far apart", () => {
  const area = { column: 10, row: 20, width: 1000, height: 900 };
  const windows = scatteredWindows(area, 16);
  assertEquals(windows.length, 15 * 14);
  let pixels = 0;
  for (const { column, row, width, height } of windows) {
    assert(column >= 10 && column + width <= 1010 && row >= 20 && row + height <= 920);
    assert(width >= 64 && width < 128 && height >= 64 && height < 128);
    pixels += width * height;
  }
  assertEquals(pixels, 1000 * 900);
  // Of a few there is one in every half.
  const few = windows.slice(0, 4);
  assert(few.some(({ row }) => row < 470) && few.some(({ row }) => row >= 470));
  const small = { column: 3, row: 4, width: 40, height: 100 };
  assertEquals(scatteredWindows(small, 64), [small]);
});

Deno.test("the self-check says which is better, the result or the composite of the dates", async () => {
  const frames = twins();
  const options = { reference: 1, mask: { values: [CLEAR, CLEAR] }, check: { runs: 1 } };
  const copied = await selfCheck(copier(1), frames, options);
  const composite = copied.scores.composite!.rmse;
  assert(composite < copied.scores.restored!.rmse / 2, `${composite}`);
  assertEquals(copied.better, "composite");
  assertMatch(
    checkWarning(copied, "copier")!,
    /^the composite of the dates is better than copier .* \d+\.\d dB against \d+\.\d dB$/,
  );
  const perfect = await selfCheck(copier(0), frames, options);
  assertEquals(perfect.better, "restored");
  assertEquals(checkWarning(perfect, "copier"), undefined);
  assertEquals(checkTags(copied).EMRDM_EXPECTED_BETTER, "composite");
  assertEquals(
    Number(checkTags(copied).EMRDM_EXPECTED_COMPOSITE_RMSE),
    Number(composite.toPrecision(4)),
  );
});
