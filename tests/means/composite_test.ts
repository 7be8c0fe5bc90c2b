import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import type { CompositeFit } from "../../means/composite_plan.ts";
import { compositeMean, MEAN_ORIGIN, type MeanFrames } from "../../means/mod.ts";

const [WIDTH, HEIGHT, BANDS] = [120, 100, 4];
const PIXELS = WIDTH * HEIGHT;

/** RMS difference over the pixels that a mask hides. */
function hiddenError(image: Float32Array, truth: Float32Array, hidden: Uint8Array): number {
  let [sum, count] = [0, 0];
  truth.forEach((value, i) => {
    if (hidden[Math.floor(i / BANDS)] === 0) return;
    sum += (image[i]! - value) ** 2;
    count++;
  });
  return Math.sqrt(sum / count);
}

/** Ground with detail at every scale, [HEIGHT, WIDTH, BANDS]. */
function ground(seed: number): Float32Array {
  const noise = createRng(seed).normals(PIXELS * BANDS);
  return Float32Array.from(noise, (value, i) => {
    const [y, x] = [Math.floor(i / (WIDTH * BANDS)), Math.floor(i / BANDS) % WIDTH];
    return 0.25 + 0.05 * Math.sin(x / 9 + i % BANDS) + 0.05 * Math.cos(y / 14) + 0.02 * value;
  });
}

/** Flags a rectangle. */
function box(
  { top, left, height, width }: Record<"top" | "left" | "height" | "width", number>,
): Uint8Array {
  return Uint8Array.from({ length: PIXELS }, (_, i) => {
    const [y, x] = [Math.floor(i / WIDTH) - top, i % WIDTH - left];
    return y >= 0 && y < height && x >= 0 && x < width ? 1 : 0;
  });
}

const HOLE = box({ top: 30, left: 40, height: 36, width: 44 });
const CLEAR = new Uint8Array(PIXELS);

/** A reference under a cloud of 0.9. */
function clouded(truth: Float32Array, mask: Uint8Array): Float32Array {
  return truth.map((value, i) => mask[Math.floor(i / BANDS)] === 0 ? value : 0.9);
}

function series(frames: readonly Float32Array[], masks: readonly Uint8Array[]): MeanFrames {
  const days = frames.map((_, l) => 10 * l);
  return { width: WIDTH, height: HEIGHT, frames, masks, days, reference: 0 };
}

Deno.test("composite() recovers an affine change of every band", () => {
  const truth = ground(1);
  const other = truth.map((value, i) => (value - 0.02 * (i % BANDS)) / (0.8 + 0.1 * (i % BANDS)));
  const { image, fit } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  // The prior of an affine fit leaves a little, which the ridge map removes but for its own.
  assertLess(hiddenError(image, truth, HOLE), 5e-4);
  assertEquals(fit.notes, []);
});

Deno.test("composite() shows no steps of a coarse band's repeated pixels in finer bands", () => {
  const fine = ground(1);
  const side = 6;
  // The last band is that of every sixth pixel, repeated as by nearest-neighbor resampling.
  const other = fine.map((value, i) => {
    const [x, y] = [Math.floor(i / BANDS) % WIDTH, Math.floor(i / BANDS / WIDTH)];
    const at = (Math.floor(y / side) * side * WIDTH + Math.floor(x / side) * side) * BANDS;
    return i % BANDS === BANDS - 1 ? fine[at]! : value;
  });
  // The first band of the reference follows the coarse band.
  const truth = other.map((value, i) =>
    i % BANDS === 0 ? (value + other[i + BANDS - 1]!) / 2 : value
  );
  const { fit } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  const { maps } = fit as CompositeFit;
  const { weights } = maps[0]!.ridge!;
  const slope = (kind: number, from: number, to: number) =>
    Math.abs(weights[(kind * BANDS + from) * BANDS + to]!);
  const coarse = BANDS - 1;
  // Values, gradients and squares of the coarse band serve itself alone, its means (1) serve all.
  for (const kind of [0, 2, 3, 4]) assertEquals(slope(kind, coarse, 0), 0);
  assert(slope(1, coarse, 0) > 0, "the means of the coarse band don't serve the first band");
  assert(slope(0, 1, 0) > 0, "a fine band doesn't serve another");
});

Deno.test("composite() recovers a mix of bands, where an affine map cannot", () => {
  const truth = ground(2);
  const other = truth.map((value, i) => {
    const b = i % BANDS;
    return 0.7 * value + 0.3 * truth[i - b + (b + 1) % BANDS]!;
  });
  const { image } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  // The remainder is the shrinkage of the ridge.
  assertLess(hiddenError(image, truth, HOLE), hiddenError(other, truth, HOLE) / 5);
});

Deno.test("composite() undoes a shift of a part of a pixel", () => {
  const truth = Float32Array.from({ length: PIXELS * BANDS }, (_, i) => {
    const [y, x] = [Math.floor(i / (WIDTH * BANDS)), Math.floor(i / BANDS) % WIDTH];
    return 0.3 + 0.1 * Math.sin(x / 3 + i % BANDS) * Math.cos(y / 4 - i % BANDS);
  });
  const other = truth.map((value, i) => 0.7 * value + 0.3 * (truth[i + BANDS] ?? value));
  const { image } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  const before = hiddenError(other, truth, HOLE);
  assertLess(hiddenError(image, truth, HOLE), before / 10);
});

Deno.test("composite() prefers the date that fits, and ignores what its mask hides", () => {
  const truth = ground(3);
  const noise = createRng(9).normals(truth.length);
  const poor = truth.map((value, i) => value + 0.08 * noise[i]!);
  const cloud = box({ top: 0, left: 0, height: 20, width: WIDTH });
  const good = clouded(truth, cloud);
  const frames = [clouded(truth, HOLE), poor, good];
  const { image, error, origin, fit } = compositeMean(series(frames, [HOLE, CLEAR, cloud]));
  assertLess(hiddenError(image, truth, HOLE), 2e-3);
  assertLess(fit.dates[1]!.error, fit.dates[0]!.error / 4);
  const middle = 45 * WIDTH + 60;
  assertEquals([origin[middle], fit.uses], [MEAN_ORIGIN.dates, [0, 1, 2]]);
  assertLess(error[middle]!, 5e-3);
});

Deno.test("composite() expects about the error that it makes", () => {
  const truth = ground(4);
  const noise = createRng(10).normals(truth.length);
  const other = truth.map((value, i) => value + 0.02 * noise[i]!);
  const { image, error } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  const made = hiddenError(image, truth, HOLE);
  assertAlmostEquals(error[48 * WIDTH + 62]!, made, 0.15 * made);
});

Deno.test("composite() fills what no date shows from around it, without support", () => {
  const truth = Float32Array.from({ length: PIXELS * BANDS }, (_, i) => 0.1 + 0.1 * (i % BANDS));
  const { image, support, days, origin } = compositeMean(
    series([clouded(truth, HOLE), clouded(truth, HOLE)], [HOLE, HOLE]),
  );
  HOLE.forEach((flag, i) => {
    if (flag === 0) return;
    assertEquals([support[i], days[i], origin[i]], [0, NaN, MEAN_ORIGIN.fill]);
    for (let b = 0; b < BANDS; b++) assertAlmostEquals(image[i * BANDS + b]!, 0.1 + 0.1 * b, 1e-6);
  });
});

Deno.test("composite() of a reference that is all cloud shows the other dates, and says so", () => {
  const truth = ground(5);
  const all = CLEAR.map(() => 1);
  const { image, fit, support } = compositeMean(
    series([clouded(truth, all), truth], [all, CLEAR]),
  );
  assertLess(hiddenError(image, truth, all), 1e-6);
  assert(support.every((value) => value > 0 && value < 1));
  assert(fit.notes.some((note) => note.includes("date 0 has no clear ground")), fit.notes.join());
  assertEquals(fit.moments, undefined);
});

Deno.test("composite() uses a date without common clear ground as it is, and says so", () => {
  const truth = ground(6);
  const rest = HOLE.map((flag) => 1 - flag);
  const { image, fit } = compositeMean(
    series([clouded(truth, HOLE), clouded(truth, rest)], [HOLE, rest]),
    { grow: 0 },
  );
  assertLess(hiddenError(image, truth, HOLE), 1e-6);
  assert(fit.notes.some((note) => note.includes("used as they are: 1")), fit.notes.join());
});

Deno.test("composite() of one date fills, and of no clear pixel at all has no value", () => {
  const truth = ground(7);
  const one = compositeMean(series([clouded(truth, HOLE)], [HOLE]));
  assertEquals(one.fit.notes.length, 1);
  assert(one.image.every(Number.isFinite));
  const all = CLEAR.map(() => 1);
  const none = compositeMean(series([clouded(truth, all)], [all]));
  assert(none.image.every(Number.isNaN));
  assert(none.origin.every((origin) => origin === MEAN_ORIGIN.none));
});

Deno.test("composite() measures the moments of μ and the truth", () => {
  const truth = ground(8);
  const noise = createRng(11).normals(truth.length);
  const other = truth.map((value, i) => value + 0.02 * noise[i]!);
  const { fit } = compositeMean(series([clouded(truth, HOLE), other], [HOLE, CLEAR]));
  for (let b = 0; b < BANDS; b++) {
    const { sigmaData, sigmaMu, sigmaCov } = fit.moments!;
    // μ regresses to the mean: its covariance with the truth is its own variance.
    assertAlmostEquals(sigmaCov[b]!, sigmaMu[b]! ** 2, 0.05 * sigmaCov[b]!);
    assertLess(sigmaMu[b]!, sigmaData[b]!);
  }
});
