import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Tensor, tf } from "../../engine/mod.ts";
import { cosineScale } from "../../engine/ops/cosine_attention.ts";
import { globalAttention } from "../../engine/ops/global_attention.ts";
import { neighborhoodAttention } from "../../engine/ops/neighborhood_attention.ts";
import { axisBlocks } from "../../engine/ops/neighborhood_blocks.ts";
import {
  allValuesOf,
  assertClose,
  elements,
  normals,
  normalTensor,
  testOn,
  testOnEngines,
  valuesOf,
} from "../engines.ts";
import { sees } from "../networks/reference.ts";

/** Float32 sums of a softmax over up to 49 keys against float64. */
const ROUNDING = 2e-5;

interface Size {
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly heads: number;
  readonly dHead: number;
}

/** Masked softmax attention and its gradients for sum(out·r), in loops. */
function bruteForce({ n, height, width, heads, dHead }: Size, kernel?: number) {
  const tokens = height * width;
  const shape = [n, tokens, heads, dHead];
  const [q, k, v, r] = ["q", "k", "v", "r"].map((name) => normals(elements(shape), name)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [out, dq, dk, dv] = Array.from({ length: 4 }, () => new Float64Array(q.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
    let sum = 0;
    for (let e = 0; e < dHead; e++) sum += a[i + e]! * b[j + e]!;
    return sum;
  };
  for (let sample = 0; sample < n; sample++) {
    for (let head = 0; head < heads; head++) {
      const at = (token: number) => ((sample * tokens + token) * heads + head) * dHead;
      for (let query = 0; query < tokens; query++) {
        const keys: number[] = [];
        for (let key = 0; key < tokens; key++) {
          const near = kernel === undefined ||
            (sees(Math.floor(query / width), Math.floor(key / width), height, kernel) &&
              sees(query % width, key % width, width, kernel));
          if (near) keys.push(at(key));
        }
        const i = at(query);
        const logits = keys.map((j) => dot(q, i, k, j));
        const most = Math.max(...logits);
        const powers = logits.map((value) => Math.exp(value - most));
        const sum = powers.reduce((a, b) => a + b, 0);
        const shares = powers.map((value) => value / sum);
        // dS = P ⊙ (dP − Σ dP ⊙ P)
        const dp = keys.map((j) => dot(r, i, v, j));
        const mean = dp.reduce((total, value, m) => total + value * shares[m]!, 0);
        keys.forEach((j, m) => {
          const share = shares[m]!;
          const ds = share * (dp[m]! - mean);
          for (let e = 0; e < dHead; e++) {
            out[i + e]! += share * v[j + e]!;
            dv[j + e]! += share * r[i + e]!;
            dq[i + e]! += ds * k[j + e]!;
            dk[j + e]! += ds * q[i + e]!;
          }
        });
      }
    }
  }
  return [out, dq, dk, dv] as const;
}

type Heads = { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor };

/** Output and gradients of an attention on the engine. */
function onEngine(
  { n, height, width, heads, dHead }: Size,
  attend: (input: Heads) => Tensor,
): Promise<Float32Array[]> {
  const shape = [n, height * width, heads, dHead];
  return allValuesOf(() => {
    const [q, k, v, r] = ["q", "k", "v", "r"].map((name) => normalTensor(shape, name)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const loss = (q: Tensor, k: Tensor, v: Tensor) =>
      tf.sum(tf.mul(attend({ q, k, v }), r.reshape([n, height * width, heads * dHead])));
    return [attend({ q, k, v }), ...tf.grads(loss)([q, k, v])];
  });
}

const sides = Array.from({ length: 14 }, (_, i) => 7 + i);

for (const kernel of [3, 5, 7]) {
  testOnEngines(
    `neighborhood attention ${kernel}×${kernel} equals brute force on sides 7 … 20`,
    async (engine) => {
      for (const [i, height] of sides.entries()) {
        // Every side meets another one; cpu and webgpu take every third.
        if (engine !== "wasm" && i % 3 !== kernel % 3) continue;
        const width = 7 + (i * 5 + kernel) % 14;
        const size = { n: 1, height, width, heads: 1, dHead: 4 };
        const actual = await onEngine(
          size,
          (input) => neighborhoodAttention(input, { height, width, kernel }),
        );
        bruteForce(size, kernel).forEach((wanted, part) =>
          assertClose(actual[part]!, wanted, ROUNDING, `${height}×${width}, part ${part}`)
        );
      }
    },
  );
}

testOnEngines("neighborhood attention keeps samples and heads apart", async () => {
  const size = { n: 2, height: 9, width: 12, heads: 3, dHead: 4 };
  const actual = await onEngine(
    size,
    (input) => neighborhoodAttention(input, { ...size, kernel: 5 }),
  );
  bruteForce(size, 5).forEach((wanted, part) =>
    assertClose(actual[part]!, wanted, ROUNDING, `part ${part}`)
  );
});

testOnEngines("neighborhood attention in bands equals all at once", async () => {
  const size = { n: 2, height: 20, width: 9, heads: 2, dHead: 4 };
  const run = (blockElements?: number) =>
    onEngine(
      size,
      (input) => neighborhoodAttention(input, { ...size, kernel: 7, blockElements }),
    );
  const whole = await run();
  // One block row at a time, and two.
  const perBlockRow = 2 * 2 * 2 * 64 * 14 * 9;
  for (const blockElements of [1, 2 * perBlockRow]) {
    (await run(blockElements)).forEach((values, part) =>
      assertClose(values, whole[part]!, ROUNDING, `${blockElements}, part ${part}`)
    );
  }
});

testOnEngines("global attention equals brute force, also in blocks of queries", async () => {
  const size = { n: 2, height: 3, width: 5, heads: 2, dHead: 8 };
  const wanted = bruteForce(size);
  // All at once, 4 queries at a time, 1 query at a time.
  for (const blockElements of [undefined, 4 * 2 * 2 * 15, 1]) {
    const actual = await onEngine(size, (input) => globalAttention(input, blockElements));
    wanted.forEach((values, part) =>
      assertClose(actual[part]!, values, ROUNDING, `${blockElements}, part ${part}`)
    );
  }
});

testOnEngines("cosineScale() makes logits scale·cos(q, k)", async () => {
  const shape = [2, 3, 2, 8];
  const scale = [10, 4];
  const x = normals(elements(shape), "x");
  const out = await valuesOf(() => cosineScale(normalTensor(shape, "x"), tf.tensor1d(scale), 1e-6));
  for (let i = 0; i < out.length; i += 8) {
    const length = Math.hypot(...x.subarray(i, i + 8));
    const wanted = x.subarray(i, i + 8)
      .map((value) => value * Math.sqrt(scale[i / 8 % 2]!) / Math.sqrt(length ** 2 + 1e-6));
    assertClose(out.subarray(i, i + 8), wanted, 1e-6);
  }
});

testOn("cpu", "cosineScale() of zeros is zeros", async () => {
  const out = await valuesOf(() => cosineScale(tf.zeros([1, 2, 1, 8]), tf.tensor1d([10]), 1e-6));
  assertEquals([...out], Array(16).fill(0));
});

Deno.test("axisBlocks() lets every query see its K keys once", () => {
  for (const kernel of [1, 3, 5, 7, 9]) {
    for (let size = kernel; size <= 40; size++) {
      const { tile, window, queryStarts, keyStarts, sees: seen, queryPositions } = axisBlocks(
        size,
        kernel,
      );
      for (let i = 0; i < size; i++) {
        const position = queryPositions[i]!;
        const [block, row] = [Math.floor(position / tile), position % tile];
        assertEquals(queryStarts[block]! + row, i);
        const keys = Array.from({ length: window }, (_, k) => keyStarts[block]! + k)
          .filter((_, k) => seen[block]![row]![k]);
        const wanted = Array.from({ length: size }, (_, k) => k)
          .filter((k) => sees(i, k, size, kernel));
        assertEquals(keys, wanted, `query ${i} of ${size}, kernel ${kernel}`);
        assertEquals(keys.length, kernel);
      }
    }
  }
});

Deno.test("axisBlocks() refuses a side shorter than the kernel", () => {
  assertThrows(() => axisBlocks(6, 7), RangeError, "≥ 7 tokens, got 6");
});

Deno.test("brute force attends to clamped windows of 49 keys", () => {
  // The corner's window is the 7×7 block of the corner itself.
  const first = Array.from({ length: 20 }, (_, j) => j).filter((j) => sees(0, j, 20, 7));
  const last = Array.from({ length: 20 }, (_, j) => j).filter((j) => sees(19, j, 20, 7));
  const inner = Array.from({ length: 20 }, (_, j) => j).filter((j) => sees(10, j, 20, 7));
  assertEquals([first[0], last[0], inner[0]], [0, 13, 7]);
  for (const keys of [first, last, inner]) assertEquals(keys.length, 7);
  const [out] = bruteForce({ n: 1, height: 7, width: 7, heads: 1, dHead: 4 }, 7);
  const [all] = bruteForce({ n: 1, height: 7, width: 7, heads: 1, dHead: 4 });
  assert(out.length === all.length);
  out.forEach((value, i) => assertAlmostEquals(value, all[i]!, 1e-12));
});
