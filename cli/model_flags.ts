/**
 * Flags of how a model restores an image: mask edges, sampling and tiles. `restore`, `report` and
 * `evaluate` share them.
 *
 * @module
 */

import type { AnyRegistry, BuiltinCatalog } from "../builtins.ts";
import { OptionsError, parseJson, type Registry } from "../core/mod.ts";
import type { Context } from "./command.ts";
import {
  choice,
  count,
  type FlagValues,
  number,
  section,
  text,
  toggle,
  UsageError,
} from "./flags.ts";

/** Flags of how a model restores an image. */
export const MODEL_FLAGS = {
  ...section("Cloud mask", {
    dilate: count("Growth of the mask in pixels. Default: 8."),
    feather: count("Width in pixels of the blended edge inside the grown mask. Default: 6."),
    showClouds: toggle(
      "Give the model masked clouds as they are. Default: opaque cloud of one colour, if the model " +
        "card defines it.",
    ),
  }),
  ...section("Sampling", {
    seed: count("Seed of the noise. Default: 0."),
    steps: count("Sampler steps. Default: the model's.", { min: 1 }),
    sampler: text("Sampler: type, or JSON with options. Default: the model's.", "TYPE|JSON"),
    timesteps: text("Time steps: type, or JSON. Default: the model's.", "TYPE|JSON"),
    frames: choice(
      "Denoise all dates towards one image, or each towards its own. Default: joint.",
      [
        "joint",
        "independent",
      ],
    ),
    fusion: text("Fusion of independent dates: type, or JSON. Default: the model's.", "TYPE|JSON"),
    anyLength: toggle("Allow more dates than the model was trained with."),
  }),
  ...section("Tiles", {
    blend: choice("Blend tiles at the end, or after every step so that they agree. Default: end.", [
      "end",
      "steps",
    ]),
    overlap: number("Overlap of tiles as a fraction, 0.25 to 0.75. Default: 0.25.", {
      min: 0.25,
      max: 0.75,
    }),
    batch: count("Tiles per batch. Default: 4.", { min: 1 }),
  }),
} as const;

/** Values of {@linkcode MODEL_FLAGS}. */
export type ModelValues = FlagValues<typeof MODEL_FLAGS>;

/** A module from its type, or from JSON with its options. */
function moduleOf<K extends "sampler" | "timesteps" | "fusion">(
  registry: AnyRegistry,
  kind: K,
  given: string | undefined,
) {
  if (given === undefined) return undefined;
  let config: unknown = { type: given };
  if (given.trimStart().startsWith("{")) {
    try {
      config = parseJson(given);
    } catch {
      throw new UsageError(`--${kind} must be a type or JSON, got ${given}`);
    }
  }
  const reader: Registry<BuiltinCatalog> = registry;
  try {
    // The registry checks the options, also those of types that this file does not know.
    return reader.create(kind, config as never);
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(`--${kind}: ${error.message}`);
    throw error;
  }
}

/** Options of sampling and tiles. */
export function modelOptions(values: ModelValues, { registry }: Context) {
  const { seed, steps, frames, anyLength, blend, overlap, batch } = values;
  return {
    seed,
    steps,
    sampler: moduleOf(registry, "sampler", values.sampler),
    timesteps: moduleOf(registry, "timesteps", values.timesteps),
    frames,
    fusion: moduleOf(registry, "fusion", values.fusion),
    anyLength,
    tiles: { blend, overlap, batch },
  };
}

/** Options of a mask's edge and of the masked input. */
export function maskOptions({ dilate, feather, showClouds }: ModelValues) {
  return { dilate, feather, fill: !showClouds };
}
