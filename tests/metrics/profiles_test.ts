import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createLpips, METRIC_PROFILES, type ProfileImages } from "../../metrics/mod.ts";
import { truncateToBytes } from "../../metrics/cuhk_cr.ts";
import { stretchSen2 } from "../../metrics/sen2_mtc_new.ts";
import { createRng, toReflectance } from "../../core/mod.ts";
import { testOn } from "../engines.ts";
import { channelsLast, PAIRS, STRETCHES } from "./golden_pairs.ts";
import { recipeWeights } from "./lpips_recipe.ts";

const { standard, sen2MtcNew, sen12MsCr, cuhkCr } = METRIC_PROFILES;

/** The reference computed in float32: sums of up to 10⁴ terms, and the moments of SSIM. */
const ROUNDING = { mae: 1e-7, rmse: 1e-7, psnr: 1e-5, ssim: 2e-6 };
/** An arccos near 1 makes a rounding of 6e-8 into 6e-8/sin(angle): 1e-3° for 0.2°. */
const angleRounding = (degrees: number) =>
  180 / Math.PI * 6e-8 / Math.sin(degrees * Math.PI / 180) + 1e-6;

/** A small scene in the numbers of Sentinel-2. */
function scene(channels: number, purpose: string): ProfileImages & { mask?: Uint8Array } {
  const size = { height: 16, width: 18, channels };
  const target = createRng(3).fork(purpose).normals(16 * 18 * channels)
    .map((value) => Math.round(900 + 200 * value));
  const error = createRng(3).fork(`${purpose} error`).normals(target.length);
  return { ...size, target, prediction: target.map((value, i) => value + 40 * error[i]! + 25) };
}

/** Images whose stored numbers have a reflectance scale, in reflectance. */
function reflectances<T extends ProfileImages>(images: T, reflectanceScale = 10000): T {
  const { width, height } = images;
  const convert = (data: Float32Array) =>
    toReflectance({ width, height, bands: [], dtype: "float32", data, reflectanceScale });
  return { ...images, target: convert(images.target), prediction: convert(images.prediction) };
}

Deno.test("sen12MsCr is the reference's RMSE, MAE, PSNR, SAM and SSIM", async () => {
  const pairs = PAIRS.filter((pair) => pair.has("RMSE"));
  assertGreater(pairs.length, 2);
  for (const pair of pairs) {
    const found = await sen12MsCr.score(pair);
    for (const [metric, tolerance] of Object.entries(ROUNDING)) {
      const wanted = pair.score(metric.toUpperCase());
      assertAlmostEquals(found[metric as keyof typeof ROUNDING], wanted, tolerance, pair.name);
    }
    const angle = pair.score("SAM");
    assertAlmostEquals(found.sam, angle, angleRounding(angle), pair.name);
  }
});

Deno.test("cuhkCr is the reference's PSNR, SSIM and RMSE", async () => {
  const pairs = PAIRS.filter((pair) => pair.has("EV_PSNR"));
  assertGreater(pairs.length, 1);
  for (const pair of pairs) {
    const found = await cuhkCr.score(pair);
    // Bytes are whole numbers, and the reference computed with them in float64.
    assertAlmostEquals(found.psnr, pair.score("EV_PSNR"), 1e-12, pair.name);
    assertAlmostEquals(found.ssim, pair.score("EV_SSIM"), 1e-12, pair.name);
    assertAlmostEquals(found.rmse, pair.score("EV_RMSE"), ROUNDING.rmse, pair.name);
  }
});

Deno.test("the stretch of sen2MtcNew is the reference's, to the bit", () => {
  for (const { input, output } of STRETCHES) {
    const [images, channels] = input.shape as [number, number];
    for (let n = 0; n < images; n++) {
      const image = channelsLast(input, n, (value) => Math.fround(value * 0.5) + 0.5);
      assertEquals(stretchSen2(image, channels), channelsLast(output, n));
    }
  }
});

Deno.test("sen2MtcNew stretches all bands together", () => {
  // Each band on its own would be 0 and 1.
  const image = Float32Array.of(0.01, 0.02, 0.03, 0.11, 0.06, 0.05);
  const wanted = [0, 100, 200, 1000, 500, 400].map((value) => Math.fround(value / 1000));
  assertEquals([...stretchSen2(image, 3)], wanted);
});

Deno.test("sen2MtcNew cuts three bands off at 0.2 and others at 1, and a flat image is all ones", () => {
  const image = Float32Array.of(0.1, 0.3, 0.9, 0, 1.2, -0.4);
  assertEquals([...stretchSen2(image, 3)], [0.5, 1, 1, 0, 1, 0]);
  assertEquals([...stretchSen2(image, 2)], [0.1, 0.3, 0.9, 0, 1, 0].map(Math.fround));
  assertEquals([...stretchSen2(Float32Array.of(0.3, 0.5, 0.4), 3)], [1, 1, 1]);
});

Deno.test("sen2MtcNew does not see brightness and contrast, standard does", async () => {
  const images = scene(3, "contrast");
  const prediction = images.target.map((value) => Math.round(value / 2) * 2);
  const dull = prediction.map((value) => value / 2 + 300);
  const [sharp, hidden] = [prediction, dull].map((prediction) => ({ ...images, prediction }));
  const stretched = await sen2MtcNew.score(reflectances(sharp!));
  assertEquals(await sen2MtcNew.score(reflectances(hidden!)), stretched);
  assertGreater(
    (await standard.score(reflectances(hidden!))).mae,
    10 * (await standard.score(reflectances(sharp!))).mae,
  );
});

Deno.test("sen2MtcNew takes the visible bands where they are told", async () => {
  const images = reflectances(scene(4, "visible"));
  const pick = (image: Float32Array) =>
    Float32Array.from(
      { length: image.length / 4 * 3 },
      (_, i) => image[Math.floor(i / 3) * 4 + [2, 1, 0][i % 3]!]!,
    );
  const wanted = await sen2MtcNew.score({
    ...images,
    channels: 3,
    target: pick(images.target),
    prediction: pick(images.prediction),
  });
  assertEquals(await sen2MtcNew.score({ ...images, rgb: [2, 1, 0] }), wanted);
  assertNotEquals((await sen2MtcNew.score(images)).mae, wanted.mae);
});

Deno.test("a pixel without a spectrum makes the published SAM NaN, the standard one leaves it out", async () => {
  const images = reflectances(scene(3, "dark"));
  const target = images.target.map((value, i) => i < 3 ? 0 : value);
  const dark = { ...images, target };
  assertEquals((await sen12MsCr.score(dark)).sam, NaN);
  assertEquals((await cuhkCr.score(dark)).sam, NaN);
  assert(Number.isFinite((await standard.score(dark)).sam));
  const mask = Uint8Array.from({ length: 16 * 18 }, (_, i) => i === 0 ? 0 : 1);
  assert(Number.isFinite((await sen12MsCr.score({ ...dark, mask })).sam));
});

Deno.test("the prediction is clipped by cuhkCr alone, and equal images have infinite PSNR", async () => {
  const size = { height: 16, width: 16, channels: 4 };
  const target = new Float32Array(16 * 16 * 4).fill(255);
  const prediction = target.map((value) => value * 1.5);
  const images = reflectances({ ...size, target, prediction }, 255);
  assertEquals((await standard.score(images)).mae, 0.5);
  assertEquals((await sen12MsCr.score(images)).psnr, 20 * Math.log10(2));
  const clipped = await cuhkCr.score(images);
  assertEquals([clipped.psnr, clipped.ssim, clipped.rmse], [Infinity, 1, 0.5]);
});

Deno.test("truncateToBytes() cuts and does not round", () => {
  const bytes = truncateToBytes(Float32Array.of(-1, 0, 0.999 / 255, 100.9 / 255, 0.9999, 1, 7));
  assertEquals([...bytes], [0, 0, 0, 100, 254, 255, 255]);
});

Deno.test("the grey of cuhkCr knows red from blue", async () => {
  const images = reflectances(scene(3, "grey"), 2000);
  const swap = (image: Float32Array) => image.map((_, i) => image[i - i % 3 + (2 - i % 3)]!);
  const swapped = { ...images, target: swap(images.target), prediction: swap(images.prediction) };
  const [plain, other] = [await cuhkCr.score(images), await cuhkCr.score(swapped)];
  assertAlmostEquals(plain.psnr, other.psnr, 1e-12);
  assertGreater(Math.abs(plain.ssim - other.ssim), 1e-4);
});

for (const profile of Object.values(METRIC_PROFILES)) {
  Deno.test(`${profile.name} counts the pixels of the mask only`, async () => {
    const images = scene(4, "mask");
    // The stretch and windows of the upper half see the rows below it: they stay as they are.
    const mask = Uint8Array.from({ length: 16 * 18 }, (_, i) => i < 8 * 18 ? 1 : 0);
    const prediction = images.prediction.map((value, i) => i < 14 * 18 * 4 ? value : value + 60);
    const halves = [images, { ...images, prediction }].map((each) => reflectances(each));
    const [a, b] = [
      await profile.score({ ...halves[0]!, mask }),
      await profile.score({ ...halves[1]!, mask }),
    ];
    assertEquals([a.mae, a.rmse, a.psnr, a.sam], [b.mae, b.rmse, b.psnr, b.sam]);
    assertAlmostEquals(a.ssim, b.ssim, 1e-12);
    const all = [await profile.score(halves[0]!), await profile.score(halves[1]!)];
    assertNotEquals(all[0]!.mae, all[1]!.mae);
    assertNotEquals(all[0]!.ssim, all[1]!.ssim);
    assertNotEquals(all[0]!.sam, all[1]!.sam);
  });

  Deno.test(`${profile.name} does not depend on the scale of the file`, async () => {
    const images = scene(3, "unit");
    const halved = (image: Float32Array) => image.map((value) => value / 2);
    const wanted = await profile.score(reflectances(images, 2 ** 13));
    const found = await profile.score(reflectances({
      ...images,
      target: halved(images.target),
      prediction: halved(images.prediction),
    }, 2 ** 12));
    assertEquals(found, wanted);
    assertEquals(found.noLpips, "no weights");
  });

  Deno.test(`${profile.name} refuses what is no pair of images`, async () => {
    const images = reflectances(scene(3, "refused"));
    const target = images.target.map((value, i) => i === 4 ? NaN : value);
    await assertRejects(
      () => profile.score({ ...images, target }),
      RangeError,
      "row 0, column 1, channel 1",
    );
    await assertRejects(() => profile.score({ ...images, height: 9 }), TypeError, profile.name);
    await assertRejects(() => profile.score({ ...images, rgb: [0, 1, 3] }), RangeError, "0,1,3");
  });
}

Deno.test("a profile says why there is no LPIPS", async () => {
  const reasons = async (channels: number) => {
    const images = reflectances(scene(channels, "reasons"));
    const found: unknown[] = [];
    for (const profile of [standard, sen2MtcNew, sen12MsCr, cuhkCr]) {
      const { lpips, noLpips } = await profile.score(images);
      assertEquals(lpips, null);
      found.push(noLpips);
    }
    return found;
  };
  assertEquals(await reasons(3), Array(4).fill("no weights"));
  const none = "no red, green and blue";
  assertEquals(await reasons(4), [none, none, "not in this profile", "no weights"]);
});

testOn("native", "profiles give LPIPS what their definitions say", async () => {
  const lpips = createLpips(await recipeWeights("alex"));
  const size = { height: 33, width: 32 };
  const images = {
    ...size,
    channels: 4,
    target: createRng(1).fork("a").uniforms(33 * 32 * 4).map((value) => value * 200),
    prediction: createRng(1).fork("b").uniforms(33 * 32 * 4).map((value) => value * 200),
  };
  const shown = reflectances(images, 200);
  const bands = (image: Float32Array, picked: readonly number[], f: (value: number) => number) =>
    Float32Array.from(
      { length: 33 * 32 * 3 },
      (_, i) => f(image[Math.floor(i / 3) * 4 + picked[i % 3]!]!),
    );
  const distance = (picked: readonly number[], f: (value: number) => number) =>
    lpips.distance(bands(images.target, picked, f), bands(images.prediction, picked, f), size);
  const rgb = [2, 1, 0] as const;
  const plain = await standard.score({ ...shown, rgb }, { lpips });
  const signed = (value: number) => 2 * Math.fround(value / 200) - 1;
  assertAlmostEquals(plain.lpips!, await distance(rgb, signed), 1e-9);
  assertEquals(plain.noLpips, undefined);
  const bytes = (value: number) => Math.trunc(value / 200 * 255);
  const all = [0, 1, 2, 3].map((band) => distance([band, band, band], bytes));
  const mean = (await Promise.all(all)).reduce((sum, value) => sum + value, 0) / 4;
  assertAlmostEquals((await cuhkCr.score(shown, { lpips })).lpips!, mean, 1e-9);
  const stretched = await sen2MtcNew.score({ ...shown, rgb }, { lpips });
  const [a, b] = [images.target, images.prediction].map((image) =>
    stretchSen2(bands(image, rgb, (value) => value / 200), 3).map((value) => 2 * value - 1)
  );
  assertAlmostEquals(stretched.lpips!, await lpips.distance(a!, b!, size), 1e-9);
  assertEquals((await sen12MsCr.score(shown, { lpips })).lpips, null);
  await lpips.dispose();
});

Deno.test("toReflectance() refuses a scale that is no positive number", () => {
  for (const scale of [0, -1, NaN, Infinity]) {
    assertThrows(() => reflectances(scene(3, "scale"), scale), RangeError, "reflectanceScale");
  }
});
