/**
 * A custom network, the smallest one that takes any number of frames. One hidden layer processes each
 * pixel independently; the noise level shifts its input, and its output is averaged over the frames.
 *
 * @module
 */

import type { Entry, Images, Network } from "../mod.ts";
import { integer } from "../core/mod.ts";
import type { TensorSpec } from "../networks/mod.ts";
import { tf as tf } from "../engine/mod.ts";

/** Options of {@linkcode pointwise}. */
export interface PointwiseOptions {
  /** Channels of x and the condition together; `createModel` fills it in. */
  readonly inChannels: number;
  /** Channels of the image; `createModel` fills it in. */
  readonly outChannels: number;
  /** Channels of the hidden layer. Default 64. */
  readonly width?: number;
}

const DEFAULTS = { width: 64 } as const;

/** F = mean_l tanh(x·W + b + c_noise·v)·U, with U = 0 at the start, so that D = c_skip·x̃. */
export function pointwise(
  { inChannels, outChannels, width = DEFAULTS.width }: PointwiseOptions,
): Network {
  const normal = (name: string, shape: readonly number[], std: number): TensorSpec => ({
    name,
    shape,
    role: "param",
    init: (rng) => rng.normals(shape.reduce((a, b) => a * b, 1)).map((value) => value * std),
  });
  const tensors = [
    normal("hidden.weight", [inChannels, width], inChannels ** -0.5),
    normal("hidden.bias", [width], 1),
    normal("hidden.noise", [width], 1),
    normal("out.weight", [width, outChannels], 0),
  ];
  return {
    tensors,
    inChannels,
    outChannels,
    temporal: true,
    checkSize() {},
    init: (rng) => ({
      params: Object.fromEntries(tensors.map(({ name, shape, init }) => [
        name,
        tf.tensor(init(rng.fork(name)), shape as number[]),
      ])),
      buffers: {},
    }),
    apply({ params }, { x, condition, cNoise }) {
      const channels = x.shape[4] + (condition?.shape[4] ?? 0);
      if (channels !== inChannels) {
        throw new TypeError(
          `Cannot apply the network: the input must have ${inChannels} channels, got ${channels}`,
        );
      }
      const [batch, length, height, columns] = x.shape;
      const image = tf.tidy(() => {
        const input: tf.Tensor = condition === undefined ? x : tf.concat([x, condition], -1);
        const flat = tf.matMul(input.reshape([-1, inChannels]), params["hidden.weight"]!);
        const noise = tf.mul(cNoise.reshape([batch, 1, 1]), params["hidden.noise"]!);
        const shift = tf.add(noise, params["hidden.bias"]!);
        const hidden = tf.tanh(tf.add(flat.reshape([batch, -1, width]), shift));
        const frames = hidden.reshape([batch, length, height * columns, width]);
        const mean = tf.mean(frames, 1).reshape([-1, width]);
        const out = tf.matMul(mean, params["out.weight"]!);
        return out.reshape([batch, height, columns, outChannels]) as Images;
      });
      return { image };
    },
  };
}

/** Catalog entry of {@linkcode pointwise}. */
export const pointwiseEntry: Entry<PointwiseOptions, Network> = {
  summary: "one hidden layer per pixel, averaged over the frames",
  create: pointwise,
  checks: {
    inChannels: integer({ min: 1 }),
    outChannels: integer({ min: 1 }),
    width: integer({ min: 1 }),
  },
  defaults: DEFAULTS,
};
