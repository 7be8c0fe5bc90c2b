import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { bandScores, mae, score, scoreRegions, ssim } from "../../metrics/mod.ts";
import { PAIRS } from "./golden_pairs.ts";

const pair = PAIRS.find(({ channels }) => channels === 13)!;
const { prediction, target, height, width, channels } = pair;
const size = { height, width, channels, dataRange: 1 };

/** One band of an image [H, W, C]. */
function band(image: Float32Array, channel: number): Float32Array {
  return image.filter((_, i) => i % channels === channel);
}

Deno.test("bandScores() scores every band as if it were alone", () => {
  const bands = bandScores(prediction, target, size);
  assertEquals(bands.length, channels);
  bands.forEach(({ bias, ...found }, channel) => {
    const [p, t] = [band(prediction, channel), band(target, channel)];
    const wanted = score(p, t, { ...size, channels: 1 });
    for (const metric of ["mae", "rmse", "psnr", "ssim"] as const) {
      assertAlmostEquals(found[metric], wanted[metric], 1e-12, `${metric} of ${channel}`);
    }
    const differences = Array.from(p, (value, i) => value - t[i]!);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    assertAlmostEquals(bias, mean, 1e-12);
  });
});

Deno.test("bandScores() tells which band is wrong and in which direction", () => {
  const wrong = target.map((value, i) => i % channels === 2 ? value - 0.25 : value);
  const bands = bandScores(wrong, target, size);
  bands.forEach(({ bias, mae, psnr }, channel) => {
    if (channel !== 2) return assertEquals([bias, mae, psnr], [0, 0, Infinity]);
    assertAlmostEquals(bias, -0.25, 1e-7);
    assertAlmostEquals(mae, 0.25, 1e-7);
  });
});

Deno.test("means over bands are the scores of the image", () => {
  const bands = bandScores(prediction, target, size);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / channels;
  const whole = score(prediction, target, size);
  assertAlmostEquals(mean(bands.map(({ mae }) => mae)), whole.mae, 1e-12);
  assertAlmostEquals(mean(bands.map(({ ssim }) => ssim)), whole.ssim, 1e-12);
  assertAlmostEquals(Math.sqrt(mean(bands.map(({ rmse }) => rmse ** 2))), whole.rmse, 1e-12);
});

Deno.test("scoreRegions() gives each region the score with its mask", () => {
  const cloudy = Uint8Array.from({ length: height * width }, (_, i) => i % width < 11 ? 255 : 0);
  const clear = cloudy.map((value) => value === 0 ? 1 : 0);
  const found = scoreRegions(prediction, target, {
    ...size,
    regions: { all: undefined, cloudy, clear },
  });
  assertEquals(found.cloudy!.pixels + found.clear!.pixels, found.all!.pixels);
  for (const [name, mask] of Object.entries({ all: undefined, cloudy, clear })) {
    const { bands, pixels, ...plain } = found[name as "all" | "cloudy" | "clear"]!;
    const options = { ...size, ...(mask && { mask }) };
    const wanted = score(prediction, target, options);
    for (const metric of Object.keys(wanted) as (keyof typeof wanted)[]) {
      assertAlmostEquals(plain[metric], wanted[metric], 1e-12, `${metric} of ${name}`);
    }
    assertEquals(bands, bandScores(prediction, target, options));
    assertEquals(pixels, mask?.filter((value) => value !== 0).length ?? height * width);
  }
});

Deno.test("a region without a pixel is null, one without a window or a spectrum has NaN there", () => {
  const border = Uint8Array.from({ length: height * width }, (_, i) => i < width ? 1 : 0);
  const dark = target.map((value, i) => i < width * channels ? 0 : value);
  const found = scoreRegions(prediction, dark, {
    ...size,
    regions: { none: new Uint8Array(height * width), border },
  });
  assertEquals(found.none, null);
  assertEquals([found.border!.ssim, found.border!.sam], [NaN, NaN]);
  assertEquals(found.border!.pixels, width);
  const first = (image: Float32Array) => image.slice(0, width * channels);
  assertEquals(found.border!.mae, mae(first(prediction), first(dark), { ...size, height: 1 }));
});

Deno.test("scores over bands and regions refuse what score() refuses", () => {
  const none = new Uint8Array(height * width);
  assertThrows(() => bandScores(prediction, target, { ...size, mask: none }), RangeError, "mask");
  const edge = none.slice();
  edge[0] = 1;
  assertThrows(
    () => bandScores(prediction, target, { ...size, mask: edge }),
    RangeError,
    "interior",
  );
  assertThrows(() => ssim(prediction, target, { ...size, mask: edge }), RangeError, "interior");
  const regions = { cloudy: new Uint8Array(3) };
  assertThrows(() => scoreRegions(prediction, target, { ...size, regions }), TypeError, "cloudy");
  assertThrows(
    () => scoreRegions(prediction.slice(1), target, { ...size, regions: {} }),
    TypeError,
    "both images must have",
  );
});
