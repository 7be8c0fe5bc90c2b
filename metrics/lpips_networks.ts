/**
 * Networks of LPIPS: layers, and names and shapes of their parameters.
 *
 * @module
 */

import { product } from "../core/mod.ts";

/** Networks by name. */
export type LpipsNet = "alex" | "vgg";

/** A parameter as PyTorch stores it. */
export interface LpipsParameter {
  /** [out, in, kh, kw] of a filter, [out] of a bias. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Weights of LPIPS: torchvision's `features.<n>.weight|bias` [out, in, kh, kw], and `lin0` … `lin4`
 * [1, channels, 1, 1]. */
export interface LpipsWeights {
  /** Network that the parameters belong to. */
  readonly net: LpipsNet;
  /** Parameters by PyTorch's names. */
  readonly params: Readonly<Record<string, LpipsParameter>>;
}

/** A convolution with ReLU. */
interface Convolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the filter in pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Compares the features of this layer. */
  readonly tap: boolean;
  readonly pool?: undefined;
}

/** Max pooling with windows of this side and stride 2. */
interface Pool {
  readonly pool: number;
}

/** A network. */
export interface LpipsNetwork {
  readonly net: LpipsNet;
  /** Smallest side of an image. */
  readonly least: number;
  readonly layers: readonly (Convolution | Pool)[];
}

type Row = readonly [
  index: number,
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
  padding: number,
  tap: boolean,
];

const conv = ([index, inputs, outputs, kernel, stride, padding, tap]: Row): Convolution => ({
  name: `features.${index}`,
  inputs,
  outputs,
  kernel,
  stride,
  padding,
  tap,
});
const pool = (size: number): Pool => ({ pool: size });

/** Networks; parameter names count all modules of torchvision, including pools and ReLUs. */
export const LPIPS_NETWORKS: Readonly<Record<LpipsNet, LpipsNetwork>> = {
  alex: {
    net: "alex",
    least: 31,
    layers: [
      conv([0, 3, 64, 11, 4, 2, true]),
      pool(3),
      conv([3, 64, 192, 5, 1, 2, true]),
      pool(3),
      conv([6, 192, 384, 3, 1, 1, true]),
      conv([8, 384, 256, 3, 1, 1, true]),
      conv([10, 256, 256, 3, 1, 1, true]),
    ],
  },
  vgg: {
    net: "vgg",
    least: 16,
    layers: [
      conv([0, 3, 64, 3, 1, 1, false]),
      conv([2, 64, 64, 3, 1, 1, true]),
      pool(2),
      conv([5, 64, 128, 3, 1, 1, false]),
      conv([7, 128, 128, 3, 1, 1, true]),
      pool(2),
      conv([10, 128, 256, 3, 1, 1, false]),
      conv([12, 256, 256, 3, 1, 1, false]),
      conv([14, 256, 256, 3, 1, 1, true]),
      pool(2),
      conv([17, 256, 512, 3, 1, 1, false]),
      conv([19, 512, 512, 3, 1, 1, false]),
      conv([21, 512, 512, 3, 1, 1, true]),
      pool(2),
      conv([24, 512, 512, 3, 1, 1, false]),
      conv([26, 512, 512, 3, 1, 1, false]),
      conv([28, 512, 512, 3, 1, 1, true]),
    ],
  },
};

/** Shapes of all parameters by name, in the order of the network. */
export function lpipsShapes(net: LpipsNet): Readonly<Record<string, readonly number[]>> {
  const convolutions = LPIPS_NETWORKS[net].layers.filter((layer) => layer.pool === undefined);
  const filters = convolutions.flatMap(({ name, inputs, outputs, kernel }) => [
    [`${name}.weight`, [outputs, inputs, kernel, kernel]] as const,
    [`${name}.bias`, [outputs]] as const,
  ]);
  const heads = convolutions.filter(({ tap }) => tap)
    .map(({ outputs }, i) => [`lin${i}`, [1, outputs, 1, 1]] as const);
  return Object.fromEntries([...filters, ...heads]);
}

/**
 * Checks names, shapes and values.
 *
 * @throws {TypeError} Names the first parameter that is missing, unknown, of another shape or not
 *   finite.
 */
export function checkLpipsWeights({ net, params }: LpipsWeights): void {
  const fail = (what: string): never => {
    throw new TypeError(`Cannot make LPIPS (${net}): ${what}`);
  };
  const shapes = lpipsShapes(net);
  const missing = Object.keys(shapes).find((name) => !Object.hasOwn(params, name));
  if (missing !== undefined) fail(`there must be ${missing}, got none`);
  const strange = Object.keys(params).find((name) => !Object.hasOwn(shapes, name));
  if (strange !== undefined) fail(`it has no place for ${strange}`);
  for (const [name, wanted] of Object.entries(shapes)) {
    const { shape, data } = params[name]!;
    if (shape.join() !== wanted.join() || data.length !== product(wanted)) {
      fail(`${name} must be [${wanted.join(", ")}], got [${shape.join(", ")}]`);
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) fail(`${name} must be finite, got ${data[bad]} at element ${bad}`);
  }
}
