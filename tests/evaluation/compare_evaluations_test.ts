import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng, InputError } from "../../core/mod.ts";
import { compareEvaluations, compareRows, type EvaluationRow } from "../../evaluation/mod.ts";

/** Rows of a method over n images; `better` dB above a PSNR that varies from image to image. */
function rows(method: string, better: number, count = 12): readonly EvaluationRow[] {
  const rng = createRng(2);
  return Array.from({ length: count }, (_, i): EvaluationRow => ({
    set: "s",
    image: `i${i}`,
    method,
    kind: "model",
    pixels: "all",
    count: 100,
    cover: 0.5,
    mask: "exact",
    profile: "standard",
    truth: `${i}`,
    input: "x",
    psnr: 25 + 5 * rng.normal(i) + better * (1 + rng.fork("own").uniform(i)),
    ssim: 0.5,
    mae: 0.02 - 0.001 * better,
    rmse: 0.03,
    sam: null,
    lpips: null,
    weave: null,
    contrast: null,
    bias: null,
    seam: null,
    noLpips: "no weights",
    bands: {},
  }));
}

Deno.test("compareRows() finds a consistent difference that is small against the variation between images", () => {
  const found = compareRows(rows("new", 0.5), rows("old", 0));
  assertEquals(found.map(({ metric, verdict }) => [metric, verdict]), [
    ["psnr", "better"],
    ["ssim", "no difference found"],
    ["mae", "better"],
    ["rmse", "no difference found"],
  ]);
  const [psnr] = found;
  assert(psnr!.difference.low! > 0.5 && psnr!.difference.high! < 1, psnr!.sentence);
  // All twelve signs are alike: two of 2¹².
  assertAlmostEquals(psnr!.test.p, 2 / 2 ** 12, 1e-15);
  assert(
    /^s, all pixels: new is better than old in PSNR \(mean difference \+0\.\d\d, \+0\.\d\d to \+0\.\d\d; n = 12, Wilcoxon p = 0\.0005, exact\)\.$/
      .test(psnr!.sentence),
    psnr!.sentence,
  );
  assert(
    found[1]!.sentence.includes(
      "no significant difference in SSIM between new and old (too few differing images: 0)",
    ),
  );
});

Deno.test("compareRows() mirrors when the methods swap", () => {
  const noisy = rows("b", 0).map((row, i) => ({
    ...row,
    psnr: row.psnr! + createRng(7).normal(i),
  }));
  for (const [a, b] of [[rows("a", 0.5), rows("b", 0)], [rows("a", 0), noisy]] as const) {
    const there = compareRows(a, b);
    const back = compareRows(b, a);
    for (const [i, one] of there.entries()) {
      const other = back[i]!;
      assertEquals(one.test.p, other.test.p);
      assertAlmostEquals(one.difference.mean, -other.difference.mean, 1e-12);
      // The interval is bootstrapped from the same images: its ends change places, up to BCa's rounding.
      assertAlmostEquals(one.difference.low!, -other.difference.high!, 0.02);
      const mirrored = {
        better: "worse",
        worse: "better",
        "no difference found": "no difference found",
      };
      assertEquals(mirrored[one.verdict], other.verdict);
    }
  }
});

Deno.test("compareRows() pairs by name and pixels, in any order", () => {
  const own = rows("a", 0.5);
  const mixed = rows("b", 0).toReversed();
  assertEquals(compareRows(own, mixed), compareRows(own, rows("b", 0)));
  const cloudy = own.map((row) => ({ ...row, pixels: "cloudy" as const, psnr: 1 }));
  const both = compareRows([...own, ...cloudy], [
    ...mixed,
    ...cloudy.map((row) => ({ ...row, method: "b" })),
  ]);
  assertEquals(
    both.filter(({ metric }) => metric === "psnr").map((
      { pixels, difference },
    ) => [pixels, difference.mean !== 0]),
    [
      ["all", true],
      ["cloudy", false],
    ],
  );
});

Deno.test("compareRows() rejects different cases and names them", () => {
  const [a, b] = [rows("a", 0), rows("b", 0)];
  const fails = (others: readonly EvaluationRow[], message: string) =>
    assertThrows(() => compareRows(a, others), InputError, message);
  fails(b.slice(1), "only a has s / i0 / all");
  fails([...b, { ...b[0]!, image: "more" }], "only b has s / more / all");
  fails(
    b.map((row) => ({ ...row, image: `x${row.image}` })),
    "and 9 more; only b has s / xi0 / all",
  );
  fails(
    b.with(3, { ...b[3]!, truth: "other" }),
    "the same clear images, got different ones for s / i3 / all",
  );
  fails(
    b.with(3, { ...b[3]!, input: "y" }),
    "the same cloudy dates, got different ones for s / i3 / all",
  );
  fails(
    b.with(3, { ...b[3]!, count: 9 }),
    "the same cloud mask, got different ones for s / i3 / all",
  );
  fails(b.map((row) => ({ ...row, profile: "cuhkCr" })), "the same metric profile");
  // Restored images of others may come without the cloudy dates.
  assertEquals(compareRows(a, b.map((row) => ({ ...row, input: "" }))).length, 4);
});

Deno.test("compareRows() counts two perfect images as equal", () => {
  const perfect = rows("a", 0).map((row, i) => ({ ...row, psnr: i < 6 ? Infinity : 30 }));
  const other = perfect.map((row) => ({
    ...row,
    method: "b",
    psnr: row.psnr === 30 ? 29 : row.psnr,
  }));
  const [psnr] = compareRows(perfect, other);
  assertEquals([psnr!.difference.mean, psnr!.test.pairs], [0.5, 6]);
  const [worse] = compareRows(other.with(0, { ...other[0]!, psnr: 20 }), perfect);
  assertEquals([worse!.difference.mean, worse!.difference.low, worse!.verdict], [
    -Infinity,
    null,
    "worse",
  ]);
});

Deno.test("compareEvaluations() leaves out baselines and labels methods that share a name", () => {
  const base = rows("mean", -3).map((row) => ({ ...row, kind: "baseline" as const }));
  const found = compareEvaluations([...base, ...rows("a", 1)], [...base, ...rows("a", 0)], {
    label: "before",
  });
  assertEquals(
    new Set(found.map(({ method, other }) => `${method}: ${other}`)),
    new Set(["a: a (before)"]),
  );
  const two = compareEvaluations([...base, ...rows("a", 1)], [
    ...base,
    ...rows("b", 0),
    ...rows("c", 0),
  ]);
  assertEquals(new Set(two.map(({ other }) => other)), new Set(["b", "c"]));
  assertEquals(
    new Set(compareEvaluations(base, base).map(({ other }) => other)),
    new Set(["mean (other)"]),
  );
});
