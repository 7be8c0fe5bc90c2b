/**
 * The hourglass that both networks of the paper share (Sec. 3.3, Fig. 3; docs/networks.md, "Hourglass"):
 * levels of layers, with token merges on the way down, and token splits and skips on the way up.
 *
 * @module
 */

import {
  type Images,
  interpolate,
  mergeTokens,
  type Patch,
  splitTokens,
  type Tensor,
} from "../engine/mod.ts";
import {
  checkLevel,
  checkSize,
  HOURGLASS_DEFAULTS,
  type HourglassOptions,
  type Level,
  LEVEL_DEFAULTS,
} from "./hourglass_options.ts";
import { hourglassTensors } from "./hourglass_tensors.ts";
import { layer, type LayerContext } from "./layers/layer.ts";
import { MAPPING_DEFAULTS, type MappingOptions } from "./layers/mapping.ts";
import { rmsNorm } from "./layers/norm.ts";
import { scope } from "./layers/specs.ts";
import type { Network, TensorSpec } from "./network.ts";

/** The resolved hourglass: its sizes, tensors and parts. */
interface Hourglass {
  readonly levels: readonly Level[];
  readonly mapping: Required<MappingOptions>;
  readonly patch: Patch;
  /** All tensors except those between encoder and decoder. */
  readonly tensors: readonly TensorSpec[];
  readonly checkSize: Network["checkSize"];
  /** [N, H, W, in] → features of the levels above the middle, and the output of the middle. */
  encode(x: Tensor, context: LayerContext): { skips: Tensor[]; middle: Tensor };
  /** Middle features and skips → [B, H, W, out]. */
  decode(x: Tensor, skips: readonly Tensor[], context: LayerContext): Images;
}

/**
 * Resolves and checks the options of an hourglass.
 *
 * @throws {RangeError} If widths, heads or kernels do not fit together.
 */
export function hourglass(options: HourglassOptions): Hourglass {
  const { inChannels, outChannels, patchSize: patch = HOURGLASS_DEFAULTS.patchSize } = options;
  const mapping = { ...MAPPING_DEFAULTS, ...options.mapping };
  const levels = options.levels.map((level) => ({ ...LEVEL_DEFAULTS, ...level }));
  levels.forEach(checkLevel);
  if (mapping.width % 2 !== 0) {
    throw new RangeError(
      `Cannot build the network: the mapping width must be even, got ${mapping.width}`,
    );
  }
  const middle = levels.length - 1;

  function layers(x: Tensor, prefix: string, level: Level, context: LayerContext): Tensor {
    let state = x;
    for (let i = 0; i < level.depth; i++) {
      state = layer(state, { prefix: `${prefix}.${i}`, level, context });
    }
    return state;
  }

  const run: RunLayers = (x, { prefix, i, context }) => layers(x, prefix, levels[i]!, context);
  return {
    levels,
    mapping,
    patch,
    tensors: hourglassTensors({ inChannels, outChannels, patch, levels, mapping }),
    checkSize: (size) => checkSize(size, { patch, levels }),
    encode: (x, context) => encode(x, { patch, middle, run, context }),
    decode: (x, skips, context) => decode(x, skips, { patch, run, context }),
  };
}

/** Applies the layers of level i, named by the prefix. */
export type RunLayers = (
  x: Tensor,
  at: { readonly prefix: string; readonly i: number; readonly context: LayerContext },
) => Tensor;

/** [N, H, W, in] → features of the levels above the middle, and the output of the middle. */
export function encode(
  x: Tensor,
  { patch, middle, run, context }: {
    readonly patch: Patch;
    /** Index of the middle level. */
    readonly middle: number;
    readonly run: RunLayers;
    readonly context: LayerContext;
  },
): { skips: Tensor[]; middle: Tensor } {
  const at = scope(context.params);
  let state = mergeTokens(x, patch, at("patch_in.proj.weight"));
  const skips = Array.from({ length: middle }, (_, i) => {
    const skip = run(state, { prefix: `down_levels.${i}`, i, context });
    state = mergeTokens(skip, [2, 2], at(`merges.${i}.proj.weight`));
    return skip;
  });
  return { skips, middle: run(state, { prefix: "mid_level", i: middle, context }) };
}

/** Middle features and skips → [B, H, W, out]. */
export function decode(
  x: Tensor,
  skips: readonly Tensor[],
  { patch, run, context }: {
    readonly patch: Patch;
    readonly run: RunLayers;
    readonly context: LayerContext;
  },
): Images {
  const at = scope(context.params);
  let state = x;
  for (let i = skips.length - 1; i >= 0; i--) {
    const split = splitTokens(state, [2, 2], at(`splits.${i}.proj.weight`));
    state = interpolate(split, skips[i]!, at(`splits.${i}.fac`));
    state = run(state, { prefix: `up_levels.${i}`, i, context });
  }
  const normed = rmsNorm(state, at("out_norm.scale"));
  return splitTokens(normed, patch, at("patch_out.proj.weight")) as Images;
}
