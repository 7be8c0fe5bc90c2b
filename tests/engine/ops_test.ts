import { assert, assertEquals, assertThrows } from "@std/assert";
import { inBlocks, linear, resizeBilinear, takeAxis, type Tensor, tf } from "../../engine/mod.ts";
import { BLOCK_ELEMENTS, blockSizes } from "../../engine/ops/in_blocks.ts";
import {
  allValuesOf,
  assertClose,
  elements,
  normals,
  normalTensor,
  testOnEngines,
} from "../engines.ts";

/** Float32 sums of up to a hundred products of normal numbers, against float64. */
const ROUNDING = 1e-5;

/** The output of f and the gradient of sum(out·r) by its inputs. */
async function withGradients(
  shapes: readonly (readonly number[])[],
  f: (inputs: readonly Tensor[]) => Tensor,
): Promise<{ inputs: Float32Array[]; out: Float32Array; r: Float32Array; grads: Float32Array[] }> {
  const inputs = shapes.map((shape, i) => normals(elements(shape), i));
  const outs = await allValuesOf(() => {
    const tensors = shapes.map((shape, i) => normalTensor(shape, i));
    const out = f(tensors);
    const r = normalTensor(out.shape, "r");
    const grads = tf.grads((...args: Tensor[]) => tf.sum(tf.mul(f(args), r)))(tensors);
    return [out, ...grads];
  });
  return { inputs, out: outs[0]!, r: normals(outs[0]!.length, "r"), grads: outs.slice(1) };
}

testOnEngines("linear() is x·W + b, with its gradients", async () => {
  const [rows, inner, outer] = [2 * 3 * 5, 7, 4];
  const { inputs: [x, w, b], out, r, grads } = await withGradients(
    [[2, 3, 5, 7], [7, 4], [4]],
    ([x, w, b]) => linear(x!, w!, b),
  );
  const wanted = new Float64Array(rows * outer);
  const dx = new Float64Array(x!.length);
  const dw = new Float64Array(w!.length);
  const db = new Float64Array(outer);
  for (let i = 0; i < rows; i++) {
    for (let o = 0; o < outer; o++) {
      wanted[i * outer + o] = b![o]!;
      db[o]! += r[i * outer + o]!;
      for (let c = 0; c < inner; c++) {
        wanted[i * outer + o]! += x![i * inner + c]! * w![c * outer + o]!;
        dx[i * inner + c]! += r[i * outer + o]! * w![c * outer + o]!;
        dw[c * outer + o]! += r[i * outer + o]! * x![i * inner + c]!;
      }
    }
  }
  assertClose(out, wanted, ROUNDING, "outputs");
  [dx, dw, db].forEach((gradient, i) =>
    assertClose(grads[i]!, gradient, ROUNDING, `gradient ${i}`)
  );
});

testOnEngines("linear() names the shapes that do not fit", () => {
  tf.tidy(() => {
    assertThrows(
      () => linear(tf.ones([2, 3]), tf.ones([4, 5])),
      TypeError,
      "must be 4, got shape [2,3]",
    );
  });
});

const picks: readonly (readonly [string, readonly number[], number, readonly number[]])[] = [
  ["repeats in the middle", [2, 5, 3, 2], 1, [4, 0, 0, 2, 4, 1, 3]],
  ["of the first axis", [4, 3], 0, [3, 1]],
  ["of the last axis", [2, 2, 6], 2, [5, 5, 0]],
  ["one position", [3, 4, 2], 1, [2]],
];

for (const [name, shape, axis, indices] of picks) {
  testOnEngines(`takeAxis() selects and differentiates: ${name}`, async () => {
    const { inputs: [x], out, r, grads: [dx] } = await withGradients(
      [shape],
      ([x]) => takeAxis(x!, indices, axis),
    );
    const [size, count] = [shape[axis]!, indices.length];
    const outer = elements(shape.slice(0, axis));
    const inner = elements(shape.slice(axis + 1));
    const wanted = new Float64Array(outer * count * inner);
    const gradient = new Float64Array(x!.length);
    for (let o = 0; o < outer; o++) {
      indices.forEach((index, i) => {
        for (let e = 0; e < inner; e++) {
          const [from, to] = [(o * size + index) * inner + e, (o * count + i) * inner + e];
          wanted[to] = x![from]!;
          gradient[from]! += r[to]!;
        }
      });
    }
    assertEquals([...out], [...wanted]);
    assertClose(dx!, gradient, ROUNDING);
  });
}

testOnEngines("takeAxis() of every position in order is x itself", () => {
  tf.tidy(() => {
    const x = tf.ones([2, 3]);
    assert(takeAxis(x, [0, 1, 2], 1) === x);
  });
});

/** One axis of a bilinear resize with half-pixel centres and clamped edges. */
function neighbors(i: number, from: number, to: number): readonly (readonly [number, number])[] {
  const position = Math.min(Math.max((i + 0.5) * from / to - 0.5, 0), from - 1);
  const low = Math.floor(position);
  return [[low, 1 - (position - low)], [Math.min(low + 1, from - 1), position - low]];
}

for (
  const [h, w, height, width] of [[2, 3, 8, 6], [4, 4, 7, 9], [6, 5, 3, 4], [1, 1, 3, 2]] as const
) {
  testOnEngines(`resizeBilinear() ${h}×${w} → ${height}×${width} with its gradient`, async () => {
    const { inputs: [x], out, r, grads: [dx] } = await withGradients(
      [[3, h, w]],
      ([x]) => resizeBilinear(x!, { height, width }),
    );
    const wanted = new Float64Array(3 * height * width);
    const gradient = new Float64Array(x!.length);
    for (let n = 0; n < 3; n++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const to = (n * height + i) * width + j;
          for (const [row, a] of neighbors(i, h, height)) {
            for (const [column, b] of neighbors(j, w, width)) {
              wanted[to]! += a * b * x![(n * h + row) * w + column]!;
              gradient[(n * h + row) * w + column]! += a * b * r[to]!;
            }
          }
        }
      }
    }
    assertClose(out, wanted, ROUNDING);
    assertClose(dx!, gradient, ROUNDING);
  });
}

testOnEngines("inBlocks() in several blocks equals one block, with its gradients", async () => {
  const shapes = [[11, 6], [6, 5]];
  const run = (blockElements?: number) => {
    const firsts: number[] = [];
    const apply = ([x, w]: readonly Tensor[]) =>
      inBlocks(x!, 5, (block, first) => {
        firsts.push(first);
        return tf.square(linear(block, w!));
      }, blockElements);
    return withGradients(shapes, apply).then(({ out, grads }) => ({
      all: [out, ...grads],
      firsts,
    }));
  };
  const whole = await run();
  const blocks = await run(20);
  assertEquals(new Set(whole.firsts), new Set([0]));
  assertEquals(new Set(blocks.firsts), new Set([0, 4, 8]));
  whole.all.forEach((values, i) => assertClose(blocks.all[i]!, values, ROUNDING, `tensor ${i}`));
});

Deno.test("blockSizes() covers all rows with blocks within the bound", () => {
  for (
    const [rows, perRow] of [[1, 1], [7, 2 ** 22], [4096, 4096 * 6], [65536, 512], [3, 2 ** 24]]
  ) {
    const sizes = blockSizes(rows!, perRow!);
    assertEquals(sizes.reduce((a, b) => a + b, 0), rows);
    for (const size of sizes) {
      assert(size === 1 || size * perRow! <= BLOCK_ELEMENTS, `${size} rows of ${perRow}`);
    }
    for (const size of sizes.slice(0, -1)) assertEquals(size, sizes[0]);
  }
});
