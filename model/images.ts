/**
 * Arrays of a model's images: conversion to [−1, 1] and back, the network's condition, the noise.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import { type CardScaling, EVIDENCE, type ModelCard, scalingRanges } from "./card.ts";

/** Size of a batch of sequences. */
export interface SequenceSize {
  /** Sequences B. */
  readonly batch: number;
  /** Frames L of each sequence. */
  readonly length: number;
  /** Height H in pixels. */
  readonly height: number;
  /** Width W in pixels. */
  readonly width: number;
}

/**
 * Converts values of the bands' units to [−1, 1]; clips them first if the scaling asks for it.
 *
 * @param values [..., channels].
 */
export function toUnit(
  values: ArrayLike<number>,
  scaling: CardScaling,
  channels: number,
): Float32Array {
  const out = new Float32Array(values.length);
  for (const [channel, { low, high }] of scalingRanges(scaling, channels).entries()) {
    const factor = 2 / (high - low);
    for (let i = channel; i < out.length; i += channels) {
      const value = values[i]!;
      const inside = scaling.clip ? Math.min(Math.max(value, low), high) : value;
      out[i] = (inside - low) * factor - 1;
    }
  }
  return out;
}

/**
 * Converts [−1, 1] to the bands' units; clips to the range if the scaling asks for it.
 *
 * @param values [..., channels].
 */
export function fromUnit(
  values: Float32Array,
  scaling: CardScaling,
  channels: number,
): Float32Array {
  const out = new Float32Array(values.length);
  for (const [channel, { low, high }] of scalingRanges(scaling, channels).entries()) {
    const half = (high - low) / 2;
    for (let i = channel; i < out.length; i += channels) {
      const back = (values[i]! + 1) * half + low;
      out[i] = scaling.clip ? Math.min(Math.max(back, low), high) : back;
    }
  }
  return out;
}

/**
 * Returns the network's condition [B, L, H, W, Cc], its groups in the order of the card.
 *
 * @param cloudy Cloudy images [B, L, H, W, C] in [−1, 1].
 * @param auxiliary Auxiliary bands [B, L, H, W, Ca] in [−1, 1].
 * @param mean μ of all dates [B, L, H, W, C] in [−1, 1].
 * @param evidence Its evidence [B, L, H, W, 4] in [−1, 1].
 * @param misfit Its misfit [B, L, H, W, C].
 * @param reference Reference frame of each sample.
 * @returns Undefined if the card has no condition.
 */
export function conditionArray(
  { bands, condition }: Pick<ModelCard, "bands" | "condition">,
  { cloudy, auxiliary, mean, evidence, misfit, reference, size }: {
    readonly cloudy: Float32Array;
    readonly auxiliary?: Float32Array;
    readonly mean?: Float32Array;
    readonly evidence?: Float32Array;
    readonly misfit?: Float32Array;
    readonly reference: readonly number[];
    readonly size: SequenceSize;
  },
): { data: Float32Array; channels: number } | undefined {
  const { batch, length, height, width } = size;
  const known = {
    cloudy: { data: cloudy, channels: bands.length },
    auxiliary: { data: auxiliary!, channels: condition.auxiliary.length },
    reference: { data: undefined, channels: 1 },
    mean: { data: mean!, channels: bands.length },
    evidence: { data: evidence!, channels: EVIDENCE.length },
    misfit: { data: misfit!, channels: bands.length },
  };
  const groups = condition.order.map((group) => known[group]);
  const channels = groups.reduce((sum, group) => sum + group.channels, 0);
  if (channels === 0) return undefined;
  const pixels = height * width;
  const out = new Float32Array(batch * length * pixels * channels);
  let first = 0;
  for (const { data, channels: count } of groups) {
    for (let frame = 0; frame < batch * length; frame++) {
      const mark = frame % length === reference[Math.floor(frame / length)] ? 1 : -1;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const from = (frame * pixels + pixel) * count;
        const to = (frame * pixels + pixel) * channels + first;
        if (data === undefined) out[to] = mark;
        else for (let c = 0; c < count; c++) out[to + c] = data[from + c]!;
      }
    }
    first += count;
  }
  return { data: out, channels };
}

/** Upper left corner of a tile, in pixels of its scene. */
export interface Origin {
  /** Column, from 0 at the left. */
  readonly x: number;
  /** Row, from 0 at the top. */
  readonly y: number;
}

/**
 * Returns unit normal noise [B, L, H, W, C], keyed by absolute pixel, frame, band and draw: a pixel
 * of a scene has the same noise in every tile that contains it.
 */
export function pixelNoise(
  rng: Rng,
  { draw, origins, channels, size: { batch, length, height, width } }: {
    readonly draw: number;
    readonly origins: readonly Origin[];
    readonly channels: number;
    readonly size: SequenceSize;
  },
): Float32Array {
  const stream = rng.fork("noise").fork(draw);
  const out = new Float32Array(batch * length * height * width * channels);
  const four = new Float32Array(4);
  let at = 0;
  for (let b = 0; b < batch; b++) {
    const { x: x0, y: y0 } = origins[b]!;
    for (let frame = 0; frame < length; frame++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let c = 0; c < channels; c += 4) {
            stream.normalsAt(four, 0, [x0 + x, y0 + y, frame, c]);
            const count = Math.min(4, channels - c);
            for (let i = 0; i < count; i++) out[at++] = four[i]!;
          }
        }
      }
    }
  }
  return out;
}
