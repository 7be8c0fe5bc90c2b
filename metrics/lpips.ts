/**
 * LPIPS v0.1: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric"
 * (CVPR 2018), with AlexNet or VGG16.
 *
 * @module
 */

import { compile, readTensor, type Tensor, type Tensor4D, tf } from "../engine/mod.ts";
import { checkPair, type LpipsSize, meanOfMap } from "./lpips_pair.ts";
import {
  checkLpipsWeights,
  LPIPS_NETWORKS,
  type LpipsNet,
  type LpipsNetwork,
  type LpipsParameter,
  type LpipsWeights,
} from "./lpips_networks.ts";

/** Perceptual distance. */
export interface Lpips {
  /** Network whose features are compared. */
  readonly net: LpipsNet;
  /**
   * Distance of two images [H, W, 3], red, green, blue in −1..1; 0 for equal images.
   *
   * @throws {TypeError} If a length does not match.
   * @throws {RangeError} If a side is too small for the network (31, VGG16: 16), no pixel counts or a
   *   number is not finite.
   */
  distance(a: Float32Array, b: Float32Array, size: LpipsSize): Promise<number>;
  /** Five terms that sum to the distance; throws as `distance`. */
  layers(a: Float32Array, b: Float32Array, size: LpipsSize): Promise<readonly number[]>;
  /** Frees the tensors. */
  dispose(): Promise<void>;
}

/** Means and standard deviations that normalize the networks' input, for images in −1..1. */
const SHIFT = [-0.030, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.450];
/** Keeps the norm of zero features finite. */
const EPSILON = 1e-10;

/** Number of image sizes with cached programs: on native each one holds the weights. */
const MOST_SHAPES = 4;

type Held = Readonly<Record<string, Tensor>>;

interface Inputs {
  readonly a: Tensor4D;
  readonly b: Tensor4D;
  readonly weights: Held;
}

/** Transposes a filter [out, in, kh, kw] to [kh, kw, in, out]. */
function filterOf({ shape, data }: LpipsParameter): Tensor {
  const [outputs, inputs, kh, kw] = shape as [number, number, number, number];
  const values = new Float32Array(data.length);
  const taps = kh * kw;
  for (let o = 0, from = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < taps; tap++, from++) {
        values[(tap * inputs + i) * outputs + o] = data[from]!;
      }
    }
  }
  return tf.tensor(values, [kh, kw, inputs, outputs], "float32");
}

/** Tensors of the parameters: filters [kh, kw, in, out], the others as vectors. */
function hold({ params }: LpipsWeights): Held {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const isFilter = param.shape.length === 4 && !name.startsWith("lin");
      return [name, isFilter ? filterOf(param) : tf.tensor1d(param.data, "float32")];
    }),
  );
}

/** Five maps [h, w] of weighted squared differences of unit features. */
function differenceMaps(network: LpipsNetwork, { a, b, weights }: Inputs): Tensor[] {
  const shift = tf.tensor1d(SHIFT);
  const scale = tf.tensor1d(SCALE);
  let x = tf.div(tf.sub(tf.concat([a, b], 0), shift), scale) as Tensor4D;
  const maps: Tensor[] = [];
  for (const layer of network.layers) {
    if (layer.pool !== undefined) {
      x = tf.maxPool(x, layer.pool, 2, "valid");
      continue;
    }
    const { name, stride, padding, tap } = layer;
    x = tf.fused.conv2d({
      x,
      filter: weights[`${name}.weight`] as Tensor4D,
      strides: stride,
      pad: padding,
      bias: weights[`${name}.bias`]!,
      activation: "relu",
    });
    if (!tap) continue;
    const features = x;
    maps.push(tf.tidy(() => {
      const length = tf.sqrt(tf.sum(tf.square(features), 3, true));
      const [unitA, unitB] = tf.split(tf.div(features, tf.add(length, EPSILON)), 2, 0);
      const difference = tf.square(tf.sub(unitA!, unitB!));
      const weighted = tf.sum(tf.mul(difference, weights[`lin${maps.length}`]!), 3);
      return tf.reshape(weighted, weighted.shape.slice(1));
    }));
  }
  return maps;
}

/**
 * Creates LPIPS from weights, which `readLpips()` of the checkpoints reads from files. It runs on the
 * engine that is current when a distance is computed.
 *
 * @throws {TypeError} If a parameter is missing, unknown or has another shape, or is not finite.
 */
export function createLpips(weights: LpipsWeights): Lpips {
  checkLpipsWeights(weights);
  const network = LPIPS_NETWORKS[weights.net];
  const maps = compile(
    (inputs: Inputs) => ({ maps: differenceMaps(network, inputs) }),
    { constants: ["weights"] },
  );
  const shapes = new Set<string>();
  let held: { readonly engine: string; readonly tensors: Held } | undefined;
  const free = () => {
    tf.dispose(held?.tensors ?? {});
    held = undefined;
  };
  const heldHere = () => {
    const engine = tf.getBackend();
    if (held?.engine !== engine) {
      free();
      held = { engine, tensors: hold(weights) };
    }
    return held.tensors;
  };
  const compute = async (a: Float32Array, b: Float32Array, size: LpipsSize) => {
    checkPair(network, { a, b, size });
    const shape: [number, number, number, number] = [1, size.height, size.width, 3];
    if (!shapes.has(shape.join()) && shapes.size >= MOST_SHAPES) {
      await maps.dispose();
      shapes.clear();
    }
    shapes.add(shape.join());
    const inputs = { a: tf.tensor4d(a, shape), b: tf.tensor4d(b, shape) };
    try {
      const found = await maps({ ...inputs, weights: heldHere() });
      const terms: number[] = [];
      for (const map of found.maps) {
        const values = await readTensor(map);
        terms.push(meanOfMap(values, map.shape as [number, number], size));
        map.dispose();
      }
      return terms;
    } finally {
      tf.dispose(inputs);
    }
  };
  // Calls run one after the other: each frees its tensors.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  };
  const layers: Lpips["layers"] = (a, b, size) => inTurn(() => compute(a, b, size));
  return {
    net: weights.net,
    layers,
    distance: async (a, b, size) => (await layers(a, b, size)).reduce((sum, term) => sum + term, 0),
    dispose: () =>
      inTurn(async () => {
        free();
        await maps.dispose();
      }),
  };
}
