/**
 * Inference of a network's options from the names and shapes of its tensors. Hints supply the rest:
 * the reach of attention, dropout, and the channels of a patch.
 *
 * @module
 */

import type { HditOptions, LevelOptions, TemporalHditOptions } from "../networks/mod.ts";
import { CheckpointError, showShape } from "./errors.ts";

/** Shapes of a file by name; linear weights are [out, in]. */
export type FileShapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** Options that shapes do not determine. */
export interface NetworkHints {
  /** Attention of each level, from fine to coarse. */
  readonly attention: readonly LevelOptions["attention"][];
  /** Channels of the noised images and the condition together; determines the patch size. */
  readonly inChannels: number;
  /** Height and width of a patch. Default: square. */
  readonly patchSize?: readonly [number, number];
  /** Side of a neighborhood in tokens. Default 7, as in every published configuration. */
  readonly kernelSize?: number;
}

/** A network's type and options, as JSON. */
export type InferredNetwork =
  | ({ readonly type: "hdit" } & HditOptions)
  | ({ readonly type: "temporalHdit" } & TemporalHditOptions);

function fail(what: string): never {
  throw new CheckpointError(`Cannot infer the network from its tensors: ${what}`);
}

function sidesOf(shapes: FileShapes, name: string, rank: 1 | 2): readonly number[] {
  const shape = Object.hasOwn(shapes, name) ? shapes[name]!.shape : fail(`${name} is missing`);
  if (shape.length !== rank || shape.includes(0)) {
    fail(`${name} must have ${rank} axes, got ${showShape(shape)}`);
  }
  return shape;
}

/** Counts `<prefix>.0<suffix>`, `<prefix>.1<suffix>`, … */
function countOf(shapes: FileShapes, prefix: string, suffix: string): number {
  let count = 0;
  while (Object.hasOwn(shapes, `${prefix}.${count}${suffix}`)) count++;
  return count;
}

/** Number of levels, the middle one included. */
function levelCount(shapes: FileShapes): number {
  return countOf(shapes, "down_levels", ".0.self_attn.scale") + 1;
}

function inferLevel(
  shapes: FileShapes,
  { prefix, attention, kernelSize }: {
    readonly prefix: string;
    readonly attention: LevelOptions["attention"];
    readonly kernelSize: number;
  },
): LevelOptions {
  const depth = countOf(shapes, prefix, ".self_attn.scale");
  const [heads] = sidesOf(shapes, `${prefix}.0.self_attn.scale`, 1);
  const [width, dFf] = sidesOf(shapes, `${prefix}.0.ff.down_proj.weight`, 2);
  return { width: width!, depth, dFf: dFf!, dHead: width! / heads!, attention, kernelSize };
}

/**
 * Returns the options of the network whose tensors a file holds.
 *
 * @param shapes Shapes by the authors' names, linear weights [out, in].
 * @param hints Options that shapes do not determine. Dropouts keep their defaults.
 * @throws {CheckpointError} If tensors are missing or do not fit the hints.
 */
export function inferNetwork(
  shapes: FileShapes,
  { attention, inChannels, patchSize, kernelSize = 7 }: NetworkHints,
): InferredNetwork {
  const count = levelCount(shapes);
  if (attention.length !== count) {
    fail(`it has ${count} levels, so attention must be given for ${count}, got [${attention}]`);
  }
  const levels = attention.map((reach, i) => {
    const prefix = i === count - 1 ? "mid_level" : `down_levels.${i}`;
    return inferLevel(shapes, { prefix, attention: reach, kernelSize });
  });
  const patch = patchSize ?? squarePatch(shapes, inChannels);
  const [, patchIn] = sidesOf(shapes, "patch_in.proj.weight", 2);
  const [patchOut] = sidesOf(shapes, "patch_out.proj.weight", 2);
  const area = patch[0] * patch[1];
  if (patchIn !== inChannels * area || patchOut! % area !== 0) {
    fail(
      `${inChannels} channels in patches of ${patch.join("×")} must make ${
        area * inChannels
      } features, got ${patchIn}`,
    );
  }
  const options: HditOptions = {
    inChannels,
    outChannels: patchOut! / area,
    patchSize: patch,
    levels,
    mapping: inferMapping(shapes),
  };
  const temporal = inferTemporal(shapes);
  return temporal === undefined
    ? { type: "hdit", ...options }
    : { type: "temporalHdit", ...options, temporal };
}

function squarePatch(shapes: FileShapes, inChannels: number): readonly [number, number] {
  const [, features] = sidesOf(shapes, "patch_in.proj.weight", 2);
  const side = Math.sqrt(features! / inChannels);
  if (!Number.isInteger(side)) {
    fail(
      `patch_in.proj.weight must take ${inChannels} channels times the area of a square patch, got ` +
        `${features} features`,
    );
  }
  return [side, side];
}

function inferMapping(shapes: FileShapes): HditOptions["mapping"] {
  const [width] = sidesOf(shapes, "time_in_proj.weight", 2);
  const depth = countOf(shapes, "mapping.blocks", ".norm.scale");
  if (depth === 0) return { width: width!, depth };
  const [, dFf] = sidesOf(shapes, "mapping.blocks.0.down_proj.weight", 2);
  return { width: width!, depth, dFf: dFf! };
}

function inferTemporal(shapes: FileShapes): TemporalHditOptions["temporal"] {
  const query = "temporal_encoder.attention_heads.Q";
  if (!Object.hasOwn(shapes, query)) return undefined;
  const [heads, dK] = sidesOf(shapes, query, 2);
  const [, dFf] = sidesOf(shapes, "temporal_encoder.ff.down_proj.weight", 2);
  return { heads: heads!, dK: dK!, dFf: dFf! };
}
