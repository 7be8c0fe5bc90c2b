/**
 * Flags of a scene and of how it is restored, which `restore` and `report` share.
 *
 * @module
 */

import type { MaskMeaning } from "../clouds/mod.ts";
import { isDay, timeInterval } from "../products/mod.ts";
import { isKnownCrs } from "../rasters/mod.ts";
import type { MaskNames, SceneOptions } from "../restoration/mod.ts";
import type { Context } from "./command.ts";
import {
  choice,
  count,
  type FlagValues,
  kebab,
  numbers,
  section,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "./flags.ts";
import { maskOptions, MODEL_FLAGS, modelOptions } from "./model_flags.ts";

/** Flags of the images of a scene. */
export const INPUT_FLAGS = section("Input", {
  input: texts(
    "One date: GeoTIFF, folder with a file per band, SAFE or EOPF product, STAC item, or URL. A STAC " +
      "collection, catalog or search result stands for its items.",
    "PATH",
  ),
  date: texts("Date of each input, in the same order. Default: from their names.", "YYYY-MM-DD"),
  reference: text(
    "Date to restore: index from 0, date, or path; restore takes all for every date. Default: the " +
      "last.",
    "DATE",
  ),
  auxiliary: texts("Raster with the model's auxiliary bands (SAR, NIR).", "FILE"),
  bandNames: words("Names of the bands, in file order, for files that do not name them."),
  s2Offset: text(
    "Offset added to Sentinel-2 digital numbers, such as -1000. Default: auto, from the product's " +
      "metadata.",
    "DN",
  ),
  missingB10: choice(
    "Value of band B10 if a product lacks it (L2A): stop with an error, 0 DN, or 12 DN as in " +
      "clear air. Default: error.",
    ["error", "zero", "clear"],
  ),
  allowLevelMismatch: toggle(
    "Restore products of another processing level (L1C, L2A) than that of the model.",
  ),
  window: numbers("Restore only this part, in pixels.", "COLUMN,ROW,WIDTH,HEIGHT"),
  bbox: numbers(
    "Restore only this part, in the scene's CRS or that of --bbox-crs; of a STAC catalog, the items " +
      "that touch it are used.",
    "MINX,MINY,MAXX,MAXY",
  ),
  bboxCrs: text("CRS of --bbox, such as EPSG:4326. Default: the scene's.", "CRS"),
  datetime: text(
    "Use only the dates of a day or an interval, such as 2018-05-01/2018-05-31 or ../2018-05-31.",
    "TIME",
  ),
});

/** Flags of the masks of a scene. */
export const MASK_FLAGS = section("Cloud mask", {
  keepClear: toggle("Keep the pixels that the built-in cloud detector finds clear."),
  mask: texts(
    "Keep the pixels that are clear in a mask: a raster of classes, scl (the product's scene " +
      "classification), detector (as --keep-clear), or auto (the product's own mask, else the " +
      "detector). A path with {date} names the mask of every date, a path alone that of the " +
      "reference. Repeated: one for each input, in their order, or each as DATE=FILE.",
    "FILE",
  ),
  maskValues: numbers(
    "Classes of the mask that are cloud or shadow. Default: by the name of the mask (SCL, QA60, " +
      "QA_PIXEL, Fmask, CLM, OmniCloudMask, UDM2), else all but 0.",
  ),
  maskBits: numbers("Bits of the mask that are cloud or shadow, counted from 0."),
  maskAbove: text("Hide where the mask, such as a cloud probability, is above this.", "NUMBER"),
});

/** Flags of a scene and of how it is restored. */
export const SCENE_FLAGS = {
  ...INPUT_FLAGS,
  ...MASK_FLAGS,
  ...section("Sampling", {
    model: text("Model: file or URL. Default: weights/s2-temporal.safetensors.", "FILE"),
    samples: count(
      "Ensemble members, restored with different noise; the result is their mean.",
      {
        min: 2,
      },
    ),
    selfCheck: toggle("Estimate the error on the scene itself by hiding clear parts of it."),
  }),
  ...MODEL_FLAGS,
  ...section("Output", {
    overwrite: toggle("Replace existing files."),
  }),
} as const;

/** Values of {@linkcode SCENE_FLAGS}. */
export type SceneValues = FlagValues<typeof SCENE_FLAGS>;

type Four = readonly [number, number, number, number];

/** Four numbers of a flag. @throws {UsageError} If there are more or fewer. */
export function fourNumbers(values: readonly number[] | undefined, flag: string): Four | undefined {
  if (values === undefined) return undefined;
  const [a, b, c, d] = values;
  if (values.length === 4) return [a!, b!, c!, d!];
  throw new UsageError(`${flag} must be four numbers, got ${values.join(",")}`);
}

/** Offset of digital numbers. */
export function offsetOf(given: string | undefined): "auto" | number | undefined {
  if (given === undefined || given === "auto") return given;
  const value = given.trim() === "" ? NaN : Number(given);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`--s2-offset must be auto or a number such as -1000, got ${given}`);
}

/** A CRS that coordinates can be transformed from. @throws {UsageError} If it is none. */
export function crsOf(given: string | undefined): string | undefined {
  if (given === undefined || isKnownCrs(given)) return given;
  throw new UsageError(
    `--bbox-crs must be an EPSG code of WGS 84 or UTM, such as EPSG:4326, or a PROJ string, got ${given}`,
  );
}

/** A day, time or interval. @throws {UsageError} If it is none. */
export function intervalText(given: string | undefined): string | undefined {
  if (given === undefined) return given;
  try {
    timeInterval(given);
    return given;
  } catch (error) {
    throw new UsageError(`--datetime: ${error instanceof Error ? error.message : error}`);
  }
}

/** The reference: an index of the dates as a number; anything else is a date or a path. */
export function referenceOf(given: string | undefined): number | string | undefined {
  return given !== undefined && /^\d{1,3}$/.test(given) ? Number(given) : given;
}

/** The dates, from operands and flags. @throws {UsageError} If their days are invalid. */
export function inputsOf(
  { input, date }: Pick<SceneValues, "input" | "date">,
  operands: readonly string[],
) {
  const paths = [...operands, ...input];
  if (date.length > 0 && date.length !== paths.length) {
    throw new UsageError(
      `--date must be given for each of ${paths.length} inputs, got ${date.length}`,
    );
  }
  const wrong = date.find((one) => !isDay(one));
  if (wrong !== undefined) {
    throw new UsageError(`--date must be a day such as 2018-03-07, got ${wrong}`);
  }
  return paths.map((path, i) => ({ path, date: date[i] }));
}

/** Values of {@linkcode MASK_FLAGS}. */
type MaskValues = FlagValues<typeof MASK_FLAGS>;

/** Masks of the dates, from the flags. */
export function maskSource(
  { mask, keepClear }: Pick<MaskValues, "mask" | "keepClear">,
): MaskNames | undefined {
  if (keepClear && mask.length > 0) {
    throw new UsageError("--keep-clear and --mask exclude each other");
  }
  return keepClear ? "detector" : mask.length > 1 ? mask : mask[0];
}

/** Meaning of the values of a mask, from the flags. */
export function meaningOf(
  { maskValues, maskBits, maskAbove }: Pick<MaskValues, "maskValues" | "maskBits" | "maskAbove">,
): MaskMeaning {
  const given = { maskValues, maskBits, maskAbove };
  const names = Object.entries(given).filter(([, value]) => value !== undefined);
  if (names.length > 1) {
    throw new UsageError(
      `${names.map(([name]) => `--${kebab(name)}`).join(" and ")} exclude each other`,
    );
  }
  const above = maskAbove === undefined ? undefined : Number(maskAbove);
  if (Number.isNaN(above) || maskAbove?.trim() === "") {
    throw new UsageError(`--mask-above must be a number, got ${maskAbove}`);
  }
  if (maskBits?.some((bit) => !Number.isInteger(bit) || bit < 0 || bit > 31)) {
    throw new UsageError(`--mask-bits must be bits from 0 to 31, got ${maskBits.join(",")}`);
  }
  return { values: maskValues, bits: maskBits, above };
}

/** Options of how a scene is restored. */
export function sceneOptions(values: SceneValues, context: Context): Omit<SceneOptions, "inputs"> {
  const { samples } = values;
  const window = fourNumbers(values.window, "--window");
  const source = maskSource(values);
  return {
    ...modelOptions(values, context),
    mask: { ...maskOptions(values), source, ...meaningOf(values) },
    ensemble: samples === undefined ? undefined : { samples },
    selfCheck: values.selfCheck,
    reference: referenceOf(values.reference),
    auxiliary: values.auxiliary,
    window: window && { column: window[0], row: window[1], width: window[2], height: window[3] },
    bbox: fourNumbers(values.bbox, "--bbox"),
    bboxCrs: crsOf(values.bboxCrs),
    datetime: intervalText(values.datetime),
    bandNames: values.bandNames,
    offset: offsetOf(values.s2Offset),
    missingB10: values.missingB10,
    allowLevelMismatch: values.allowLevelMismatch,
  };
}
