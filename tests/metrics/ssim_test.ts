import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { windowedSsim } from "../../metrics/ssim.ts";
import { GAUSSIAN, GAUSSIAN_OVER_ZEROS, type SsimWindow, UNIFORM } from "../../metrics/windows.ts";
import { createRng } from "../../core/mod.ts";
import { PAIRS } from "./golden_pairs.ts";

/** Not square, so that rows and columns cannot be mixed up; wider than any window by little. */
const SIZE = { height: 14, width: 19, channels: 2 } as const;

function noise(purpose: string): Float32Array {
  return createRng(5).fork(purpose).normals(SIZE.height * SIZE.width * SIZE.channels);
}

/** SSIM as its definition reads: every pixel, every pixel of its window. */
function slowSsim(
  a: Float32Array,
  b: Float32Array,
  { radius, weight, zeros, sample, mask, dataRange }: {
    readonly radius: number;
    readonly weight: (dy: number, dx: number) => number;
    readonly zeros: boolean;
    readonly sample: boolean;
    readonly mask?: Uint8Array;
    readonly dataRange: number;
  },
): number {
  const { height, width, channels } = SIZE;
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const total = offsets.flatMap((dy) => offsets.map((dx) => weight(dy, dx)))
    .reduce((sum, one) => sum + one, 0);
  const n = offsets.length ** 2;
  const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2];
  const values: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = (row: number, column: number) =>
          row >= 0 && row < height && column >= 0 && column < width;
        const fits = inside(y - radius, x - radius) && inside(y + radius, x + radius);
        if (!zeros && !fits || mask?.[y * width + x] === 0) continue;
        const mean = (f: (p: number, q: number) => number) => {
          let sum = 0;
          for (const dy of offsets) {
            for (const dx of offsets) {
              const at = ((y + dy) * width + x + dx) * channels + c;
              const [p, q] = inside(y + dy, x + dx) ? [a[at]!, b[at]!] : [0, 0];
              sum += weight(dy, dx) / total * f(p, q);
            }
          }
          return sum;
        };
        const [ma, mb] = [mean((p) => p), mean((_, q) => q)];
        const factor = sample ? n / (n - 1) : 1;
        const va = factor * (mean((p) => p * p) - ma * ma);
        const vb = factor * (mean((_, q) => q * q) - mb * mb);
        const vab = factor * (mean((p, q) => p * q) - ma * mb);
        values.push(
          (2 * ma * mb + c1) * (2 * vab + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2)),
        );
      }
    }
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const gaussian = (dy: number, dx: number) => Math.exp(-(dy * dy + dx * dx) / (2 * 1.5 ** 2));
const WINDOWS: readonly (readonly [string, SsimWindow, Parameters<typeof slowSsim>[2]])[] = [
  ["Gaussian, inside", GAUSSIAN, {
    radius: 5,
    weight: gaussian,
    zeros: false,
    sample: false,
    dataRange: 2,
  }],
  ["Gaussian over zeros", GAUSSIAN_OVER_ZEROS, {
    radius: 5,
    weight: gaussian,
    zeros: true,
    sample: false,
    dataRange: 1,
  }],
  ["uniform", UNIFORM, {
    radius: 3,
    weight: () => 1,
    zeros: false,
    sample: true,
    dataRange: 255,
  }],
];

for (const [name, window, slow] of WINDOWS) {
  Deno.test(`SSIM with the ${name} window is its definition, pixel by pixel`, () => {
    const [a, b] = [noise("a"), noise("b").map((value, i) => 0.4 * value + noise("a")[i]! + 1)];
    const options = { ...SIZE, dataRange: slow.dataRange, window };
    const images = { prediction: a, target: b };
    assertAlmostEquals(windowedSsim(images, options), slowSsim(a, b, slow), 1e-12);
    const mask = Uint8Array.from({ length: 14 * 19 }, (_, i) => i % 3 === 0 || i < 100 ? 1 : 0);
    const masked = windowedSsim(images, { ...options, mask });
    assertAlmostEquals(masked, slowSsim(a, b, { ...slow, mask }), 1e-12);
    assertNotEquals(masked, windowedSsim(images, options));
  });
}

Deno.test("SSIM with the uniform window is scikit-image's default", () => {
  for (const pair of PAIRS.filter((pair) => pair.has("sk_SSIM_default"))) {
    const found = windowedSsim(pair, { ...pair, dataRange: 1, window: UNIFORM });
    assertAlmostEquals(found, pair.score("sk_SSIM_default"), 1e-12, pair.name);
  }
});

Deno.test("SSIM over zeros takes images smaller than its window", () => {
  const image = Float32Array.of(0.5, 0.25, 0.75, 1);
  const size = { height: 2, width: 2, channels: 1, dataRange: 1, window: GAUSSIAN_OVER_ZEROS };
  const images = { prediction: image, target: image };
  assertEquals(windowedSsim(images, size), 1);
});
