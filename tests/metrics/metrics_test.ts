import { assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { mae, psnr, rmse, sam, score, ssim } from "../../metrics/mod.ts";
import { PAIRS } from "./golden_pairs.ts";

/** A fixed bumpy image. */
function bumps(height: number, width: number, channels: number, phase = 0): Float32Array {
  return Float32Array.from(
    { length: height * width * channels },
    (_, i) => 0.5 + 0.4 * Math.sin(0.37 * i + phase) * Math.cos(0.011 * i),
  );
}

Deno.test("mae(), rmse() and psnr() follow their formulas", () => {
  const size = { height: 1, width: 2, channels: 2 };
  const target = new Float32Array([0, 0, 0, 0]);
  const prediction = new Float32Array([1, -1, 3, -3]);
  assertEquals(mae(prediction, target, size), 2);
  assertAlmostEquals(rmse(prediction, target, size), Math.sqrt(5), 1e-12);
  assertAlmostEquals(
    psnr(prediction, target, { ...size, dataRange: 10 }),
    10 * Math.log10(20),
    1e-12,
  );
  assertEquals(psnr(target, target, { ...size, dataRange: 10 }), Infinity);
});

Deno.test("a mask keeps the other pixels out of every metric", () => {
  const size = { height: 16, width: 16, channels: 3, dataRange: 1 };
  const target = bumps(16, 16, 3);
  const prediction = target.slice();
  for (let i = 0; i < 3; i++) prediction[i] = 9;
  // The windows of rows from 6 on do not see row 0.
  const mask = Uint8Array.from({ length: 256 }, (_, i) => i < 6 * 16 ? 0 : 1);
  const scored = score(prediction, target, { ...size, mask });
  assertEquals([scored.mae, scored.psnr], [0, Infinity]);
  // arccos of a float64 cosine next to 1 is wrong by up to √(2ε) rad.
  assertAlmostEquals(scored.sam, 0, 2e-6);
  assertAlmostEquals(scored.ssim, 1, 1e-12);
  assertGreater(score(prediction, target, size).mae, 0);
});

Deno.test("sam() is the angle between spectra in degrees, whatever their brightness", () => {
  const size = { height: 1, width: 2, channels: 2 };
  const target = new Float32Array([1, 0, 2, 2]);
  const prediction = new Float32Array([5, 5, 7, 7]);
  assertAlmostEquals(sam(prediction, target, size), 22.5, 1e-6);
});

Deno.test("sam() leaves pixels without a spectrum out", () => {
  const size = { height: 1, width: 2, channels: 2 };
  const target = new Float32Array([1, 0, 0, 0]);
  const prediction = new Float32Array([0, 1, 3, 4]);
  assertAlmostEquals(sam(prediction, target, size), 90, 1e-12);
  assertThrows(() => sam(new Float32Array(4), target, size), RangeError, "non-zero");
});

Deno.test("ssim() of two constant images is its luminance term", () => {
  const size = { height: 12, width: 13, channels: 1, dataRange: 1 };
  const [a, b] = [0.25, 0.75];
  const expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4);
  const flat = (value: number) => new Float32Array(156).fill(value);
  assertAlmostEquals(ssim(flat(a), flat(b), size), expected, 1e-12);
});

Deno.test("ssim() and psnr() do not change when images and data range are scaled alike", () => {
  const size = { height: 20, width: 17, channels: 2 };
  const [a, b] = [bumps(20, 17, 2), bumps(20, 17, 2, 1)];
  const large = (image: Float32Array) => image.map((value) => value * 8192);
  for (const metric of [ssim, psnr]) {
    const small = metric(a, b, { ...size, dataRange: 1 });
    assertAlmostEquals(metric(large(a), large(b), { ...size, dataRange: 8192 }), small, 1e-12);
  }
});

Deno.test("metrics refuse images that do not fit, NaN and empty masks", () => {
  const size = { height: 12, width: 12, channels: 1, dataRange: 1 };
  const image = bumps(12, 12, 1);
  assertThrows(() => mae(image.slice(1), image, size), TypeError, "144");
  const broken = image.slice();
  broken[13] = NaN;
  assertThrows(() => score(broken, image, size), RangeError, "row 1, column 1, channel 0");
  assertThrows(() => mae(image, image, { ...size, mask: new Uint8Array(144) }), RangeError);
  assertThrows(() => psnr(image, image, { ...size, dataRange: 0 }), RangeError, "data range");
  const small = { height: 10, width: 12, channels: 1, dataRange: 1 };
  assertThrows(() => ssim(image.slice(24), image.slice(24), small), RangeError, "at least 11");
});

Deno.test("metrics equal scikit-image's, torchmetrics' and the reference's on the golden pairs", () => {
  const scored = PAIRS.filter((pair) => pair.has("sk_PSNR"));
  assertGreater(scored.length, 2);
  for (const { prediction, target, ...pair } of scored) {
    const found = score(prediction, target, { ...pair, dataRange: 1 });
    // scikit-image and torchmetrics' angle worked in float64, the reference in float32.
    assertAlmostEquals(found.psnr, pair.score("sk_PSNR"), 1e-9);
    assertAlmostEquals(found.ssim, pair.score("sk_SSIM_gauss"), 1e-12, pair.name);
    assertAlmostEquals(found.mae, pair.score("MAE"), 1e-7);
    assertAlmostEquals(found.rmse, pair.score("RMSE"), 1e-7);
    assertAlmostEquals(found.sam, pair.score("tm_SAM_rad") * 180 / Math.PI, 1e-10);
    assertAlmostEquals(found.psnr, pair.score("tm_PSNR"), 1e-5);
  }
});

/** An image with its pixels mirrored at every edge, the edge itself once. */
function mirrored(
  image: Float32Array,
  { height, width, channels, margin }: {
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly margin: number;
  },
): Float32Array {
  const inside = (i: number, n: number) => i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
  const [rows, columns] = [height + 2 * margin, width + 2 * margin];
  return Float32Array.from({ length: rows * columns * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const y = inside(Math.floor(pixel / columns) - margin, height);
    const x = inside(pixel % columns - margin, width);
    return image[(y * width + x) * channels + channel]!;
  });
}

Deno.test("ssim() of images mirrored at their edges is torchmetrics' default", () => {
  const pairs = PAIRS.filter((pair) => pair.has("tm_SSIM_gauss11"));
  assertGreater(pairs.length, 2);
  for (const pair of pairs) {
    const { height, width, channels } = pair;
    const [a, b] = [pair.prediction, pair.target]
      .map((image) => mirrored(image, { height, width, channels, margin: 5 }));
    const size = { height: height + 10, width: width + 10, channels, dataRange: 1 };
    assertAlmostEquals(ssim(a!, b!, size), pair.score("tm_SSIM_gauss11"), 1e-12, pair.name);
  }
});
