import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { createRng } from "../../core/mod.ts";
import {
  type ErrorPairs,
  expectedErrorChart,
  expectedErrorFit,
  fitCalibration,
  reliability,
  reliabilityChart,
} from "../../evaluation/mod.ts";
import { parseXml } from "./xml.ts";

const COUNT = 60_000;

/** Deviations from 1 to 50, and normal errors of them times a factor. */
function toy(factor: number, seed = 3): ErrorPairs {
  const rng = createRng(seed);
  const deviation = rng.fork("deviation").uniforms(COUNT).map((u) => 50 ** u);
  const error = rng.fork("error").normals(COUNT).map((z, i) => factor * deviation[i]! * z);
  return { deviation, error };
}

Deno.test("a calibrated toy lies on the diagonal within its sampling error", () => {
  const found = reliability([toy(1)], { bins: 12 });
  assertEquals(found.bins.length, 12);
  assertEquals(found.count, COUNT);
  for (const { predicted, observed, count } of found.bins) {
    assertEquals(count, COUNT / 12);
    // Four standard errors: a root mean square of n normal numbers is off by 1/√(2n) of itself.
    assertAlmostEquals(observed / predicted, 1, 4 / Math.sqrt(2 * count));
  }
  assert(found.ence < 2 / Math.sqrt(2 * COUNT / 12));
  // Bins rise.
  const predicted = found.bins.map((bin) => bin.predicted);
  assertEquals(predicted, predicted.toSorted((a, b) => a - b));
});

Deno.test("fitCalibration() recovers a known factor, which puts the toy on the diagonal", () => {
  const pairs = toy(2.5);
  const factor = fitCalibration([pairs]);
  assertAlmostEquals(factor, 2.5, 0.05);
  const deviation = Float32Array.from(pairs.deviation, (value) => value * factor);
  const after = reliability([{ ...pairs, deviation }]);
  assertAlmostEquals(after.ratio, 1, 1e-6);
  assert(after.ence < 0.03 && reliability([pairs]).ence > 1);
  // Where errors are the same in all places, so is the order.
  assertAlmostEquals(after.correlation.spearman, reliability([pairs]).correlation.spearman, 1e-9);
});

Deno.test("reliability() separates informative standard deviations from uninformative ones", () => {
  const good = reliability([toy(1)]);
  const { deviation } = toy(1, 4);
  const blind = reliability([{ deviation, error: toy(1).error }]);
  assert(good.correlation.spearman > 0.5 && good.correlation.pearson > 0.5);
  assert(Math.abs(blind.correlation.spearman) < 0.02);
  const { byDeviation, byError, ause, gain, shares } = good.sparsification;
  assertEquals([byDeviation[0], byError[0]], [1, 1]);
  assert(shares.every((_, i) => byDeviation[i]! >= byError[i]! - 1e-9));
  assert(gain > 0.3 && Math.abs(blind.sparsification.gain) < 0.03);
  assert(ause < blind.sparsification.ause);
  // Who knows the errors is perfect.
  const { error } = toy(1);
  const known = reliability([{ deviation: (error as Float32Array).map(Math.abs), error }]);
  assertAlmostEquals(known.sparsification.ause, 0, 1e-9);
  assertAlmostEquals(known.correlation.spearman, 1, 1e-9);
  assertAlmostEquals(known.ence, 0, 1e-6);
});

Deno.test("reliability() skips masked pixels, NaN and standard deviations of 0", () => {
  const pairs = {
    deviation: [1, 1, 0, 2, NaN, 2, 9, 9],
    error: [1, -1, 5, 2, 7, -2, 9, NaN],
    mask: [1, 1, 1, 0],
    channels: 2,
  };
  const found = reliability([pairs], { bins: 2 });
  assertEquals(found.count, 5);
  assertEquals(found.certain, { count: 1, observed: 5 });
  assertEquals(found.bins, [
    { predicted: 1, observed: 1, count: 2 },
    { predicted: 2, observed: 2, count: 2 },
  ]);
  assertThrows(() => reliability([pairs], { bins: 5 }), RangeError, "for each of 5 bins, got 4");
  assertThrows(() => reliability([{ deviation: [1], error: [] }]), TypeError, "each of 0 errors");
});

Deno.test("reliability() of a subsample is close to that of all values", () => {
  const all = reliability([toy(1), toy(3, 5)]);
  const some = reliability([toy(1), toy(3, 5)], { most: 20_000 });
  assert(some.count <= 20_000 + 2);
  assertAlmostEquals(some.ratio, all.ratio, 0.06);
});

Deno.test("expectedErrorFit() recovers the ratio and the spread around it", () => {
  const z = createRng(1).normals(4000);
  const errors = Array.from(z.subarray(0, 2000), (one, i) => {
    const expected = Math.exp(one);
    return { expected, observed: 2 * expected * Math.exp(0.5 * z[2000 + i]!) };
  });
  const { ratio, spread, correlation, count } = expectedErrorFit(errors);
  assertEquals(count, 2000);
  assertAlmostEquals(ratio, 2, 0.1);
  assertAlmostEquals(spread, Math.exp(0.5), 0.06);
  assertAlmostEquals(correlation, 1 / Math.sqrt(1.25), 0.03);
  assertThrows(() => expectedErrorFit([{ expected: 0, observed: 1 }]), RangeError, "above 0");
});

Deno.test("the charts are SVG with a title, a description and a dot for each bin or image", () => {
  const svg = reliabilityChart(reliability([toy(2)]), { title: "Toys & co", unit: "DN" });
  parseXml(svg);
  assertStringIncludes(svg, "Toys &amp; co");
  assertStringIncludes(svg, "predicted standard deviation (DN)");
  assertEquals(svg.match(/<circle/g)!.length, 15);
  assert(!svg.includes("NaN"));
  const errors = [{ expected: 0.02, observed: 0.03 }, { expected: 0.05, observed: 0.04 }];
  const scatter = expectedErrorChart(errors, { title: "Errors", unit: "reflectance" });
  parseXml(scatter);
  assertEquals(scatter.match(/<circle/g)!.length, 2);
  assert(!scatter.includes("NaN") && !scatter.includes("polyline"));
});
