/**
 * Flags of `emrdm restore`.
 *
 * @module
 */

import { arrayShard } from "../archives/mod.ts";
import { COLLECTION_FLAG } from "./collection.ts";
import type { Context } from "./command.ts";
import {
  choice,
  type FlagValues,
  kebab,
  section,
  text,
  toggle,
  UsageError,
  words,
} from "./flags.ts";
import { INPUT_FLAGS, SCENE_FLAGS, sceneOptions } from "./scene_flags.ts";

/** Flag of a part of the work. */
export const SHARD = text(
  "Part I of N: of the rows of a scene, or of the scenes of a manifest. auto, auto/N and " +
    "auto/FIRST-LAST take I from the array job (Slurm, Kubernetes, AWS Batch, Grid Engine, PBS).",
  "I/N",
);

/** Flags of `emrdm restore`. */
export const RESTORE_FLAGS = {
  ...INPUT_FLAGS,
  ...section("Input", {
    manifest: text("Restore the scenes of a CSV file (see above).", "FILE"),
    shard: SHARD,
  }),
  ...section("Output", {
    out: text(
      "GeoTIFF to write; with --reference all, {date} or {name} stands for each. NAME.zarr: a Zarr " +
        "cube of all dates.",
      "FILE",
    ),
    png: text("Also write a picture of the reference before and after.", "FILE"),
    ...COLLECTION_FLAG,
    bands: words("Bands to write. Default: all bands of the input that the model restores."),
    dryRun: toggle("Estimate tiles, time, memory and disk usage; write nothing."),
  }),
  ...SCENE_FLAGS,
  ...section("Sampling", {
    mean: choice(
      "With --model none, what is written: the composite of the dates. The mean of a model is part of " +
        "the model.",
      ["cloudy", "composite"],
    ),
    choose: toggle(
      "With --self-check: take the composite of the dates in place of the model's result where the " +
        "check finds it better.",
    ),
  }),
} as const;

/** Values of {@linkcode RESTORE_FLAGS}. */
export type RestoreValues = FlagValues<typeof RESTORE_FLAGS>;

/** Part of a whole, as `2/4` or by the number of an array job. @throws {UsageError | RangeError} If it isn't one. */
export function shardOf(given: string | undefined) {
  if (given === undefined) return undefined;
  if (given.startsWith("auto")) return arrayShard(given, (name) => Deno.env.get(name));
  const found = /^(\d+)\/(\d+)$/.exec(given);
  const [index, of] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || index < 1 || index > of) {
    throw new UsageError(`--shard must be i/n with 1 ≤ i ≤ n, or auto, got ${given}`);
  }
  return { index, count: of };
}

/** Flags that a composite without a model has no use for. */
const MODEL_ONLY = [
  ...["dryRun", "auxiliary", "missingB10", "samples", "selfCheck", "choose", "seed"],
  "steps",
  ...["sampler", "timesteps", "frames", "fusion", "anyLength", "blend", "overlap", "batch"],
  "showClouds",
] as const;

/**
 * Returns true if the composite alone is wanted (`--model none`).
 *
 * @throws {UsageError} If flags contradict each other.
 */
export function isWithoutModel(values: RestoreValues): boolean {
  const { model, mean } = values;
  if (model !== "none") {
    if (mean !== "composite") return false;
    throw new UsageError(
      "--mean composite requires --model none: the mean of a model is part of the model",
    );
  }
  if (mean === "cloudy") throw new UsageError("--model none requires --mean composite");
  const flag = MODEL_ONLY.find((name) => {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
  if (flag === undefined) return true;
  throw new UsageError(`--${kebab(flag)} is for models; leave it out with --model none`);
}

/** Options of every scene that is restored. */
export function restoreOptions(values: RestoreValues, context: Context) {
  if (values.choose && !values.selfCheck) throw new UsageError("--choose requires --self-check");
  return {
    ...sceneOptions(values, context),
    choose: values.choose,
    bands: values.bands,
    shard: shardOf(values.shard),
  };
}
