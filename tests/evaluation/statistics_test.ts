/** Intervals and tests of means, against what can be counted or is known. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { estimateMean, signedRankTest } from "../../evaluation/mod.ts";
import { normalCdf, normalQuantile } from "../../evaluation/normal.ts";

Deno.test("normalCdf() is Φ, and normalQuantile() its inverse", () => {
  // Abramowitz and Stegun, table 26.1 and 26.2; printed to 15 and 10 digits.
  assertAlmostEquals(normalCdf(1), 0.841344746068543, 1e-15);
  assertAlmostEquals(normalCdf(-2.5), 0.006209665325776, 1e-15);
  assertAlmostEquals(normalCdf(-7) / 1.279812544e-12, 1, 1e-9);
  assertAlmostEquals(normalQuantile(0.975), 1.959963984540054, 1e-12);
  for (const p of [1e-6, 0.1, 0.5, 0.9]) assertAlmostEquals(normalCdf(normalQuantile(p)), p, 1e-14);
  // Series and continued fraction meet at 6.
  assertAlmostEquals(normalCdf(-6) / normalCdf(-6 - 1e-12), 1, 1e-6);
});

Deno.test("estimateMean() is seeded, holds the mean and is as wide as theory says", () => {
  const values = Array.from({ length: 60 }, (_, i) => createRng(4).normal(i));
  const { mean, low, high, count } = estimateMean(values);
  assertEquals(estimateMean(values), { mean, low, high, count });
  assert(estimateMean(values, { seed: 1 }).low !== low, "another seed gives other samples");
  const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (60 * 60));
  // Of 2000 samples the 2.5 % quantile has a standard error of about 4 % of the half-width.
  assertAlmostEquals((high! - low!) / (2 * 1.96 * spread), 1, 0.1);
  assertAlmostEquals(mean, values.reduce((a, b) => a + b) / 60, 1e-15);
  const moved = estimateMean(values.map((v) => 10 - 3 * v));
  assertAlmostEquals(moved.low!, 10 - 3 * high!, 1e-2);
});

Deno.test("intervals of 95 % hold the true mean about 95 times of 100, of skewed values too", () => {
  const rng = createRng(11);
  const coverage = (draw: (i: number) => number, truth: number, count: number) => {
    const trials = 400;
    let held = 0;
    for (let t = 0; t < trials; t++) {
      const values = Array.from({ length: count }, (_, i) => draw(t * count + i));
      const { low, high } = estimateMean(values, { resamples: 600, seed: t });
      if (low! <= truth && truth <= high!) held++;
    }
    return held / trials;
  };
  // Binomial standard error of 400 trials: 1.1 %; the bootstrap of 30 values is known to be 1–2 %
  // short. A standard error for a standard deviation, or a level of 90 %, is far outside.
  const normal = coverage((i) => rng.normal(i), 0, 30);
  assert(normal > 0.9 && normal < 0.985, `${normal}`);
  const skewed = coverage((i) => -Math.log(1 - rng.uniform(i)), 1, 30);
  assert(skewed > 0.88 && skewed < 0.985, `${skewed}`);
});

Deno.test("estimateMean() has no interval of one value, and one of no width of equal ones", () => {
  assertEquals(estimateMean([3]), { mean: 3, low: null, high: null, count: 1 });
  assertEquals(estimateMean([0.1, 0.1, 0.1]), { mean: 0.1, low: 0.1, high: 0.1, count: 3 });
  assertThrows(() => estimateMean([]), RangeError, "there must be a value");
  assertThrows(() => estimateMean([1], { level: 1 }), RangeError, "between 0 and 1");
});

/** p by looking at every choice of signs. */
function enumerated(differences: readonly number[]): number {
  const own = differences.filter((d) => d !== 0);
  const sizes = own.map(Math.abs);
  const rank = (size: number) =>
    sizes.filter((other) => other < size).length +
    (sizes.filter((other) => other === size).length + 1) / 2;
  const ranks = sizes.map(rank);
  const total = ranks.reduce((a, b) => a + b, 0);
  const uneven = (positive: number) => Math.abs(positive - total / 2);
  const found = uneven(ranks.filter((_, i) => own[i]! > 0).reduce((a, b) => a + b, 0));
  let extreme = 0;
  for (let signs = 0; signs < 2 ** own.length; signs++) {
    const positive = ranks.reduce((sum, r, i) => sum + (signs >> i & 1 ? r : 0), 0);
    if (uneven(positive) >= found - 1e-9) extreme++;
  }
  return extreme / 2 ** own.length;
}

Deno.test("signedRankTest() counts all signs of few pairs, with ties and zeros", () => {
  const rng = createRng(3);
  for (let length = 1; length <= 12; length++) {
    for (
      const draw of [
        (i: number) => rng.fork(length).normal(i) + 0.5,
        // Whole numbers tie, and some are 0.
        (i: number) => rng.fork(length).integer(7, i) - 2,
      ]
    ) {
      const differences = Array.from({ length }, (_, i) => draw(i));
      const { p, method } = signedRankTest(differences);
      assertEquals(method, "exact");
      assertAlmostEquals(p, enumerated(differences), 1e-12, `${differences}`);
    }
  }
  assertEquals(signedRankTest([0, 0]), {
    pairs: 0,
    positive: 0,
    negative: 0,
    p: 1,
    method: "exact",
  });
  // Wilcoxon 1945, table: of 8 pairs a sum of 3 or less has a two-sided probability of 5/128.
  assertAlmostEquals(signedRankTest([-1, -2, 3, 4, 5, 6, 7, 8]).p, 5 / 128, 1e-15);
});

Deno.test("signedRankTest() is symmetric under a sign change", () => {
  const values = Array.from({ length: 70 }, (_, i) => createRng(9).normal(i) + 0.2);
  for (const count of [20, 70]) {
    const own = values.slice(0, count);
    const [test, mirrored] = [signedRankTest(own), signedRankTest(own.map((v) => -v))];
    assertEquals(mirrored, { ...test, positive: test.negative, negative: test.positive });
    assertEquals(test.positive + test.negative, count * (count + 1) / 2);
  }
});

Deno.test("signedRankTest() is continuous from the exact to the normal distribution", () => {
  const count = 51;
  const differences = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
  const { p: near, method, negative } = signedRankTest(differences);
  assertEquals([method, signedRankTest(differences.slice(1)).method], ["normal", "exact"]);
  // Ways to make each sum of the ranks 1 … 51, as whole numbers.
  const ways = new Array<bigint>(count * (count + 1) / 2 + 1).fill(0n);
  ways[0] = 1n;
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = ways.length - 1; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  }
  const tail = ways.slice(0, negative + 1).reduce((a, b) => a + b, 0n);
  const p = 2 * Number(tail) / 2 ** count;
  // The sum has thinner tails than a normal one: Edgeworth's term of its kurtosis, −2Σr⁴/(Σr²)².
  const power = (k: number) =>
    Array.from({ length: count }, (_, i) => (i + 1) ** k)
      .reduce((a, b) => a + b, 0);
  const z = -normalQuantile(near / 2);
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  const kurtosis = -2 * power(4) / power(2) ** 2;
  // What remains is less than the correction for steps, 3e-4.
  assertAlmostEquals(near + 2 * density * kurtosis / 24 * (z ** 3 - 3 * z), p, 1e-4);
  assert(p > 0.02 && p < 0.05, `${p}`);
  // Where there is nothing to find, p is uniform: below 0.05 in one of twenty.
  const rng = createRng(5);
  const found = Array.from(
    { length: 400 },
    (_, t) => signedRankTest(Array.from({ length: 60 }, (_, i) => rng.fork(t).normal(i))).p,
  );
  const share = found.filter((p) => p < 0.05).length / 400;
  assert(share > 0.02 && share < 0.085, `${share}`);
  assertThrows(() => signedRankTest([NaN]), RangeError, "they must be numbers");
});
