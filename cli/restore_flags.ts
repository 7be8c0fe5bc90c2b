/**
 * The flags of `emrdm restore`, and the options that they stand for.
 *
 * @module
 */

import type { AnyRegistry, BuiltinCatalog } from "../builtins.ts";
import { OptionsError, type Registry } from "../core/mod.ts";
import { isDay } from "../products/mod.ts";
import type { MaskOptions, SceneOptions, TileOptions, WriteOptions } from "../restoration/mod.ts";
import type { Context } from "./command.ts";
import {
  choice,
  count,
  type FlagValues,
  number,
  numbers,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "./flags.ts";

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
      config = JSON.parse(given);
    } catch {
      throw new UsageError(`--${kind} must be a type or JSON, got ${given}`);
    }
  }
  const reader: Registry<BuiltinCatalog> = registry;
  try {
    // The registry checks the options of a type that only it knows.
    return reader.create(kind, config as never);
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(`--${kind}: ${error.message}`);
    throw error;
  }
}

/** A place among the dates as a number; anything else is a date or a path. */
export function referenceOf(given: string | undefined): number | string | undefined {
  return given !== undefined && /^\d{1,3}$/.test(given) ? Number(given) : given;
}

/** Flags of `emrdm restore`. */
export const RESTORE_FLAGS = {
  input: texts("A date: GeoTIFF, folder with a file per band, SAFE product, or URL", "PATH"),
  date: texts("Its date, in the order of the inputs (default what their names say)", "YYYY-MM-DD"),
  out: text("GeoTIFF to write", "FILE"),
  manifest: text("Restore the scenes of a CSV instead (see above)", "FILE"),
  model: text("Model file or URL (default the small model that ships)", "FILE"),
  reference: text("Date to restore: its place from 0, its date, or its path (default the last)"),
  keepClear: toggle("Keep the pixels that the built-in cloud detector finds clear, bit for bit"),
  mask: text("The same by a raster of classes, by scl (the product's own), or by detector", "FILE"),
  maskValues: numbers(
    "Classes of the mask that are cloud or shadow (default all but 0; of a SCL 3,8,9,10)",
  ),
  dilate: count("Pixels by which the mask grows (default 8)"),
  feather: count("Pixels inside the grown mask over which edges fade (default 6)"),
  showClouds: toggle(
    "Keep masked clouds in the model input (default: replaced by the card's cloud fill)",
  ),
  window: numbers("Only this part, in pixels", "COLUMN,ROW,WIDTH,HEIGHT"),
  bbox: numbers("Only this part, in the scene's CRS", "MINX,MINY,MAXX,MAXY"),
  shard: text("Part i of n: of the rows of a scene, or of the scenes of a manifest", "I/N"),
  bands: words("Bands to write, by name (default those of the file that the model restores)"),
  bandNames: words("Names of the files' bands in order, where they do not state them"),
  auxiliary: texts("Raster with the model's auxiliary bands (SAR, NIR)", "FILE"),
  s2Offset: text("What is added to digital numbers (default auto: what the product says)", "DN"),
  missingB10: choice("What stands for B10, which L2A lacks (default error)", [
    "error",
    "zero",
    "clear",
  ]),
  seed: count("Seed of the noise (default 0)"),
  samples: count("Ensemble members: write their mean, and their standard deviation next to it", {
    min: 2,
  }),
  selfCheck: toggle("Hide clear parts, restore them, and say the error to expect (see above)"),
  steps: count("Sampler steps (default the model's)", { min: 1 }),
  sampler: text("Sampler: a type, or JSON with its options (default the model's)", "TYPE|JSON"),
  timesteps: text("Time steps: a type, or JSON (default the model's)", "TYPE|JSON"),
  frames: choice("One denoised image drives all dates, or each by itself", [
    "joint",
    "independent",
  ]),
  fusion: text("How independent dates are combined (default the model's)", "TYPE|JSON"),
  blend: choice("Blend tiles at the end (default), or after every step, so that they agree", [
    "end",
    "steps",
  ]),
  overlap: number("Overlap of tiles, from 0.25 to 0.75 (default 0.25)", { min: 0.25, max: 0.75 }),
  batch: count("Tiles at a time (default 4)", { min: 1 }),
  anyLength: toggle("Allow more dates than the model was trained with"),
  dryRun: toggle("Say what it would take, and write nothing"),
  png: text("Also write a picture before and after", "FILE"),
  overwrite: toggle("Replace existing files"),
} as const;

/** Their values. */
export type RestoreValues = FlagValues<typeof RESTORE_FLAGS>;

function tuple(values: readonly number[] | undefined, name: string): Four | undefined {
  if (values === undefined) return undefined;
  if (values.length !== 4) {
    throw new UsageError(`${name} needs four numbers, got ${values.join(",")}`);
  }
  return values as unknown as Four;
}

type Four = readonly [number, number, number, number];

function shardOf(given: string | undefined) {
  if (given === undefined) return undefined;
  const found = /^(\d+)\/(\d+)$/.exec(given);
  const [index, of] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || index < 1 || index > of) {
    throw new UsageError(`--shard must be i/n with 1 ≤ i ≤ n, got ${given}`);
  }
  return { index, count: of };
}

function offsetOf(given: string | undefined): "auto" | number | undefined {
  if (given === undefined || given === "auto") return given;
  const value = given.trim() === "" ? NaN : Number(given);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`--s2-offset must be auto or a number as -1000, got ${given}`);
}

/** The dates that are given, by operand and by flag. @throws {UsageError} If their days are wrong. */
export function inputsOf({ input, date }: RestoreValues, operands: readonly string[]) {
  const paths = [...operands, ...input];
  if (date.length > 0 && date.length !== paths.length) {
    throw new UsageError(`give a --date for each of ${paths.length} inputs, got ${date.length}`);
  }
  const wrong = date.find((one) => !isDay(one));
  if (wrong !== undefined) {
    throw new UsageError(`--date must be a day, as 2018-03-07, got ${wrong}`);
  }
  return paths.map((path, i) => ({ path, ...(date[i] !== undefined && { date: date[i] }) }));
}

type SamplingValues = Pick<
  RestoreValues,
  "seed" | "steps" | "sampler" | "timesteps" | "frames" | "fusion" | "anyLength"
>;

/** Sampling options of flags. */
export function samplingOptions(
  { seed, steps, sampler, timesteps, frames, fusion, anyLength }: SamplingValues,
  { registry }: Pick<Context, "registry">,
) {
  return {
    seed,
    steps,
    sampler: moduleOf(registry, "sampler", sampler),
    timesteps: moduleOf(registry, "timesteps", timesteps),
    frames,
    fusion: moduleOf(registry, "fusion", fusion),
    anyLength,
  };
}

/** Tile options of flags. */
export function tileOptions(
  { overlap, batch, blend }: Pick<RestoreValues, "overlap" | "batch" | "blend">,
): TileOptions {
  return { overlap, batch, blend };
}

/** Mask options of flags. */
function maskOptions(
  { keepClear, mask, maskValues, dilate, feather, showClouds }: RestoreValues,
): MaskOptions {
  if (keepClear && mask !== undefined) {
    throw new UsageError("give --keep-clear or --mask, not both");
  }
  const source = keepClear ? "detector" : mask;
  return { source, values: maskValues, dilate, feather, fill: !showClouds };
}

/** Options that the flags set for every scene. */
export function optionsOf(
  values: RestoreValues,
  context: Pick<Context, "registry">,
): Omit<SceneOptions, "inputs"> & { readonly write: Pick<WriteOptions, "overwrite"> } {
  const { window, samples, overwrite } = values;
  const [column, row, width, height] = tuple(window, "--window") ?? [];
  return {
    ...samplingOptions(values, context),
    tiles: tileOptions(values),
    mask: maskOptions(values),
    ensemble: samples === undefined ? undefined : { samples },
    selfCheck: values.selfCheck,
    window: window && { column: column!, row: row!, width: width!, height: height! },
    bbox: tuple(values.bbox, "--bbox"),
    shard: shardOf(values.shard),
    bands: values.bands,
    bandNames: values.bandNames,
    offset: offsetOf(values.s2Offset),
    missingB10: values.missingB10,
    auxiliary: values.auxiliary,
    reference: referenceOf(values.reference),
    write: { overwrite },
  };
}
