/** FID and KID against SciPy, and closed forms. */

import { assertAlmostEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { type Features, fid, kid } from "../../metrics/mod.ts";

const DIMENSION = 12;

/** Correlated features: noise through a fixed matrix. */
function features(seed: number, count: number, shift: number): Features {
  const normals = createRng(seed).normals(count * DIMENSION);
  const values = Float64Array.from({ length: count * DIMENSION }, (_, i) => {
    const [row, j] = [Math.floor(i / DIMENSION), i % DIMENSION];
    const before = j === 0 ? 0 : 0.5 * normals[row * DIMENSION + j - 1]!;
    return shift + (1 + 0.1 * j) * normals[i]! + before;
  });
  return { values, dimension: DIMENSION };
}

const [found, wanted] = [features(1, 40, 0.3), features(2, 50, 0)];

/** The textbook forms, with SciPy's matrix square root. */
const SCIPY = `
import json, sys
import numpy as np
from scipy.linalg import sqrtm
data = json.load(sys.stdin)
a, b = (np.array(data[k]).reshape(-1, data["d"]) for k in "ab")
s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
fid = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(s + t - 2 * sqrtm(s @ t).real)
k = lambda x, y: (x @ y.T / data["d"] + 1) ** 3
off = lambda x: (x.sum() - np.trace(x)) / (len(x) * (len(x) - 1))
print(json.dumps([fid, off(k(a, a)) + off(k(b, b)) - 2 * k(a, b).mean()]))
`;

const hasScipy = await new Deno.Command("python3", { args: ["-c", "import scipy"], stderr: "null" })
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "FID and KID are SciPy's",
  ignore: !hasScipy,
  fn: async () => {
    const child = new Deno.Command("python3", {
      args: ["-c", SCIPY],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const input = { a: [...found.values as Float64Array], b: [...wanted.values as Float64Array] };
    await writer.write(new TextEncoder().encode(JSON.stringify({ ...input, d: DIMENSION })));
    await writer.close();
    const [wantedFid, wantedKid] = JSON.parse(
      new TextDecoder().decode((await child.output()).stdout),
    );
    assertAlmostEquals(fid(found, wanted) / wantedFid, 1, 1e-8);
    assertAlmostEquals(kid(found, wanted) / wantedKid, 1, 1e-10);
  },
});

Deno.test("FID of a set and itself is 0, and of a shifted set the squared shift", () => {
  assertAlmostEquals(fid(found, found), 0, 1e-9);
  const moved = { ...found, values: Float64Array.from(found.values, (value) => value + 0.5) };
  assertAlmostEquals(fid(moved, found), 0.25 * DIMENSION, 1e-9);
});

Deno.test("FID works with fewer images than dimensions, whose covariance is singular", () => {
  const few = features(3, 4, 0);
  assertAlmostEquals(fid(few, few), 0, 1e-6);
});

Deno.test("FID and KID refuse sets that do not fit", () => {
  const other = { values: new Float64Array(8), dimension: 4 };
  for (const metric of [fid, kid]) {
    assertThrows(() => metric(found, other), TypeError, "one dimension");
    assertThrows(() => metric({ values: new Float64Array(12), dimension: 12 }, found), RangeError);
    assertThrows(
      () =>
        metric({ values: [NaN, 1, 2, 3], dimension: 2 }, {
          values: [1, 2, 3, 4],
          dimension: 2,
        }),
      RangeError,
      "finite",
    );
  }
});
