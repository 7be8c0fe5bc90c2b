import { assertEquals } from "@std/assert";
import {
  type Images,
  readTensor,
  type Sequence,
  type Tensor1D,
  tf,
  type Weights,
} from "../../engine/mod.ts";
import { bindDenoiser, releaseDenoiser, restoreImages } from "../../model/mod.ts";
import type { Network } from "../../networks/mod.ts";
import { constant, noiseLevelAtSigma } from "../../schedules/mod.ts";
import { testOnEngines } from "../engines.ts";
import { disposeModel, livelyModel, MONO } from "./small.ts";

const SHAPE = [1, 1, 2, 2, 1] as const;
const LEVEL = noiseLevelAtSigma(constant(), 1);

/** F = factor·gain·x, where gain is the only weight. */
function scaling(factor: number): Network {
  return {
    tensors: [{ name: "gain", shape: [1], role: "param", init: () => new Float32Array([1]) }],
    inChannels: 1,
    outChannels: 1,
    temporal: false,
    init: () => ({ params: { gain: tf.tensor1d([1]) }, buffers: {} }),
    apply: (weights, { x }) => ({
      image: tf.mul(x.reshape([1, 2, 2, 1]), tf.mul(weights.params.gain!, factor)) as Images,
    }),
    checkSize() {},
  };
}

/** D = F. */
const precond = { coefficients: () => ({ cIn: 1, cSkip: 0, cOut: 1, cNoise: 0 }) };

function gain(value: number): Weights {
  return { params: { gain: tf.tensor1d([value]) as Tensor1D }, buffers: {} };
}

/** D of ones. */
async function denoised(network: Network, weights: Weights): Promise<readonly number[]> {
  const y = tf.ones([...SHAPE]) as Sequence;
  const mu = tf.zeros([...SHAPE]) as Sequence;
  const image = await bindDenoiser({ weights, modules: { network, precond } }, { mu })(y, [LEVEL]);
  const values = [...await readTensor(image)];
  tf.dispose([y, mu, image]);
  return values;
}

testOnEngines("two networks that share their weights have denoisers of their own", async () => {
  const weights = gain(2);
  const networks = [scaling(3), scaling(5)];
  for (
    const [network, value] of [[networks[0]!, 6], [networks[1]!, 10], [networks[0]!, 6]] as const
  ) {
    assertEquals(await denoised(network, weights), Array(4).fill(value));
  }
  for (const network of networks) {
    await releaseDenoiser({ weights, modules: { network, precond } });
  }
  weights.params.gain!.dispose();
});

testOnEngines("a network whose weights change, as in training, uses the new ones", async () => {
  const network = scaling(3);
  for (const value of [1, 2, 4]) {
    const weights = gain(value);
    assertEquals(await denoised(network, weights), Array(4).fill(3 * value));
    await releaseDenoiser({ weights, modules: { network, precond } });
    weights.params.gain!.dispose();
  }
});

testOnEngines("releaseDenoiser() frees programs that are compiled again when needed", async () => {
  const network = scaling(3);
  const weights = gain(2);
  const model = { weights, modules: { network, precond } };
  const first = await denoised(network, weights);
  await releaseDenoiser(model);
  await releaseDenoiser(model);
  assertEquals(await denoised(network, weights), first);
  await releaseDenoiser(model);
  weights.params.gain!.dispose();
});

testOnEngines("a model with another network restores by that network", async () => {
  const model = livelyModel(MONO);
  const { network } = model.modules;
  const negative: Network = {
    ...network,
    apply: (weights, input) => ({ image: tf.neg(network.apply(weights, input).image) as Images }),
  };
  const other = { ...model, modules: { ...model.modules, network: negative } };
  const input = {
    cloudy: Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => 100 + i),
    batch: 1,
    length: 1,
    height: 16,
    width: 16,
  };
  const { image } = await restoreImages(model, input);
  const { image: mirrored } = await restoreImages(other, input);
  const differing = image.filter((value, i) => value !== mirrored[i]).length;
  assertEquals(differing > image.length / 2, true);
  assertEquals((await restoreImages(model, input)).image, image);
  for (const each of [model, other]) await releaseDenoiser(each);
  disposeModel(model);
}, ["cpu", "native"]);
