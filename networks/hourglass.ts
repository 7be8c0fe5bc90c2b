/**
 * The hourglass that both networks of the paper share (Sec. 3.3, Fig. 3): levels of layers, patch
 * merges on the way down, patch splits with skips on the way up.
 *
 * Longer than other files because options, checks, tensor names and computation of the levels must
 * agree and are read side by side.
 *
 * @module
 */

import {
  type Check,
  type Checks,
  integer,
  list,
  number,
  object,
  oneOf,
  type Rng,
} from "../core/mod.ts";
import {
  hasTransformerLayer,
  type Images,
  ownedTensor,
  type Params,
  type Tensor,
  tf,
  transformerLayer,
  type Weights,
} from "../engine/mod.ts";
import { type AttentionReach, selfAttention, selfAttentionSpecs } from "./layers/attention.ts";
import { type BlockContext, feedForward, feedForwardSpecs } from "./layers/feed_forward.ts";
import { MAPPING_DEFAULTS, type MappingOptions, mappingSpecs } from "./layers/mapping.ts";
import { adaScale, EPSILON, rmsNorm } from "./layers/norm.ts";
import { ropeTable } from "./layers/rope.ts";
import { constantSpec, linearSpec, scope } from "./layers/specs.ts";
import { type Patch, skipLerp, tokenMerge, tokenSplit } from "./layers/tokens.ts";
import type { Network, NetworkInput, TensorSpec } from "./network.ts";

/** One level of the hourglass. */
export interface LevelOptions {
  /** Channels of a token; a multiple of dHead. */
  readonly width: number;
  /** Layers going down and again going up; of the last level, the middle, all layers. */
  readonly depth: number;
  /** Hidden width of the feed-forward blocks. */
  readonly dFf: number;
  /** Whether a query sees its neighborhood or all tokens. */
  readonly attention: "neighborhood" | "global";
  /** Side of the neighborhood, odd. Default 7. */
  readonly kernelSize?: number;
  /** Channels of a head; a multiple of 8. Default 64. */
  readonly dHead?: number;
  /** Dropout in training. Default 0. */
  readonly dropout?: number;
}

/** Options of both networks. */
export interface HourglassOptions {
  /** Channels of the noised images and the condition together. */
  readonly inChannels: number;
  /** Channels of the image. */
  readonly outChannels: number;
  /** Height and width of the input's patches. Default [1, 1]. */
  readonly patchSize?: readonly [number, number];
  /** Levels from fine to coarse; the last is the middle. */
  readonly levels: readonly LevelOptions[];
  /** Mapping network of the noise level. */
  readonly mapping?: MappingOptions;
}

type Level = Required<LevelOptions>;
const LEVEL_DEFAULTS = { kernelSize: 7, dHead: 64, dropout: 0 } as const;

const dropoutCheck = number({ min: 0, below: 1 });
const sizeCheck = integer({ min: 1 });

const levelCheck: Check<LevelOptions> = object<LevelOptions>({
  width: sizeCheck,
  depth: sizeCheck,
  dFf: sizeCheck,
  attention: oneOf("neighborhood", "global"),
  kernelSize: integer({ min: 1 }),
  dHead: sizeCheck,
  dropout: dropoutCheck,
}, LEVEL_DEFAULTS);

/** Checks of {@linkcode HourglassOptions}. */
export const HOURGLASS_CHECKS: Checks<HourglassOptions> = {
  inChannels: sizeCheck,
  outChannels: sizeCheck,
  patchSize: (value, path) =>
    list(sizeCheck, { min: 2, max: 2 })(value, path) as unknown as readonly [number, number],
  levels: list(levelCheck, { min: 1 }),
  mapping: object<MappingOptions>({
    depth: integer({ min: 0 }),
    width: integer({ min: 2 }),
    dFf: sizeCheck,
    dropout: dropoutCheck,
  }, MAPPING_DEFAULTS),
};

/** Defaults of {@linkcode HourglassOptions}. */
export const HOURGLASS_DEFAULTS = { patchSize: [1, 1], mapping: MAPPING_DEFAULTS } as const;

/** What runs at one level of an hourglass. */
export interface LayerContext {
  readonly params: Params;
  /** Noise conditioning [B, width]; the frames of a sample share it. */
  readonly cond: Tensor;
  readonly random: NetworkInput["random"];
}

/** The resolved hourglass: its sizes, tensors and parts. */
export interface Hourglass {
  readonly levels: readonly Level[];
  readonly mapping: Required<MappingOptions>;
  readonly patch: Patch;
  /** All tensors but those between encoder and decoder. */
  readonly tensors: readonly TensorSpec[];
  readonly checkSize: Network["checkSize"];
  /** [N, H, W, in] → features of the levels above the middle, and the middle's output. */
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

  return {
    levels,
    mapping,
    patch,
    tensors: specs({ inChannels, outChannels, patch, levels, mapping }),
    checkSize: (size) => checkSize(size, { patch, levels }),

    encode(x, context) {
      const at = scope(context.params);
      let state = tokenMerge(x, patch, at("patch_in.proj.weight"));
      const skips = levels.slice(0, middle).map((level, i) => {
        const skip = layers(state, `down_levels.${i}`, level, context);
        state = tokenMerge(skip, [2, 2], at(`merges.${i}.proj.weight`));
        return skip;
      });
      return { skips, middle: layers(state, "mid_level", levels[middle]!, context) };
    },

    decode(x, skips, context) {
      const at = scope(context.params);
      let state = x;
      for (let i = middle - 1; i >= 0; i--) {
        const split = tokenSplit(state, [2, 2], at(`splits.${i}.proj.weight`));
        state = skipLerp(split, skips[i]!, at(`splits.${i}.fac`));
        state = layers(state, `up_levels.${i}`, levels[i]!, context);
      }
      const normed = rmsNorm(state, at("out_norm.scale"));
      return tokenSplit(normed, patch, at("patch_out.proj.weight")) as Images;
    },
  };
}

/** Attention block, then feed-forward block. */
function layer(
  x: Tensor,
  { prefix, level, context: { params, cond, random } }: {
    readonly prefix: string;
    readonly level: Level;
    readonly context: LayerContext;
  },
): Tensor {
  const block = (part: string) => ({
    cond,
    at: scope(params, `${prefix}.${part}`),
    name: `${prefix}.${part}`,
    dropoutRate: level.dropout,
    random,
  });
  const [attention, ff] = [block("self_attn"), block("ff")];
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const kernel = level.attention === "global" ? 0 : level.kernelSize;
  const dropped = random !== undefined && level.dropout > 0;
  const heads = channels / level.dHead;
  const sizes = { images, height, width, channels, heads, hidden: level.dFf, kernel };
  if (!dropped && hasTransformerLayer(sizes)) {
    return wholeLayer(x, { attention, ff, kernel });
  }
  const reach: AttentionReach = level.attention === "global"
    ? { type: "global" }
    : { type: "neighborhood", kernel: level.kernelSize };
  return feedForward(selfAttention(x, { ...attention, reach }), ff);
}

/** The layer in one piece. */
function wholeLayer(
  x: Tensor,
  { attention, ff, kernel }: {
    readonly attention: BlockContext;
    readonly ff: BlockContext;
    readonly kernel: number;
  },
): Tensor {
  return tf.tidy(() => {
    const [, height, width] = x.shape as [number, number, number, number];
    const table = ropeTable({ height, width }, attention.at("pos_emb.freqs"));
    return transformerLayer({
      x,
      ...table,
      attentionNorm: adaScale(attention.cond, attention.at("norm.linear.weight")),
      feedForwardNorm: adaScale(ff.cond, ff.at("norm.linear.weight")),
      qkv: attention.at("qkv_proj.weight"),
      headScale: attention.at("scale"),
      out: attention.at("out_proj.weight"),
      up: ff.at("up_proj.weight"),
      down: ff.at("down_proj.weight"),
    }, { kernel, epsilon: EPSILON });
  });
}

function checkLevel({ width, dHead, attention, kernelSize }: Level, i: number): void {
  const where = `Cannot build level ${i} of the network`;
  if (dHead % 8 !== 0) {
    throw new RangeError(`${where}: dHead must be a multiple of 8, got ${dHead}`);
  }
  if (width % dHead !== 0) {
    throw new RangeError(`${where}: the width must be a multiple of dHead ${dHead}, got ${width}`);
  }
  if (attention === "neighborhood" && kernelSize % 2 === 0) {
    throw new RangeError(`${where}: kernelSize must be odd, got ${kernelSize}`);
  }
}

function checkSize(
  { height, width }: { readonly height: number; readonly width: number },
  { patch, levels }: { readonly patch: Patch; readonly levels: readonly Level[] },
): void {
  const scale = 2 ** (levels.length - 1);
  const [rows, columns] = [patch[0] * scale, patch[1] * scale];
  const where = `Cannot apply the network to ${height}×${width} pixels`;
  if (height % rows !== 0 || width % columns !== 0 || height === 0 || width === 0) {
    throw new RangeError(
      `${where}: height must be a multiple of ${rows} and width of ${columns}`,
    );
  }
  levels.forEach(({ attention, kernelSize }, i) => {
    const [h, w] = [height / patch[0] / 2 ** i, width / patch[1] / 2 ** i];
    if (attention === "neighborhood" && Math.min(h, w) < kernelSize) {
      throw new RangeError(
        `${where}: level ${i} attends to ${kernelSize}×${kernelSize} neighborhoods and needs ` +
          `a side of ≥ ${kernelSize} tokens, got ${h}×${w}`,
      );
    }
  });
}

function specs({ inChannels, outChannels, patch, levels, mapping }: {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly patch: Patch;
  readonly levels: readonly Level[];
  readonly mapping: Required<MappingOptions>;
}): TensorSpec[] {
  const area = patch[0] * patch[1];
  const middle = levels.length - 1;
  const levelSpecs = (prefix: string, { width, depth, dFf, dHead }: Level) =>
    Array.from({ length: depth }, (_, i) => [
      ...selfAttentionSpecs(`${prefix}.${i}.self_attn`, { width, dHead, condWidth: mapping.width }),
      ...feedForwardSpecs(`${prefix}.${i}.ff`, { width, dFf, condWidth: mapping.width }),
    ]).flat();
  const outer = levels.slice(0, middle);
  const widthBelow = (i: number) => levels[i + 1]!.width;
  return [
    linearSpec("patch_in.proj.weight", { inputs: inChannels * area, outputs: levels[0]!.width }),
    ...mappingSpecs(mapping),
    ...outer.flatMap((level, i) => levelSpecs(`down_levels.${i}`, level)),
    ...outer.flatMap((level, i) => levelSpecs(`up_levels.${i}`, level)),
    ...levelSpecs("mid_level", levels[middle]!),
    ...outer.map(({ width }, i) =>
      linearSpec(`merges.${i}.proj.weight`, { inputs: 4 * width, outputs: widthBelow(i) })
    ),
    ...outer.flatMap(({ width }, i) => [
      constantSpec(`splits.${i}.fac`, 1, 0.5),
      linearSpec(`splits.${i}.proj.weight`, { inputs: widthBelow(i), outputs: 4 * width }),
    ]),
    constantSpec("out_norm.scale", levels[0]!.width, 1),
    linearSpec("patch_out.proj.weight", {
      inputs: levels[0]!.width,
      outputs: outChannels * area,
      zero: true,
    }),
  ];
}

/** Fresh tensors of a network, each from its own random stream. */
export function initWeights(tensors: readonly TensorSpec[], rng: Rng): Weights {
  const make = (role: TensorSpec["role"]): Params =>
    Object.fromEntries(
      tensors.filter((spec) => spec.role === role).map(({ name, shape, init }) => [
        name,
        ownedTensor(init(rng.fork(name)), shape),
      ]),
    );
  return { params: make("param"), buffers: make("buffer") };
}

/** [B, L, H, W, C] of the noised images and the condition, checked against the network. */
export function joinInput(
  { x, condition }: NetworkInput,
  { inChannels, checkSize }: Pick<Network, "inChannels" | "checkSize">,
): Tensor {
  const [batch, length, height, width] = x.shape;
  checkSize({ height, width });
  if (condition !== undefined && condition.shape.some((size, i) => i < 4 && size !== x.shape[i])) {
    throw new TypeError(
      `Cannot apply the network: the condition must be like the images but for its channels, ` +
        `got condition [${condition.shape}] for images [${x.shape}]`,
    );
  }
  const joined = condition === undefined ? x : tf.concat([x, condition], -1);
  if (joined.shape[4] !== inChannels) {
    throw new TypeError(
      `Cannot apply the network: images and condition must have ${inChannels} channels ` +
        `together, got ${x.shape[4]} + ${condition?.shape[4] ?? 0}`,
    );
  }
  return joined.reshape([batch * length, height, width, inChannels]);
}
