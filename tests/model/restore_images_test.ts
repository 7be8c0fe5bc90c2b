import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { readTensor, type Sequence, tf } from "../../engine/mod.ts";
import { clearest, mean, median } from "../../fusion/mod.ts";
import {
  conditionArray,
  fromUnit,
  type Model,
  pixelNoise,
  restoreImages,
  type RestoreInput,
  type RestoreOptions,
  sample,
  toUnit,
} from "../../model/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import {
  assertClose,
  maxDifference,
  testNetworksOnEngines,
  testOn,
  testOnEngines,
} from "../engines.ts";
import { disposeModel, livelyModel, MONO, TEMPORAL } from "./small.ts";

const CHANNELS = 3;

/** Results are in digital numbers of 0 … 10000: 1e-5 of that. */
const ROUNDING = 0.1;

/** Numbers that look like reflectances. */
function cloudy(count: number, purpose: string | number = "cloudy"): Float32Array {
  return createRng(21).fork(purpose).uniforms(count).map((value) => value * 6000);
}

function input(batch: number, length: number): RestoreInput {
  const size = { batch, length, height: 16, width: 16 };
  return { ...size, cloudy: cloudy(batch * length * 256 * CHANNELS) };
}

const churned: RestoreOptions = { sampler: euler({ sChurn: 2 }) };

async function restored(model: Model, given: RestoreInput, options?: RestoreOptions) {
  const { image } = await restoreImages(model, given, options);
  assertEquals(image.length, given.batch * given.height * given.width * CHANNELS);
  assert(image.every(Number.isFinite));
  return image;
}

testNetworksOnEngines("restoreImages() is decided by its seed", async () => {
  const model = livelyModel(TEMPORAL);
  const one = await restored(model, input(1, 2), { ...churned, seed: 1 });
  assertEquals(await restored(model, input(1, 2), { ...churned, seed: 1 }), one);
  assert(maxDifference(await restored(model, input(1, 2), { ...churned, seed: 2 }), one) > 10);
  disposeModel(model);
});

testOnEngines("restoreImages() does not depend on how samples are batched", async () => {
  const model = livelyModel(TEMPORAL);
  const origins = [{ x: 0, y: 0 }, { x: 32, y: 16 }];
  const reference = [0, 1];
  const both = await restored(model, { ...input(2, 2), origins, reference }, churned);
  const each = 2 * 256 * CHANNELS;
  for (const b of [0, 1]) {
    const alone = await restored(model, {
      ...input(1, 2),
      cloudy: cloudy(2 * each).subarray(b * each, (b + 1) * each),
      origins: [origins[b]!],
      reference: reference[b],
    }, churned);
    assertClose(alone, both.subarray(b * each / 2, (b + 1) * each / 2), ROUNDING / 10000);
  }
  disposeModel(model);
});

testOn("wasm", "restoreImages() keys its noise by the origin of a sample", async () => {
  const model = livelyModel(MONO);
  const at = (x: number) => restored(model, { ...input(1, 1), origins: [{ x, y: 0 }] });
  const [first, again, moved] = [await at(0), await at(0), await at(5)];
  assertEquals(again, first);
  assertEquals(await restored(model, input(1, 1)), first, "the default is (0, 0)");
  assert(maxDifference(moved, first) > 10);
  disposeModel(model);
});

testOn(
  "wasm",
  "restoreImages() minds which frame is the reference, and takes the last by default",
  async () => {
    const model = livelyModel(TEMPORAL);
    const at = (reference?: number) => restored(model, { ...input(1, 3), reference });
    const [first, last] = [await at(0), await at(2)];
    assertEquals(await at(), last);
    assert(maxDifference(first, last) > 1);
    disposeModel(model);
  },
);

testOn(
  "wasm",
  "restoreImages() takes the card's steps and sampler, and reports its steps and masks",
  async () => {
    const model = livelyModel({ ...TEMPORAL, sampler: { type: "euler", sChurn: 2 }, steps: 2 });
    const steps: string[] = [];
    const masks: number[][] = [];
    const image = await restored(model, input(1, 3), {
      onStep: ({ index, steps: count }) => void steps.push(`${index}/${count}`),
      onMasks: ({ shape }) => void masks.push(shape),
    });
    assertEquals(steps, ["0/2", "1/2"]);
    assertEquals(masks, [[4, 1, 3, 4, 4], [4, 1, 3, 4, 4]]);
    const same = { steps: 2, sampler: euler({ sChurn: 2 }), timesteps: karras() };
    assertEquals(await restored(model, input(1, 3), same), image);
    assert(maxDifference(await restored(model, input(1, 3), { steps: 3 }), image) > 1);
    disposeModel(model);
  },
);

testOn(
  "wasm",
  "sample() draws n of the start first, then each churn's ε, and starts at σ_0·n",
  async () => {
    const model = livelyModel(MONO);
    const shape: Sequence["shape"] = [1, 1, 16, 16, CHANNELS];
    const mu = tf.zeros(shape) as Sequence;
    const draws: number[] = [];
    const result = await sample(model, {
      mu,
      condition: mu,
      sampler: {
        async sample({ start, noise, sigmas }) {
          assertEquals(await readTensor(start), cloudy(768, 0).map((n) => n * sigmas[0]!));
          for (const draw of [0, 1]) {
            const epsilon = noise(draw);
            assertEquals(await readTensor(epsilon), cloudy(768, draw + 1));
            epsilon.dispose();
          }
          return start.clone() as Sequence;
        },
      },
      sigmas: [4, 1, 0],
      noise: (draw) => {
        draws.push(draw);
        return tf.tensor5d(cloudy(768, draw), shape);
      },
    });
    assertEquals(draws, [0, 1, 2]);
    tf.dispose([mu, result]);
    disposeModel(model);
  },
);

const fusions = {
  mean: [mean(), (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length],
  median: [median(), (x: number[]) => x.toSorted((a, b) => a - b)[1]!],
  // Without weights all frames are equally clear.
  clearest: [clearest(), (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length],
} as const;

for (const [name, [fusion, plain]] of Object.entries(fusions)) {
  testOn(
    "wasm",
    `restoreImages() of independent frames is the ${name} of each frame's own`,
    async () => {
      const model = livelyModel(MONO);
      const [batch, length, height, width] = [2, 3, 16, 16];
      const given = input(batch, length);
      const size = { batch, length, height, width };
      const actual = await restored(model, given, { fusion, seed: 4 });
      const unit = toUnit(given.cloudy, model.card.scaling, model.card.bands.length);
      const sequence = (data: Float32Array) =>
        tf.tensor5d(data, [batch * length, 1, height, width, CHANNELS]) as Sequence;
      const mu = sequence(unit);
      const origins = [{ x: 0, y: 0 }, { x: 0, y: 0 }];
      const frames = await sample(model, {
        mu,
        condition: mu,
        sampler: euler(),
        sigmas: karras().sigmas(3),
        noise: (draw) =>
          sequence(pixelNoise(createRng(4), { draw, origins, channels: CHANNELS, size })),
      });
      const each = await readTensor(frames);
      tf.dispose([mu, frames]);
      const frame = height * width * CHANNELS;
      const fused = Float32Array.from({ length: batch * frame }, (_, i) => {
        const [b, at] = [Math.floor(i / frame), i % frame];
        return plain([0, 1, 2].map((l) => each[(b * length + l) * frame + at]!));
      });
      assertClose(
        actual,
        fromUnit(fused, model.card.scaling, model.card.bands.length),
        ROUNDING / 10000,
      );
      disposeModel(model);
    },
  );
}

testOn("wasm", "restoreImages() of a temporal model can take frames by themselves", async () => {
  const model = livelyModel(TEMPORAL);
  const joint = await restored(model, input(1, 3));
  const alone = await restored(model, input(1, 3), { frames: "independent" });
  assert(maxDifference(joint, alone) > 1);
  disposeModel(model);
});

const refused: readonly (readonly [
  string,
  Partial<RestoreInput>,
  typeof TypeError | typeof RangeError,
  string,
])[] = [
  [
    "too few numbers",
    { cloudy: cloudy(5) },
    TypeError,
    "cloudy must have 1×2×16×16×3 = 1536 numbers",
  ],
  ["a reference that is no frame", { reference: 2 }, RangeError, "a frame 0 … 1"],
  ["a reference that is no integer", { reference: 0.5 }, RangeError, "got 0.5"],
  ["too many references", { reference: [0, 1] }, RangeError, "for each of 1 samples, got 0, 1"],
  [
    "auxiliary bands that it does not know",
    { auxiliary: cloudy(3) },
    TypeError,
    "takes no auxiliary bands",
  ],
  ["no samples", { batch: 0, cloudy: [] }, RangeError, "at least one sample"],
  ["too few origins", { origins: [] }, TypeError, "an origin for each of 1 samples, got 0"],
  ["a height that does not divide", { height: 18 }, RangeError, "18×16 pixels"],
];

for (const [what, change, kind, message] of refused) {
  testOn("cpu", `restoreImages() refuses ${what}`, async () => {
    const model = livelyModel(TEMPORAL);
    await assertRejects(() => restoreImages(model, { ...input(1, 2), ...change }), kind, message);
    disposeModel(model);
  });
}

testOn("cpu", "restoreImages() says where a number is not finite", async () => {
  const model = livelyModel(TEMPORAL);
  for (const bad of [NaN, Infinity]) {
    const values = cloudy(2 * 256 * CHANNELS);
    values[((1 * 16 + 4) * 16 + 9) * CHANNELS + 2] = bad;
    await assertRejects(
      () => restoreImages(model, { ...input(1, 2), cloudy: values }),
      RangeError,
      `got ${bad} at row 4, column 9, band 2`,
    );
  }
  disposeModel(model);
});

testOn("cpu", "restoreImages() refuses joint frames of a mono network", async () => {
  const model = livelyModel(MONO);
  await assertRejects(
    () => restoreImages(model, input(1, 2), { frames: "joint" }),
    RangeError,
    "the network is mono-temporal",
  );
  disposeModel(model);
});

testOn("cpu", "restoreImages() needs the auxiliary bands of the card, and uses them", async () => {
  const model = livelyModel({
    ...MONO,
    condition: {
      order: ["auxiliary", "cloudy"],
      auxiliary: [{ name: "VV", unit: "dB" }],
      auxiliaryScaling: { low: -25, high: 0, clip: true },
    },
  });
  await assertRejects(() => restoreImages(model, input(1, 1)), TypeError, "VV (dB), got none");
  const radar = (level: number) => Float32Array.from({ length: 256 }, (_, i) => level - i % 3);
  const results = [
    await restored(model, { ...input(1, 1), auxiliary: radar(-5) }),
    await restored(model, { ...input(1, 1), auxiliary: radar(-15) }),
  ];
  assert(maxDifference(results[0]!, results[1]!) > 1);
  disposeModel(model);
});

Deno.test("toUnit() and fromUnit() map [low, high] to [−1, 1] and back", () => {
  const scaling = { low: -25, high: 0, clip: false };
  assertEquals([...toUnit([-25, -12.5, 0, 12.5], scaling, 1)], [-1, 0, 1, 2]);
  assertEquals([...fromUnit(Float32Array.of(-1, 0, 1, 2), scaling, 1)], [-25, -12.5, 0, 12.5]);
  const clipped = { ...scaling, clip: true };
  assertEquals([...toUnit([-30, 5], clipped, 1)], [-1, 1]);
  assertEquals([...fromUnit(Float32Array.of(-2, 2), clipped, 1)], [-25, 0]);
});

Deno.test("conditionArray() follows the order of the card and marks the reference", () => {
  const bands = [{ name: "a", unit: "DN" }, { name: "b", unit: "DN" }];
  const auxiliary = [{ name: "VV", unit: "dB" }];
  const size = { batch: 2, length: 2, height: 1, width: 2 };
  const images = Float32Array.from({ length: 16 }, (_, i) => i);
  const radar = Float32Array.from({ length: 8 }, (_, i) => 100 + i);
  const { data, channels } = conditionArray(
    { bands, condition: { order: ["auxiliary", "reference", "cloudy"], auxiliary } },
    { cloudy: images, auxiliary: radar, reference: [1, 0], size },
  )!;
  assertEquals(channels, 4);
  const wanted: number[] = [];
  for (let frame = 0; frame < 4; frame++) {
    const mark = frame === 1 || frame === 2 ? 1 : -1;
    for (let pixel = 0; pixel < 2; pixel++) {
      const at = frame * 2 + pixel;
      wanted.push(100 + at, mark, 2 * at, 2 * at + 1);
    }
  }
  assertEquals([...data], wanted);
  const none = conditionArray(
    { bands, condition: { order: [], auxiliary: [] } },
    { cloudy: images, reference: [0, 0], size },
  );
  assertEquals(none, undefined);
});

Deno.test("pixelNoise() gives a pixel of the scene the same numbers in every tile", () => {
  const rng = createRng(3);
  const [channels, side] = [6, 8];
  const tile = (x: number, y: number, draw = 0) =>
    pixelNoise(rng, {
      draw,
      origins: [{ x, y }],
      channels,
      size: { batch: 1, length: 2, height: side, width: side },
    });
  const [a, b] = [tile(0, 0), tile(3, 5)];
  let shared = 0;
  for (let l = 0; l < 2; l++) {
    for (let y = 5; y < side; y++) {
      for (let x = 3; x < side; x++) {
        for (let c = 0; c < channels; c++) {
          const at = (i: number, j: number) => ((l * side + i) * side + j) * channels + c;
          assertEquals(a[at(y, x)], b[at(y - 5, x - 3)]);
          shared++;
        }
      }
    }
  }
  assertEquals(shared, 2 * 3 * 5 * channels);
  assert(tile(0, 0, 1).every((value, i) => value !== a[i]), "draws differ");
  const half = a.length / 2;
  assert(a.subarray(0, half).every((value, i) => value !== a[half + i]), "frames differ");
});

Deno.test("pixelNoise() is unit normal, also far from the origin and left of it", () => {
  const size = { batch: 2, length: 1, height: 64, width: 64 };
  const values = pixelNoise(createRng(3), {
    draw: 2,
    origins: [{ x: 100_000, y: 5 }, { x: -40, y: 0 }],
    channels: 3,
    size,
  });
  const average = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / values.length;
  // Five standard errors.
  assertAlmostEquals(average, 0, 5 / Math.sqrt(values.length));
  assertAlmostEquals(variance, 1, 5 * Math.sqrt(2 / values.length));
  assertEquals(new Set(values).size > 0.99 * values.length, true);
});
