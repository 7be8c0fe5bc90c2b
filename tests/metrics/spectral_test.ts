/** ERGAS, UIQI and SID against NumPy, and their properties. */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { ergas, sid, uiqi } from "../../metrics/mod.ts";

const [HEIGHT, WIDTH, CHANNELS] = [6, 5, 13];
const SIZE = { height: HEIGHT, width: WIDTH, channels: CHANNELS };
const COUNT = HEIGHT * WIDTH * CHANNELS;

/** Positive spectra; the prediction is the target with noise and a bias. */
const target = Float32Array.from(
  createRng(1).normals(COUNT),
  (n, i) => 0.2 + 0.01 * (i % CHANNELS) + 0.05 * Math.abs(n),
);
const prediction = Float32Array.from(
  createRng(2).normals(COUNT),
  (n, i) => target[i]! * 1.05 + 0.01 * Math.abs(n),
);

/** The definitions as array expressions of NumPy. */
const NUMPY = `
import json, sys
import numpy as np
data = json.load(sys.stdin)
p, t = (np.array(data[k], dtype=np.float64).reshape(-1, data["channels"]) for k in "pt")
if data["mask"]: p, t = (a[np.array(data["mask"]) != 0] for a in (p, t))
ergas = 100 * np.sqrt(np.mean(((p - t) ** 2).mean(0) / t.mean(0) ** 2))
cov = [np.cov(p[:, b], t[:, b], ddof=0) for b in range(p.shape[1])]
uiqi = np.mean([4 * c[0, 1] * p[:, b].mean() * t[:, b].mean()
    / ((c[0, 0] + c[1, 1]) * (p[:, b].mean() ** 2 + t[:, b].mean() ** 2)) for b, c in enumerate(cov)])
a, b = (x / x.sum(1, keepdims=True) for x in (p, t))
sid = np.mean((a * np.log(a / b)).sum(1) + (b * np.log(b / a)).sum(1))
print(json.dumps([ergas, uiqi, sid]))
`;

/** NumPy's values, or undefined where there is no NumPy. */
async function numpy(mask?: Uint8Array): Promise<readonly number[] | undefined> {
  const child = new Deno.Command("python3", {
    args: ["-c", NUMPY],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({
    p: [...prediction],
    t: [...target],
    channels: CHANNELS,
    mask: mask === undefined ? null : [...mask],
  })));
  await writer.close();
  const { success, stdout } = await child.output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
}

const hasNumpy = await numpy().then((values) => values !== undefined, () => false);

for (
  const [what, mask] of [
    ["whole images", undefined],
    ["selected pixels", Uint8Array.from({ length: HEIGHT * WIDTH }, (_, i) => i % 3)],
  ] as const
) {
  Deno.test({
    name: `ERGAS, UIQI and SID of ${what} are NumPy's`,
    ignore: !hasNumpy,
    fn: async () => {
      const options = { ...SIZE, ...(mask && { mask }) };
      const wanted = (await numpy(mask))!;
      [ergas, uiqi, sid].forEach((metric, i) =>
        assertAlmostEquals(metric(prediction, target, options) / wanted[i]!, 1, 1e-6)
      );
    },
  });
}

Deno.test("ERGAS, UIQI and SID of equal images are perfect", () => {
  assertEquals(ergas(target, target, SIZE), 0);
  assertAlmostEquals(uiqi(target, target, SIZE), 1, 1e-12);
  assertAlmostEquals(sid(target, target, SIZE), 0, 1e-15);
});

Deno.test("SID sees the shape of spectra only, ERGAS their scale", () => {
  const doubled = target.map((value) => 2 * value);
  assertAlmostEquals(sid(doubled, target, SIZE), 0, 1e-12);
  // Every band is off by its own root mean square: near 100 % of its mean.
  assertAlmostEquals(ergas(doubled, target, SIZE), 100, 2);
});

Deno.test("ERGAS, UIQI and SID refuse images without an answer", () => {
  const zeros = new Float32Array(COUNT);
  assertThrows(() => ergas(prediction, zeros, SIZE), RangeError, "band 0");
  assertThrows(() => uiqi(zeros, zeros, SIZE), RangeError, "constants in band 0");
  assertThrows(() => sid(prediction, zeros, SIZE), RangeError, "positive spectra");
});
