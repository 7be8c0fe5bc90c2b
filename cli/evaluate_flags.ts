/**
 * The flags of `emrdm evaluate`.
 *
 * @module
 */

import type { ProfileName } from "../metrics/mod.ts";
import type { Context } from "./command.ts";
import type { ModelMethodOptions } from "../evaluation/mod.ts";
import {
  choice,
  count,
  type FlagValues,
  number,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "./flags.ts";
import { RESTORE_FLAGS, samplingOptions, tileOptions } from "./restore_flags.ts";

const PROFILES: readonly ProfileName[] = ["standard", "sen2MtcNew", "sen12MsCr", "cuhkCr"];

/** Flags of `restore` that say how a model restores. */
const SHARED = [
  "dilate",
  "feather",
  "showClouds",
  "seed",
  "steps",
  "sampler",
  "timesteps",
  "frames",
  "fusion",
  "blend",
  "overlap",
  "batch",
  "anyLength",
] as const;

const HOW = Object.fromEntries(SHARED.map((name) => [name, RESTORE_FLAGS[name]])) as Pick<
  typeof RESTORE_FLAGS,
  typeof SHARED[number]
>;

/** Flags of `emrdm evaluate`. */
export const EVALUATE_FLAGS = {
  data: text("What is scored, instead of an operand: JSON, CSV, JSON lines or a folder", "PATH"),
  model: texts("Model file or URL that restores the cloudy dates", "FILE"),
  restored: text("Folder with restored images of another method, NAME.tif for each image", "DIR"),
  method: text("What the restored images are called (default restored)", "NAME"),
  cloudy: texts("Cloudy date of the baselines, where two files are given", "FILE"),
  mask: text("Clouds of the reference, where two files are given: not 0 is hidden", "FILE"),
  reference: count("Date that the clear image depicts, from 0 (default the last)"),
  profile: choice("What the numbers mean (default standard)", PROFILES),
  lpips: texts("Weights of LPIPS: the network's file, and that of its heads", "FILE"),
  reflectanceScale: number(
    "Stored number that stands for reflectance 1 (default 10000, uint8: 255)",
    {
      min: 1e-6,
    },
  ),
  bands: words("Only these bands, in this order (default the models', else the images')"),
  limit: count("Score the first N images of each set only", { min: 1 }),
  size: count("Side of a square in the middle of each image; of synthetic crops", { min: 11 }),
  csv: text(
    "Write a row for each image, method and group of pixels; goes on where it ended",
    "FILE",
  ),
  out: text("Write the whole evaluation as JSON", "FILE"),
  markdown: text("Write its tables as Markdown", "FILE"),
  compare: text("CSV of another evaluation of the same images: paired tests", "FILE"),
  keepClear: toggle(
    "Keep the pixels that the built-in cloud detector finds clear, as restore does",
  ),
  keepMasked: toggle("The same by the masks of the images"),
  samples: count("Ensemble members whose mean is scored (default 1)", { min: 1 }),
  ...HOW,
  calibrate: text(
    "Fit the ensemble spread of --samples to the errors and write the calibrated model; score nothing",
    "FILE",
  ),
  overwrite: toggle("Replace existing files"),
} as const;

/** Their values. */
export type EvaluateValues = FlagValues<typeof EVALUATE_FLAGS>;

/** How models restore, as the flags say it, and those flags for the record. */
export function methodOptions(
  values: EvaluateValues,
  context: Context,
): ModelMethodOptions {
  const { keepClear, keepMasked, samples } = values;
  if (keepClear && keepMasked) {
    throw new UsageError("give --keep-clear or --keep-masked, not both");
  }
  const source = keepClear ? "detector" : keepMasked ? "case" : undefined;
  const { dilate, feather, showClouds } = values;
  const texts = { sampler: values.sampler, timesteps: values.timesteps, fusion: values.fusion };
  const facts = Object.fromEntries(
    Object.entries(texts).filter(([, value]) => value !== undefined),
  );
  return {
    ...samplingOptions(values, context),
    tiles: tileOptions(values),
    mask: source && { source, dilate, feather, fill: !showClouds },
    ensemble: samples === undefined || samples === 1 ? undefined : { samples },
    facts,
  };
}
