import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { type Images, type Sequence, type Tensor5D, tf } from "../../engine/mod.ts";
import { clearest, collapse, type Fusion, mean, median } from "../../fusion/mod.ts";
import { testFusion } from "../contracts/mod.ts";
import {
  assertClose,
  elements,
  normals,
  normalTensor,
  testOnEngines,
  valuesOf,
} from "../engines.ts";

testFusion("mean()", () => mean());
testFusion("median()", () => median());
testFusion("clearest()", () => clearest());
testFusion("mean() on native", () => mean(), { engine: "native" });
testFusion("median() on native", () => median(), { engine: "native" });
testFusion("clearest() on native", () => clearest(), { engine: "native" });

/** Float32 sums of a few terms. */
const ROUNDING = 1e-5;

/** One pixel: the frames' values and weights to the fused value. */
type Plain = (values: readonly number[], weights: readonly number[]) => number;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const plainMean: Plain = (x, w) => sum(x.map((value, l) => value * w[l]!)) / sum(w);

/** The middle of the values at which half of the weight lies below and half above. */
const plainMedian: Plain = (x, w) => {
  const order = x.map((_, l) => l).filter((l) => w[l]! > 0).toSorted((a, b) => x[a]! - x[b]!);
  const half = sum(w) / 2;
  let below = 0;
  for (const [i, l] of order.entries()) {
    below += w[l]!;
    if (Math.abs(below - half) < 1e-6) return (x[l]! + x[order[i + 1]!]!) / 2;
    if (below > half) return x[l]!;
  }
  return NaN;
};

const plainClearest: Plain = (x, w) => {
  const best = x.filter((_, l) => w[l] === Math.max(...w));
  return sum(best) / best.length;
};

const fusions: readonly (readonly [string, () => Fusion, Plain])[] = [
  ["mean()", mean, plainMean],
  ["median()", median, plainMedian],
  ["clearest()", clearest, plainClearest],
];

/** Weights of frames at pixels, by frame and pixel. */
type WeightOf = (frame: number, pixel: number) => number;

const weightings: Readonly<Record<string, WeightOf | undefined>> = {
  "no weights": undefined,
  "weights of 0 and 1": (frame, pixel) => (pixel >> frame % 5) & 1,
  "weights of all kinds": (frame, pixel) => createRng(9).fork(frame).integer(4, pixel) * 0.75,
  "no weight anywhere": () => 0,
};

for (const [name, make, plain] of fusions) {
  for (const [what, weightOf] of Object.entries(weightings)) {
    testOnEngines(`${name} with ${what} equals plain code, L = 1 … 6, with ties`, async () => {
      for (let length = 1; length <= 6; length++) {
        const [batch, height, width, channels] = [2, 4, 5, 3];
        const shape = [batch, length, height, width, channels] as Sequence["shape"];
        const pixels = height * width;
        // Few different values, so that frames often agree.
        const x = normals(elements(shape), "x").map((value) => Math.round(value * 1.5) / 8);
        const w = Float32Array.from({ length: batch * length * pixels }, (_, i) => {
          const [frame, pixel] = [Math.floor(i / pixels) % length, i % pixels];
          return weightOf?.(frame, pixel + Math.floor(i / pixels / length)) ?? 1;
        });
        const out = await valuesOf(() =>
          make().fuse(
            tf.tensor5d(x, shape),
            weightOf && tf.tensor5d(w, [batch, length, height, width, 1]),
          )
        );
        const wanted = Float64Array.from({ length: batch * pixels * channels }, (_, i) => {
          const [c, p, b] = [
            i % channels,
            Math.floor(i / channels) % pixels,
            Math.floor(i / channels / pixels),
          ];
          const at = (l: number) => (b * length + l) * pixels + p;
          const frames = Array.from({ length }, (_, l) => l);
          const weights = frames.map((l) => w[at(l)]!);
          return plain(
            frames.map((l) => x[at(l) * channels + c]!),
            // Where nothing is seen, all frames count the same.
            weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights,
          );
        });
        assertClose(out, wanted, ROUNDING, `L = ${length}`);
      }
    });
  }
}

testOnEngines("median() of 1, 2, 2, 3, 4, 5 is 2.5", async () => {
  const out = await valuesOf(() => median().fuse(tf.tensor5d([3, 2, 5, 1, 2, 4], [1, 6, 1, 1, 1])));
  assertAlmostEquals(out[0]!, 2.5, 1e-6);
});

testOnEngines("fusions name the shapes of weights that do not fit", () => {
  tf.tidy(() => {
    const images = tf.ones([1, 2, 3, 4, 5]) as Sequence;
    for (const [, make] of fusions) {
      const fuse = () => make().fuse(images, tf.ones([1, 2, 3, 4, 5]) as Sequence);
      assertThrows(fuse, TypeError, "weights must be [B, L, H, W, 1]");
    }
  });
});

testOnEngines("collapse() weighs each channel group by its mask (Eq. 12)", async () => {
  const [batch, length, height, width, channels, groups] = [2, 3, 4, 5, 8, 4];
  const x = normals(batch * length * height * width * channels, "x");
  const m = normals(groups * batch * length * height * width, "m");
  const out = await valuesOf(() =>
    collapse(
      normalTensor<Sequence>([batch, length, height, width, channels], "x"),
      normalTensor<Tensor5D>([groups, batch, length, height, width], "m"),
    )
  );
  const wanted = new Float64Array(batch * height * width * channels);
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      for (let p = 0; p < height * width; p++) {
        for (let c = 0; c < channels; c++) {
          const g = Math.floor(c / (channels / groups));
          wanted[(b * height * width + p) * channels + c]! +=
            m[((g * batch + b) * length + l) * height * width + p]! *
            x[((b * length + l) * height * width + p) * channels + c]!;
        }
      }
    }
  }
  assertClose(out, wanted, ROUNDING);
});

testOnEngines("collapse() refuses masks that do not fit, and channels that do not divide", () => {
  tf.tidy(() => {
    const x = tf.ones([1, 2, 3, 3, 6]) as Sequence;
    const refuse = (shape: Tensor5D["shape"]) => {
      assertThrows(() => collapse(x, tf.ones(shape) as Tensor5D), TypeError, `masks [${shape}]`);
    };
    refuse([4, 1, 2, 3, 3]);
    refuse([3, 1, 2, 3, 4]);
    const image: Images = collapse(x, tf.ones([3, 1, 2, 3, 3]) as Tensor5D);
    assertEquals(image.shape, [1, 3, 3, 6]);
  });
});
