/**
 * A convolutional network for one image: an hourglass whose layers look around with depthwise kernels
 * and then mix channels, modulated by the noise level. Its features are local: it takes any size that
 * its levels divide, and a pixel far from the edges does not depend on the size.
 *
 * @module
 */

import { type Checks, type Entry, integer, list, object, oneOf } from "../core/mod.ts";
import type { Tensor } from "../engine/mod.ts";
import { decode, encode, type RunLayers } from "./hourglass.ts";
import { HOURGLASS_CHECKS } from "./hourglass_options.ts";
import { pathTensors } from "./hourglass_tensors.ts";
import {
  convolutionLayer,
  type ConvolutionSizes,
  convolutionSpecs,
  modulate,
  modulationSpecs,
} from "./layers/convolution.ts";
import { averageCells } from "./layers/ground_cells.ts";
import type { MappingOptions } from "./layers/mapping.ts";
import { monoNetwork } from "./mono.ts";
import { MIRRORS } from "./mirrors.ts";
import type { Network } from "./network.ts";

/** One level of the network. */
export interface ConvolutionalLevel {
  /** Channels. */
  readonly width: number;
  /** Layers; levels above the last have as many on the way down as on the way up. */
  readonly depth: number;
  /** Side of the depthwise kernels, odd. Default 3. */
  readonly kernelSize?: number;
  /** Hidden width of the layers' feed-forward part. Default 2·width. */
  readonly dFf?: number;
}

/** Options of {@linkcode convolutional}. */
export interface ConvolutionalOptions {
  /** Channels of the noised images and the condition. */
  readonly inChannels: number;
  /** Channels of the restored image. */
  readonly outChannels: number;
  /** Height and width of a token of the first level in pixels. Default [1, 1]. */
  readonly patchSize?: readonly [number, number];
  /** From that resolution down; each level has half the resolution of the one before. */
  readonly levels: readonly ConvolutionalLevel[];
  /** Mapping of the noise level. Default { depth: 1, width: 64, dFf: 128, dropout: 0 }. */
  readonly mapping?: MappingOptions;
  /**
   * Side of a ground cell of each output channel in pixels, such as 2 for a band of 20 m in an image of
   * 10 m: nothing within a cell is restored. Default 1 for all.
   */
  readonly cells?: readonly number[];
  /** Mirrored copies of the input whose outputs are averaged in inference: 1, 2 or 4. Default 1. */
  readonly mirrors?: number;
}

const MAPPING = { depth: 1, width: 64, dFf: 128, dropout: 0 } as const;
const DEFAULTS = {
  patchSize: [1, 1],
  mapping: MAPPING,
  cells: [] as readonly number[],
  mirrors: 1,
} as const;
const MOST_DEPTH = 64;

/**
 * Builds the network.
 *
 * @throws {RangeError} If a kernel size is even, the mapping width odd, or the number of cells not that of
 *   the output channels.
 */
export function convolutional(options: ConvolutionalOptions): Network {
  const { inChannels, outChannels, patchSize: patch, cells, mirrors } = { ...DEFAULTS, ...options };
  const mapping = { ...MAPPING, ...options.mapping };
  const levels = options.levels.map(({ kernelSize = 3, ...level }) => ({
    ...level,
    kernelSize,
    dFf: level.dFf ?? 2 * level.width,
  }));
  const even = levels.findIndex(({ kernelSize }) => kernelSize % 2 === 0);
  if (even >= 0) {
    throw new RangeError(
      `Cannot build level ${even} of the network: kernelSize must be odd, got ` +
        levels[even]!.kernelSize,
    );
  }
  if (mapping.width % 2 !== 0) {
    throw new RangeError(
      `Cannot build the network: the mapping width must be even, got ${mapping.width}`,
    );
  }
  if (cells.length > 0 && cells.length !== outChannels) {
    throw new RangeError(
      `Cannot build the network: cells must have a size for each of ${outChannels} output channels, ` +
        `got ${cells.length}`,
    );
  }
  const coarse = cells.some((cell) => cell > 1);
  const middle = levels.length - 1;
  const [rows, columns] = patch.map((side) => side * 2 ** middle) as [number, number];
  const checkSize: Network["checkSize"] = ({ height, width }) => {
    if (height % rows === 0 && width % columns === 0 && height > 0 && width > 0) return;
    throw new RangeError(
      `Cannot apply the network to ${height}×${width} pixels: height must be a multiple of ${rows} ` +
        `and width of ${columns}`,
    );
  };
  const tensors = pathTensors({
    ...{ inChannels, outChannels, patch, levels, mapping },
    levelSpecs: (prefix, level: ConvolutionSizes & { readonly depth: number }) => [
      ...modulationSpecs(prefix, { width: level.width, condWidth: mapping.width }),
      ...Array.from(
        { length: level.depth },
        (_, i) => convolutionSpecs(`${prefix}.${i}`, level),
      ).flat(),
    ],
  });
  const run: RunLayers = (x, { prefix, i, context }) => {
    let state: Tensor = modulate(x, { prefix, context });
    for (let layer = 0; layer < levels[i]!.depth; layer++) {
      state = convolutionLayer(state, {
        prefix: `${prefix}.${layer}`,
        params: context.params,
      });
    }
    return state;
  };
  return monoNetwork({
    ...{ type: "convolutional", tensors, inChannels, outChannels, checkSize, mapping, mirrors },
    forward(x, context) {
      const { skips, middle: low } = encode(x, { patch, middle, run, context });
      const image = decode(low, skips, { patch, run, context });
      return coarse ? averageCells(image, cells) as typeof image : image;
    },
  });
}

const { inChannels, outChannels, patchSize, mapping } = HOURGLASS_CHECKS;
const size = integer({ min: 1 });

const CHECKS: Checks<ConvolutionalOptions> = {
  inChannels,
  outChannels,
  patchSize,
  levels: list(
    object<ConvolutionalLevel>({
      width: size,
      depth: integer({ min: 0, max: MOST_DEPTH }),
      kernelSize: integer({ min: 1, max: 31 }),
      dFf: size,
    }, { kernelSize: 3, dFf: undefined }),
    { min: 1 },
  ),
  cells: list(integer({ min: 1, max: 16 })),
  mirrors: oneOf(...MIRRORS),
  mapping: (value, path) => mapping({ ...MAPPING, ...value as object }, path),
};

/** Catalog entry of {@linkcode convolutional}. */
export const convolutionalEntry: Entry<ConvolutionalOptions, Network> = {
  summary: "convolutional hourglass for one image of any size",
  create: convolutional,
  checks: CHECKS,
  defaults: DEFAULTS,
};
