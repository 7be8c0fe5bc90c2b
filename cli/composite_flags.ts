/**
 * Flags of `emrdm composite`, which `restore --model none` shares.
 *
 * @module
 */

import { isDay } from "../products/mod.ts";
import { COMPOSITE_METHODS, type CompositeSceneOptions } from "../restoration/mod.ts";
import { COLLECTION_FLAG } from "./collection.ts";
import { choice, type FlagValues, section, text, UsageError } from "./flags.ts";
import { MODEL_FLAGS } from "./model_flags.ts";
import { SHARD, shardOf } from "./restore_flags.ts";
import {
  crsOf,
  fourNumbers,
  INPUT_FLAGS,
  intervalText,
  MASK_FLAGS,
  maskSource,
  meaningOf,
  offsetOf,
  referenceOf,
} from "./scene_flags.ts";
import { toggle, words } from "./flags.ts";

const { input, date, bandNames, s2Offset, window, bbox, bboxCrs, datetime } = INPUT_FLAGS;

/** Flags of `emrdm composite`. */
export const COMPOSITE_FLAGS = {
  ...section("Input", {
    input,
    date,
    reference: text(
      "Date to depict: index from 0, date, or path; all makes an image of every date, none one of the " +
        "period. Default: the last; with --from or --to, none.",
      "DATE",
    ),
    from: text("First day of the dates that are used. Default: all.", "YYYY-MM-DD"),
    to: text("Last day of the dates that are used. Default: all.", "YYYY-MM-DD"),
    bandNames,
    s2Offset,
    window,
    bbox,
    bboxCrs,
    datetime,
    manifest: text("Make the composites of the scenes of a CSV file (see above).", "FILE"),
    shard: SHARD,
    allowLevelMismatch: toggle("Use the built-in detector on surface reflectance (L2A), too."),
  }),
  ...section("Composite", {
    method: choice(
      "How the dates become one image (see above). Default: composite; of a period, geomedian.",
      COMPOSITE_METHODS,
    ),
  }),
  ...MASK_FLAGS,
  ...section("Cloud mask", { dilate: MODEL_FLAGS.dilate, feather: MODEL_FLAGS.feather }),
  ...section("Output", {
    out: text(
      "GeoTIFF to write; with --reference all, {date} or {name} stands for each. NAME.zarr: a Zarr " +
        "cube of all dates.",
      "FILE",
    ),
    png: text("Also write a picture of the reference before and after.", "FILE"),
    ...COLLECTION_FLAG,
    bands: words("Bands to write. Default: all bands that every date has."),
    overwrite: toggle("Replace existing files."),
  }),
} as const;

/** Values of {@linkcode COMPOSITE_FLAGS}. */
export type CompositeValues = FlagValues<typeof COMPOSITE_FLAGS>;

function dayOf(given: string | undefined, flag: string): string | undefined {
  if (given === undefined || isDay(given)) return given;
  throw new UsageError(`${flag} must be a day such as 2018-03-07, got ${given}`);
}

/** Flags of a composite that `restore` lacks are optional. */
type Given =
  & Omit<
    CompositeValues,
    "from" | "to" | "method" | "out" | "input" | "manifest" | "collection"
  >
  & Partial<Pick<CompositeValues, "from" | "to" | "method">>;

/** Options of a composite, but for its inputs and outputs. */
export function compositeOptions(
  values: Given,
): Omit<CompositeSceneOptions, "inputs" | "write"> {
  const box = fourNumbers(values.window, "--window");
  const { dilate, feather } = values;
  return {
    reference: referenceOf(values.reference),
    from: dayOf(values.from, "--from"),
    to: dayOf(values.to, "--to"),
    method: values.method,
    mask: { dilate, feather, source: maskSource(values), ...meaningOf(values) },
    window: box && { column: box[0], row: box[1], width: box[2], height: box[3] },
    bbox: fourNumbers(values.bbox, "--bbox"),
    bboxCrs: crsOf(values.bboxCrs),
    datetime: intervalText(values.datetime),
    shard: shardOf(values.shard),
    bandNames: values.bandNames,
    bands: values.bands,
    offset: offsetOf(values.s2Offset),
    allowLevelMismatch: values.allowLevelMismatch,
  };
}
