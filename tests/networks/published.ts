/** Networks of the published configurations (docs/networks.md). */

import { hdit, type LevelOptions, type Network, temporalHdit } from "../../networks/mod.ts";
import { createRng } from "../../core/mod.ts";
import { ownedTensor, tf, type Weights } from "../../engine/mod.ts";

const near = { attention: "neighborhood", kernelSize: 7, dHead: 64 } as const;
const far = { attention: "global", dHead: 64 } as const;

const monoLevels: readonly LevelOptions[] = [
  { width: 128, depth: 2, dFf: 256, ...near },
  { width: 256, depth: 2, dFf: 512, ...near },
  { width: 384, depth: 2, dFf: 768, ...far },
  { width: 768, depth: 2, dFf: 1536, ...far, dropout: 0.1 },
];

const temporalLevels: readonly LevelOptions[] = [
  { width: 256, depth: 2, dFf: 512, ...near },
  { width: 512, depth: 2, dFf: 1024, ...near },
  { width: 768, depth: 16, dFf: 1536, ...far },
];

/** A published configuration. */
export interface Published {
  readonly make: () => Network;
  /** Channels of the image and of the condition. */
  readonly channels: readonly [number, number];
  readonly length: number;
  readonly parameters: number;
  readonly buffers: number;
}

/** By the names of the authors' configurations. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  "sen2_mtc_new": {
    make: () =>
      temporalHdit({
        inChannels: 7,
        outChannels: 3,
        patchSize: [4, 4],
        levels: temporalLevels,
        mapping: { depth: 2, width: 768, dFf: 1536, dropout: 0.1 },
        temporal: { heads: 16, dK: 48, dFf: 1536 },
      }),
    channels: [3, 4],
    length: 3,
    parameters: 148_878_322,
    buffers: 2304,
  },
  sentinel: {
    make: () => hdit({ inChannels: 28, outChannels: 13, levels: monoLevels }),
    channels: [13, 15],
    length: 1,
    parameters: 39_133_515,
    buffers: 960,
  },
  cuhk: {
    make: () => hdit({ inChannels: 8, outChannels: 4, levels: monoLevels }),
    channels: [4, 4],
    length: 1,
    parameters: 39_129_803,
    buffers: 960,
  },
};

/**
 * Fresh weights in which nothing is left at zero, so that every path matters.
 *
 * @param scale Standard deviation of what starts at zero.
 */
export function livelyWeights(network: Network, seed = 3, scale = 0.02): Weights {
  const rng = createRng(seed);
  const make = (role: "param" | "buffer") =>
    Object.fromEntries(
      network.tensors.filter((spec) => spec.role === role).map(({ name, shape, init }) => {
        const fresh = init(rng.fork(name));
        const values = role === "param" && fresh.every((value) => value === 0)
          ? rng.fork(`${name} lively`).normals(fresh.length).map((value) => value * scale)
          : fresh;
        return [name, tf.tensor(values, shape as number[])];
      }),
    );
  return { params: make("param"), buffers: make("buffer") };
}

/**
 * Like {@linkcode livelyWeights} for large networks: matrices are drawn from U(−1/√in, 1/√in) by a
 * linear congruential generator, which takes a tenth of the time.
 */
export function quickWeights(network: Network): Weights {
  const rng = createRng(3);
  let state = 1;
  const make = (role: "param" | "buffer") =>
    Object.fromEntries(
      network.tensors.filter((spec) => spec.role === role).map(({ name, shape, init }) => {
        if (role === "buffer" || shape.length !== 2) {
          return [name, tf.tensor(init(rng.fork(name)), shape as number[])];
        }
        const values = new Float32Array(shape[0]! * shape[1]!);
        const bound = 1 / Math.sqrt(shape[0]!);
        for (let i = 0; i < values.length; i++) {
          // Numerical Recipes' constants; the low bits are weak and are dropped.
          state = (Math.imul(state, 1664525) + 1013904223) | 0;
          values[i] = (state >> 8) * 2 ** -23 * bound;
        }
        return [name, ownedTensor(values, shape)];
      }),
    );
  return { params: make("param"), buffers: make("buffer") };
}

/** Disposes weights. */
export function disposeWeights({ params, buffers }: Weights): void {
  for (const tensor of [...Object.values(params), ...Object.values(buffers)]) tensor.dispose();
}
