import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionsError, Registry } from "../../core/mod.ts";
import { readTensor, type Sequence, type Tensor, tf, type Weights } from "../../engine/mod.ts";
import {
  hdit,
  type LevelOptions,
  type Network,
  type NetworkInput,
  networks,
  temporalHdit,
} from "../../networks/mod.ts";
import { testNetwork } from "../contracts/mod.ts";
import { assertClose, elements, normals, normalTensor, testOn, testOnEngines } from "../engines.ts";
import { disposeWeights, livelyWeights } from "./published.ts";
import { SMALL, SMALL_TEMPORAL } from "./small.ts";
import { run } from "../run.ts";

testNetwork("hdit()", () => hdit(SMALL), {
  size: [16, 20],
  conditionChannels: 2,
  refuses: [16, 18],
});
testNetwork("temporalHdit()", () => temporalHdit(SMALL_TEMPORAL), {
  size: [16, 16],
  conditionChannels: 2,
  refuses: [12, 16],
});
testNetwork(
  "hdit() without condition and with a patch of [2, 4]",
  () => hdit({ ...SMALL, inChannels: 3, patchSize: [2, 4] }),
  {
    size: [16, 32],
    refuses: [16, 28],
  },
);

/**
 * Float32 through a small network, frames or samples in another order. On native a batch and a sample
 * alone are two graphs of different operators, which round by themselves: up to 3 of these.
 */
const ROUNDING = 1e-5;

async function valuesFor(network: Network, weights: Weights, make: () => NetworkInput) {
  const image = await run(() => network.apply(weights, make()).image);
  const values = await readTensor(image);
  image.dispose();
  return values;
}

/** Frames of one sample in a given order. */
function frames(order: readonly number[]): NetworkInput {
  const length = order.length;
  const pick = (x: Tensor) => {
    const parts = tf.split(x, length, 1);
    return tf.concat(order.map((l) => parts[l]!), 1) as Sequence;
  };
  return {
    x: pick(normalTensor([1, length, 16, 16, 3], "x")),
    condition: pick(normalTensor([1, length, 16, 16, 2], "c")),
    cNoise: tf.tensor1d([-0.4]),
  };
}

testOnEngines("temporalHdit() of 7 frames does not mind their order", async () => {
  const network = temporalHdit(SMALL_TEMPORAL);
  const weights = livelyWeights(network, 5, 0.3);
  const straight = await valuesFor(network, weights, () => frames([0, 1, 2, 3, 4, 5, 6]));
  const mixed = await valuesFor(network, weights, () => frames([4, 6, 0, 3, 1, 5, 2]));
  assertClose(mixed, straight, ROUNDING);
  // But it minds what the frames are.
  const other = await valuesFor(network, weights, () => frames([0, 0, 2, 3, 4, 5, 6]));
  assert(other.some((value, i) => Math.abs(value - straight[i]!) > 1e-3));
  disposeWeights(weights);
});

testOnEngines("temporalHdit() of one frame twice is that of the frame once", async () => {
  const network = temporalHdit(SMALL_TEMPORAL);
  const weights = livelyWeights(network, 5, 0.3);
  const once = await valuesFor(network, weights, () => frames([0]));
  const twice = await valuesFor(network, weights, () => {
    const { x, condition, cNoise } = frames([0]);
    const double = (sequence: Sequence) => tf.concat([sequence, sequence], 1) as Sequence;
    return { x: double(x), condition: double(condition!), cNoise };
  });
  assertClose(twice, once, ROUNDING);
  disposeWeights(weights);
});

testOnEngines("a batch of frames at different σ is each sample at its own σ", async () => {
  // The reference conditions frame i of the flattened batch on sample i mod B (spec 4.3).
  const network = temporalHdit(SMALL_TEMPORAL);
  const weights = livelyWeights(network, 5, 0.3);
  const cNoise = [-1.6, 0.2, 1.1];
  const allowed = tf.getBackend() === "native" ? 3 * ROUNDING : ROUNDING;
  const shape = (channels: number) => [3, 2, 16, 16, channels];
  const batch = await valuesFor(network, weights, () => ({
    x: normalTensor<Sequence>(shape(3), "x"),
    condition: normalTensor<Sequence>(shape(2), "c"),
    cNoise: tf.tensor1d(cNoise),
  }));
  const each = batch.length / 3;
  for (let b = 0; b < 3; b++) {
    const part = (channels: number, purpose: string) => {
      const size = elements(shape(channels)) / 3;
      const values = normals(3 * size, purpose).slice(b * size, (b + 1) * size);
      return tf.tensor5d(values, [1, 2, 16, 16, channels]) as Sequence;
    };
    const alone = await valuesFor(network, weights, () => ({
      x: part(3, "x"),
      condition: part(2, "c"),
      cNoise: tf.tensor1d([cNoise[b]!]),
    }));
    assertClose(batch.slice(b * each, (b + 1) * each), alone, allowed, `sample ${b}`);
  }
  disposeWeights(weights);
});

const level = SMALL.levels[0]!;
const bad: readonly (readonly [string, () => Network, string])[] = [
  [
    "a width that dHead does not divide",
    () => hdit({ ...SMALL, levels: [{ ...level, dHead: 64 }] }),
    "multiple of dHead 64, got 16",
  ],
  [
    "dHead that 8 does not divide",
    () => hdit({ ...SMALL, levels: [{ ...level, dHead: 4 }] }),
    "multiple of 8, got 4",
  ],
  ["an even kernel", () => hdit({ ...SMALL, levels: [{ ...level, kernelSize: 4 }] }), "odd, got 4"],
  ["an odd mapping width", () => hdit({ ...SMALL, mapping: { width: 15 } }), "even, got 15"],
  [
    "temporal heads that do not divide the widths",
    () => temporalHdit({ ...SMALL, temporal: { heads: 3 } }),
    "3 heads and width 16",
  ],
];
for (const [what, make, message] of bad) {
  Deno.test(`a network refuses ${what}`, () => {
    assertThrows(make, RangeError, message);
  });
}

Deno.test("the catalog entries of networks refuse bad options with their path", () => {
  const registry = new Registry({ network: networks });
  const create = (change: object) => () =>
    registry.create("network", { type: "hdit", ...SMALL, ...change });
  assert(create({})().tensors.length > 0);
  const cases: readonly (readonly [object, string])[] = [
    [{ levels: [] }, "$.network.levels"],
    [
      { levels: [{ ...level, attention: "window" as LevelOptions["attention"] }] },
      "$.network.levels[0].attention",
    ],
    [{ levels: [{ ...level, width: 0 }] }, "$.network.levels[0].width"],
    [{ levels: [{ ...level, heads: 3 }] }, "$.network.levels[0].heads"],
    [{ patchSize: [2] }, "$.network.patchSize"],
    [{ mapping: { dropout: 1 } }, "$.network.mapping.dropout"],
    [{ temporal: {} }, "$.network.temporal"],
  ];
  for (const [change, path] of cases) {
    const error = assertThrows(create(change), OptionsError);
    assertEquals(error.path, path);
  }
});

Deno.test("checkSize() says which sides and which level are wrong", () => {
  const network = hdit(SMALL);
  network.checkSize({ height: 16, width: 16 });
  const size = (height: number, width: number) => () => network.checkSize({ height, width });
  assertThrows(size(18, 16), RangeError, "height must be a multiple of 4");
  assertThrows(
    size(12, 16),
    RangeError,
    "level 0 attends to 7×7 neighborhoods and needs a side of ≥ 7 tokens, got 6×8",
  );
  assertThrows(size(0, 16), RangeError, "0×16");
});

testOn(
  "cpu",
  "networks name the tensor that is missing and the condition that does not fit",
  () => {
    const network = hdit(SMALL);
    const weights = livelyWeights(network);
    tf.tidy(() => {
      const x = normalTensor<Sequence>([1, 1, 16, 16, 3], "x");
      const condition = normalTensor<Sequence>([1, 1, 16, 16, 2], "c");
      const cNoise = tf.tensor1d([0]);
      const { "out_norm.scale": _, ...params } = weights.params;
      assertThrows(
        () => network.apply({ ...weights, params }, { x, condition, cNoise }),
        TypeError,
        "must contain out_norm.scale",
      );
      assertThrows(
        () => network.apply(weights, { x, cNoise }),
        TypeError,
        "must have 5 channels together, got 3 + 0",
      );
      const small = normalTensor<Sequence>([1, 1, 8, 16, 2], "c");
      assertThrows(
        () => network.apply(weights, { x, condition: small, cNoise }),
        TypeError,
        "[1,1,8,16,2]",
      );
    });
    disposeWeights(weights);
  },
);
