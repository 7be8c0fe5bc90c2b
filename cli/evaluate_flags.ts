/**
 * Flags of `emrdm evaluate`.
 *
 * @module
 */

import type { ModelMethodOptions } from "../evaluation/mod.ts";
import type { ProfileName } from "../metrics/mod.ts";
import type { Context } from "./command.ts";
import { defined } from "./defined.ts";
import {
  choice,
  count,
  type FlagValues,
  number,
  section,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "./flags.ts";
import { maskOptions, MODEL_FLAGS, modelOptions } from "./model_flags.ts";

const PROFILES: readonly ProfileName[] = ["standard", "sen2MtcNew", "sen12MsCr", "cuhkCr"];

/** Flags of `emrdm evaluate`. */
export const EVALUATE_FLAGS = {
  ...section("Images", {
    data: text("Images to score, instead of an operand: folder, CSV, JSON lines or JSON.", "PATH"),
    restored: text("Folder with restored images of another method: NAME.tif per image.", "DIR"),
    method: text("Name of the method that restored them. Default: restored.", "NAME"),
    cloudy: texts("Cloudy date for the baselines, if two files are given.", "FILE"),
    mask: text("Cloud mask of the reference, if two files are given: cloud is not 0.", "FILE"),
    reference: count("Index of the date that the clear image depicts. Default: the last."),
    reflectanceScale: number(
      "Digital number of reflectance 1. Default: 10000, for uint8 files 255.",
      { min: 1e-6 },
    ),
    bands: words("Bands to score, in this order. Default: the models', else the images'."),
    limit: count("Score only the first N images of each set.", { min: 1 }),
    size: count(
      "Side in pixels of the square scored in the middle of each image, and of synthetic crops.",
      { min: 11 },
    ),
  }),
  ...section("Scores", {
    profile: choice("Definition of the scores. Default: standard.", PROFILES),
    lpips: texts("Weights of LPIPS: file of the network, and file of its heads.", "FILE"),
    compare: text("Paired tests against this CSV of another evaluation of the images.", "FILE"),
  }),
  ...section("Output", {
    csv: text("Write a row per image, method and group of pixels; resumes if it exists.", "FILE"),
    out: text("Write the whole evaluation as JSON.", "FILE"),
    markdown: text("Write its tables as Markdown.", "FILE"),
    overwrite: toggle("Replace existing files."),
  }),
  ...section("Model", {
    model: texts("Model to score: file or URL.", "FILE"),
    calibrate: text(
      "Fit the ensemble spread of --samples to the errors and write the calibrated model; score " +
        "nothing.",
      "FILE",
    ),
  }),
  ...section("Cloud mask", {
    keepClear: toggle("Keep the pixels that the built-in detector finds clear, as in restore."),
    keepMasked: toggle("Keep the pixels that the masks of the images have as clear."),
  }),
  ...section("Sampling", {
    samples: count("Ensemble members, whose mean is scored. Default: 1.", { min: 1 }),
  }),
  ...MODEL_FLAGS,
} as const;

/** Values of {@linkcode EVALUATE_FLAGS}. */
export type EvaluateValues = FlagValues<typeof EVALUATE_FLAGS>;

/** Options of the models, with the modules as they were given for the record. */
export function methodOptions(
  values: EvaluateValues,
  context: Context,
): ModelMethodOptions {
  const { keepClear, keepMasked, samples, sampler, timesteps, fusion } = values;
  if (keepClear && keepMasked) {
    throw new UsageError("--keep-clear and --keep-masked exclude each other");
  }
  const source = keepClear ? "detector" : keepMasked ? "case" : undefined;
  return {
    ...modelOptions(values, context),
    mask: source && { ...maskOptions(values), source },
    ensemble: samples === undefined || samples === 1 ? undefined : { samples },
    facts: defined({ sampler, timesteps, fusion }),
  };
}
