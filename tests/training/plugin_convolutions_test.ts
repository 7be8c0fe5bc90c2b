/** A plugin's network of TensorFlow.js convolutions trains on every engine. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { builtins } from "../../builtins.ts";
import type { Entry } from "../../core/mod.ts";
import { type Images, type Tensor4D, tf } from "../../engine/mod.ts";
import type { Network, TensorSpec } from "../../networks/mod.ts";
import { train } from "../../training/mod.ts";
import { testOnEngines } from "../engines.ts";
import { TINY_MODEL, tinyDataset, tinyExperiment } from "./tiny.ts";

interface Channels {
  readonly inChannels: number;
  readonly outChannels: number;
}

const WIDTH = 6;

/** A strided convolution, a depthwise one and a transposed one, with a skip. */
function encoderDecoder({ inChannels, outChannels }: Channels): Network {
  const spec = (name: string, shape: readonly number[]): TensorSpec => ({
    name,
    shape,
    role: "param",
    init: (rng) => rng.normals(shape.reduce((a, b) => a * b, 1)).map((value) => 0.2 * value),
  });
  const tensors = [
    spec("down", [3, 3, inChannels, WIDTH]),
    spec("around", [3, 3, WIDTH, 1]),
    spec("noise", [WIDTH]),
    spec("up", [2, 2, WIDTH, WIDTH]),
    spec("out", [3, 3, WIDTH, outChannels]),
  ];
  return {
    ...{ tensors, inChannels, outChannels, temporal: false },
    checkSize() {},
    init: (rng) => ({
      params: Object.fromEntries(tensors.map(({ name, shape, init }) => [
        name,
        tf.tensor(init(rng.fork(name)), shape as number[]),
      ])),
      buffers: {},
    }),
    apply: ({ params }, { x, condition, cNoise }) =>
      tf.tidy(() => {
        const [batch, , height, width] = x.shape;
        const all = tf.concat([x, condition!], -1).reshape([batch, height, width, inChannels]);
        const filter = (name: string) => params[name] as Tensor4D;
        const low = tf.relu(tf.conv2d(all as Tensor4D, filter("down"), 2, "same"));
        const shift = tf.mul(cNoise.reshape([batch, 1, 1, 1]), params["noise"]!);
        const around = tf.depthwiseConv2d(
          tf.add(low, shift) as Tensor4D,
          filter("around"),
          1,
          "same",
        );
        const shape: [number, number, number, number] = [batch, height, width, WIDTH];
        const high = tf.conv2dTranspose(around, filter("up"), shape, 2, "same");
        return { image: tf.conv2d(high, filter("out"), 1, "same") as Images };
      }),
  };
}

const entry: Entry<Channels, Network> = {
  summary: "convolutions of TensorFlow.js",
  create: encoderDecoder,
  checks: { inChannels: (value) => value as number, outChannels: (value) => value as number },
  defaults: {},
};

const STEPS = 3;
/** Losses of the first steps on cpu; another engine differs by the rounding of its kernels. */
const ENGINE_ERROR = 1e-4;
const losses = new Map<string, readonly number[]>();

testOnEngines(
  "train() of a plugin's convolutions takes the same steps on every engine",
  async (engine) => {
    const out = await Deno.makeTempDir();
    try {
      const registry = builtins.with({ network: { encoderDecoder: entry } });
      const { temporal: _, levels: __, mapping: ___, ...network } = TINY_MODEL.network;
      const found: number[] = [];
      const { model } = await train(
        tinyExperiment({
          steps: STEPS,
          model: { ...TINY_MODEL, length: 1, network: { ...network, type: "encoderDecoder" } },
        }),
        {
          ...{ out, registry },
          datasets: { train: tinyDataset(5, 1) },
          onProgress: ({ loss }) => found.push(loss),
        },
      );
      tf.dispose([model.weights.params, model.weights.buffers]);
      losses.set(engine, found);
      assertEquals(found.length, STEPS);
      assert(new Set(found).size === STEPS, "the weights must move");
      const wanted = losses.get("cpu")!;
      found.forEach((loss, i) => assertAlmostEquals(loss, wanted[i]!, ENGINE_ERROR * wanted[i]!));
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
);
