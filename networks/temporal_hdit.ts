/**
 * The multi-temporal network (Sec. 3.3, Fig. 3; docs/networks.md, "Temporal attention (TFSA)"): one encoder
 * applied to every frame, temporal fusion self-attention in the middle, its masks on the skips (Eq. 12),
 * one decoder.
 *
 * @module
 */

import { type Entry, integer, number, object } from "../core/mod.ts";
import {
  type Params,
  resizeBilinear,
  type Sequence,
  type Tensor,
  type Tensor5D,
  tf,
} from "../engine/mod.ts";
import { collapse } from "../fusion/mod.ts";
import { hourglass } from "./hourglass.ts";
import {
  HOURGLASS_CHECKS,
  HOURGLASS_DEFAULTS,
  type HourglassOptions,
} from "./hourglass_options.ts";
import { initWeights } from "./init_weights.ts";
import { joinInput } from "./join_input.ts";
import { feedForward, feedForwardSpecs } from "./layers/feed_forward.ts";
import { conditioning } from "./layers/mapping.ts";
import { scope } from "./layers/specs.ts";
import { temporalAttention, temporalAttentionSpecs } from "./layers/temporal_attention.ts";
import type { Network } from "./network.ts";

/** Sizes of the temporal fusion. */
export interface TemporalOptions {
  /** Heads G; divides the width of every level. Default 16. */
  readonly heads?: number;
  /** Channels of a key. Default 48. */
  readonly dK?: number;
  /** Hidden width of the feed-forward block after it. Default 1536. */
  readonly dFf?: number;
  /** Dropout in training. Default 0. */
  readonly dropout?: number;
}

/** Options of {@linkcode temporalHdit}. */
export interface TemporalHditOptions extends HourglassOptions {
  /** Temporal fusion. Default 16 heads, dK 48, dFf 1536, no dropout. */
  readonly temporal?: TemporalOptions;
}

const TEMPORAL_DEFAULTS = { heads: 16, dK: 48, dFf: 1536, dropout: 0 } as const;

/**
 * Temporal HDiT: any number L ≥ 1 of frames in, one image out. The order of the frames does not matter.
 *
 * All frames of a sample share its noise conditioning, in batches of different σ too. The reference
 * implementation assigns them to the wrong frames there.
 *
 * @throws {RangeError} If widths, heads or kernels do not fit together.
 */
export function temporalHdit(options: TemporalHditOptions): Network {
  const glass = hourglass(options);
  const { inChannels, outChannels } = options;
  const { levels, mapping, checkSize } = glass;
  const temporal = { ...TEMPORAL_DEFAULTS, ...options.temporal };
  const { heads, dropout: dropoutRate } = temporal;
  for (const { width } of levels) {
    if (width % heads !== 0) {
      throw new RangeError(
        `Cannot build the network: the temporal heads must divide every width, ` +
          `got ${heads} heads and width ${width}`,
      );
    }
  }
  const sizes = { width: levels.at(-1)!.width, condWidth: mapping.width };
  const attentionPrefix = "temporal_encoder.attention_heads";
  const tensors = [
    ...glass.tensors,
    ...temporalAttentionSpecs(attentionPrefix, { ...sizes, ...temporal }),
    ...feedForwardSpecs("temporal_encoder.ff", { ...sizes, ...temporal }),
  ];

  function fuse(middle: Tensor, cond: Tensor, params: Params, random: Random) {
    const block = (name: string) => ({ cond, at: scope(params, name), name, dropoutRate, random });
    const { fused, masks } = temporalAttention(middle, block(attentionPrefix));
    return { fused: feedForward(fused, block("temporal_encoder.ff")), masks };
  }

  return {
    tensors,
    inChannels,
    outChannels,
    temporal: true,
    checkSize,
    init: (rng) => initWeights(tensors, rng),
    apply: ({ params, buffers }, input) =>
      tf.tidy(() => {
        const [batch, length] = input.x.shape;
        const all = { ...params, ...buffers };
        const { cNoise, random } = input;
        const cond = conditioning(cNoise, { at: scope(all), options: mapping, random });
        const frames = joinInput(input, { inChannels, checkSize });
        const { skips, middle } = glass.encode(frames, {
          params: all,
          cond,
          random,
        });
        const asSequence = (x: Tensor) =>
          x.reshape([batch, length, ...x.shape.slice(1)]) as Sequence;
        const { fused, masks } = fuse(asSequence(middle), cond, all, random);
        const fusedSkips = skips.map((skip) =>
          collapse(asSequence(skip), resizeMasks(masks, skip.shape[1]!, skip.shape[2]!))
        );
        const image = glass.decode(fused, fusedSkips, { params: all, cond, random });
        return { image, masks };
      }),
  };
}

type Random = Parameters<Network["apply"]>[1]["random"];

/** Resizes masks [G, B, L, h, w]. */
function resizeMasks(masks: Tensor5D, height: number, width: number): Tensor5D {
  const [groups, batch, length, h, w] = masks.shape;
  const planes = masks.reshape([groups * batch * length, h, w]);
  return resizeBilinear(planes, { height, width })
    .reshape([groups, batch, length, height, width]) as Tensor5D;
}

/** Catalog entry of {@linkcode temporalHdit}. */
export const temporalHditEntry: Entry<TemporalHditOptions, Network> = {
  summary: "hourglass diffusion transformer for a series of images, fused by TFSA",
  create: temporalHdit,
  checks: {
    ...HOURGLASS_CHECKS,
    temporal: object<TemporalOptions>({
      heads: integer({ min: 1 }),
      dK: integer({ min: 1 }),
      dFf: integer({ min: 1 }),
      dropout: number({ min: 0, below: 1 }),
    }, TEMPORAL_DEFAULTS),
  },
  defaults: { ...HOURGLASS_DEFAULTS, temporal: TEMPORAL_DEFAULTS },
};
