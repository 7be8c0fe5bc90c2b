import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { readTensor, type Sequence, type Tensor, tf } from "../../engine/mod.ts";
import { dropout } from "../../networks/layers/dropout.ts";
import { type NetworkInput, temporalHdit } from "../../networks/mod.ts";
import { elements, normalTensor, testOn, testOnEngines, valuesOf } from "../engines.ts";
import { disposeWeights, livelyWeights } from "./published.ts";
import { SMALL_TEMPORAL } from "./small.ts";
import { run } from "../run.ts";

/** Uniform numbers that depend on the layer's name and a seed. */
function uniforms(seed: number, names: string[] = []): NonNullable<NetworkInput["random"]> {
  return (name, shape) => {
    names.push(name);
    return tf.tensor(createRng(seed).fork(name).uniforms(elements(shape)), shape);
  };
}

testOnEngines("dropout() zeroes a fraction `rate` and keeps the expectation", async () => {
  const count = 40_000;
  for (const rate of [0.1, 0.5]) {
    const out = await valuesOf(() =>
      dropout(tf.ones([200, 200]), { name: "layer", rate, random: uniforms(1) })
    );
    const zeros = out.filter((value) => value === 0).length;
    // Five standard errors of a fraction.
    const error = 5 * Math.sqrt(rate * (1 - rate) / count);
    assertAlmostEquals(zeros / count, rate, error);
    for (const value of out) assert(value === 0 || Math.abs(value - 1 / (1 - rate)) < 1e-6);
    const mean = out.reduce((sum, value) => sum + value, 0) / count;
    assertAlmostEquals(mean, 1, error / (1 - rate));
  }
});

testOn("cpu", "dropout() is off without random numbers, and at rate 0 asks for none", () => {
  tf.tidy(() => {
    const x = tf.ones([3]);
    assert(dropout(x, { name: "layer", rate: 0.5, random: undefined }) === x);
    const random = () => {
      throw new Error("no random numbers are needed");
    };
    assert(dropout(x, { name: "layer", rate: 0, random }) === x);
  });
});

const LEVELS = SMALL_TEMPORAL.levels.map((level) => ({ ...level, dropout: 0.2 }));
const network = temporalHdit({
  ...SMALL_TEMPORAL,
  levels: LEVELS,
  temporal: { ...SMALL_TEMPORAL.temporal, dropout: 0.3 },
});

async function valuesFor(
  weights: Parameters<typeof network.apply>[0],
  random?: NetworkInput["random"],
) {
  const image = await run(() =>
    network.apply(weights, {
      x: normalTensor<Sequence>([1, 2, 16, 16, 3], "x"),
      condition: normalTensor<Sequence>([1, 2, 16, 16, 2], "c"),
      cNoise: tf.tensor1d([0.1]),
      random,
    }).image
  );
  const values = await readTensor(image);
  image.dispose();
  return values;
}

testOn("wasm", "a network drops out in every block, each under its own name", async () => {
  const weights = livelyWeights(network, 5, 0.3);
  const names: string[] = [];
  await valuesFor(weights, uniforms(1, names));
  assertEquals(new Set(names).size, names.length, "names must be unique");
  const blocks = [
    "mapping.blocks.0",
    ...["down_levels.0.0", "mid_level.0", "up_levels.0.0"]
      .flatMap((layer) => [`${layer}.self_attn`, `${layer}.ff`]),
    "temporal_encoder.attention_heads",
    "temporal_encoder.ff",
  ];
  for (const block of blocks) {
    assert(names.some((name) => name === block || name.startsWith(`${block}.`)), block);
  }
  assertEquals(names.length, blocks.length);
  disposeWeights(weights);
});

testOn(
  "wasm",
  "a network without random numbers drops nothing, and with them follows them",
  async () => {
    const weights = livelyWeights(network, 5, 0.3);
    const still = await valuesFor(weights);
    assertEquals(await valuesFor(weights), still);
    // Numbers of 1 − ε drop nothing, but scale by 1/(1 − rate).
    const [first, again, other] = [
      await valuesFor(weights, uniforms(1)),
      await valuesFor(weights, uniforms(1)),
      await valuesFor(weights, uniforms(2)),
    ];
    assertEquals(again, first);
    const differs = (a: Float32Array, b: Float32Array) =>
      a.some((v, i) => Math.abs(v - b[i]!) > 1e-3);
    assert(differs(first, still) && differs(other, first) && differs(other, still));
    disposeWeights(weights);
  },
);

testOn("wasm", "dropout() lets no gradient through where it drops", async () => {
  const gradient = await valuesOf(() =>
    tf.grad((x: Tensor) => tf.sum(dropout(x, { name: "layer", rate: 0.5, random: uniforms(3) })))(
      tf.ones([64]),
    )
  );
  const kept = createRng(3).fork("layer").uniforms(64).map((value) => value >= 0.5 ? 2 : 0);
  assertEquals(gradient, kept);
});
