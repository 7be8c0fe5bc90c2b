import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rotatePairs, tf } from "../../engine/mod.ts";
import { axialPositions, ropeFrequencies, ropeTable } from "../../networks/layers/rope.ts";
import { assertClose, normals, normalTensor, testOnEngines, valuesOf } from "../engines.ts";

Deno.test("axialPositions() are cell centres of [−1, 1] on a square", () => {
  const positions = axialPositions({ height: 2, width: 2 });
  assertEquals([...positions], [-0.5, -0.5, -0.5, 0.5, 0.5, -0.5, 0.5, 0.5]);
});

Deno.test("axialPositions() let the longer side span ±1, (y, x) in order", () => {
  for (const [height, width] of [[4, 10], [10, 4], [3, 9]] as const) {
    const positions = axialPositions({ height, width });
    const longest = Math.max(height, width);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const [y, x] = positions.subarray((i * width + j) * 2);
        const [spanY, spanX] = [height / longest, width / longest];
        assertAlmostEquals(y!, -spanY + 2 * spanY * (i + 0.5) / height, 1e-6);
        assertAlmostEquals(x!, -spanX + 2 * spanX * (j + 0.5) / width, 1e-6);
      }
    }
  }
});

Deno.test("axialPositions() of half the sides are the means of 2×2 cells", () => {
  const [height, width] = [6, 10];
  const fine = axialPositions({ height, width });
  const coarse = axialPositions({ height: 3, width: 5 });
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 5; j++) {
      for (const axis of [0, 1]) {
        const cells = [[0, 0], [0, 1], [1, 0], [1, 1]]
          .map(([a, b]) => fine[((2 * i + a!) * width + 2 * j + b!) * 2 + axis]!);
        const mean = cells.reduce((sum, value) => sum + value, 0) / 4;
        assertAlmostEquals(coarse[(i * 5 + j) * 2 + axis]!, mean, 1e-6);
      }
    }
  }
});

Deno.test("ropeFrequencies() run from π to just below 10π over heads and channels", () => {
  const [heads, dHead] = [12, 64];
  const freqs = ropeFrequencies(heads, dHead);
  for (let h = 0; h < heads; h++) {
    for (let j = 0; j < 8; j++) {
      const wanted = Math.PI * 10 ** ((j * heads + h) / (heads * 8));
      assertAlmostEquals(freqs[h * 8 + j]!, wanted, 1e-6 * wanted);
    }
  }
});

testOnEngines("ropeTable() turns the pairs (i, i + 2m) and passes the upper half", async () => {
  const grid = { height: 3, width: 5 };
  const [heads, dHead] = [2, 16];
  const m = dHead / 8;
  const freqs = ropeFrequencies(heads, dHead);
  const shape = [1, 15, heads, dHead];
  const x = normals(15 * heads * dHead, "x");
  const out = await valuesOf(() =>
    rotatePairs(normalTensor(shape, "x"), ropeTable(grid, tf.tensor2d(freqs, [heads, m])))
  );
  const wanted = Float64Array.from(x);
  const positions = axialPositions(grid);
  for (let token = 0; token < 15; token++) {
    for (let h = 0; h < heads; h++) {
      for (let p = 0; p < 2 * m; p++) {
        const position = positions[token * 2 + (p < m ? 0 : 1)]!;
        const theta = position * freqs[h * m + p % m]!;
        const at = (token * heads + h) * dHead + p;
        const [a, b] = [x[at]!, x[at + 2 * m]!];
        wanted[at] = a * Math.cos(theta) - b * Math.sin(theta);
        wanted[at + 2 * m] = b * Math.cos(theta) + a * Math.sin(theta);
      }
    }
  }
  assertClose(out, wanted, 1e-5);
});
