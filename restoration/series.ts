/**
 * Opens dated files of one location as a scene in the units of a model.
 *
 * @module
 */

import { type Radiometry, type SceneFile, sentinel2Radiometry } from "../products/mod.ts";
import { normalizeBand } from "../core/mod.ts";
import { bandReflectanceScale, type Model } from "../model/mod.ts";
import { openAuxiliary } from "./auxiliary.ts";
import { checkLevel } from "./check_level.ts";
import { type DatedFilesOptions, openDates } from "./dated_files.ts";
import { bandIndices, type MissingB10, outputBands } from "./frame_bands.ts";
import { missingOf } from "./missing_values.ts";
import type { Scene, SceneFrame } from "./scene.ts";

/** Options of {@linkcode openSeries}. */
export interface OpenSeriesOptions extends Omit<DatedFilesOptions, "log" | "signal"> {
  /** Bands of the result by name, in this order. Default all bands of the reference that the model has. */
  readonly bands?: readonly string[];
  /** Offset added to digital numbers. Default "auto": the one in the product metadata. */
  readonly offset?: "auto" | number;
  /** Default "error". */
  readonly missingB10?: MissingB10;
  /**
   * Accepts dates of another processing level (L1C, L2A) than that of the model, and the detector on
   * L2A, with a warning. Default false: they are errors.
   */
  readonly allowLevelMismatch?: boolean;
  /**
   * Paths of files with the model's auxiliary bands (SAR, NIR). A band is in one file for all dates, or in
   * one file per date, in the order of `inputs`.
   */
  readonly auxiliary?: readonly string[];
}

/** An open series of dates. */
export interface OpenSeries {
  /** Open files on one grid. */
  readonly scene: Scene;
  /** Days in rising order; undefined where one is unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Paths of the dates; addresses without query strings. */
  readonly paths: readonly string[];
  /** Index among the inputs of each date. */
  readonly inputs: readonly number[];
  /** Open files of the dates. */
  readonly files: readonly SceneFile[];
  /** Radiometry of each date; undefined if the scene's unit isn't reflectance. */
  readonly radiometry: readonly (Radiometry | undefined)[];
  /** Closes all files. */
  close(): Promise<void>;
}

/** B10 of clear air in DN: the median of clear L1C images. */
const CLEAR_B10 = 12;

/** Frame of a file, with the gains and biases that convert to the model's units. */
async function frameOf(
  file: SceneFile,
  { model, missingB10, named, offset, place }: {
    readonly model: Model;
    readonly missingB10: MissingB10;
    readonly named: boolean;
    readonly offset: "auto" | number;
    readonly place: SceneFrame["place"];
  },
): Promise<{ readonly frame: SceneFrame; readonly radiometry: Radiometry | undefined }> {
  const { bands: cardBands } = model.card;
  const bands = bandIndices(file, { model, missingB10, named });
  const scales = cardBands.map(bandReflectanceScale);
  const radiometry = scales.includes(undefined)
    ? undefined
    : await sentinel2Radiometry(file, { offset });
  const per = (values: readonly number[] | undefined, plain: number) =>
    bands.map((index, b) =>
      values === undefined || index === undefined ? plain : values[index]! * scales[b]!
    );
  const b10 = missingB10 === "clear" ? CLEAR_B10 : 0;
  return {
    radiometry,
    frame: {
      file,
      place,
      bands,
      fill: scales.map((scale) => (scale ?? 1) * b10 / 10000),
      gains: per(radiometry?.scales, 1),
      biases: per(radiometry?.offsets, 0),
      missing: missingOf(file.header, cardBands),
    },
  };
}

/** @throws {RangeError} If there are more dates than the model takes, or none. */
export function checkLength(
  { card, modules: { network } }: Model,
  { length, anyLength = false }: { readonly length: number; readonly anyLength?: boolean },
): void {
  if (length === 0) {
    throw new RangeError("Cannot restore: there must be at least one date, got none");
  }
  if (network.temporal && length > card.length && !anyLength) {
    throw new RangeError(
      `Cannot restore: model ${card.name} was trained with at most ${card.length} dates, got ` +
        `${length}; leave out the cloudiest, or allow any length (--any-length)`,
    );
  }
}

/**
 * Opens dated files of one location. Reads only headers, and some pixels for the radiometry.
 *
 * @throws {InputError} If a file cannot be read, lacks a band, lies on another grid than the
 *   reference, or has another processing level than the model.
 * @throws {RangeError} If there is no input, a date isn't a day, the reference matches none or several, or
 *   there are more dates than the model takes.
 */
export async function openSeries(
  model: Model,
  options: OpenSeriesOptions & {
    readonly anyLength?: boolean;
    /** Receives a warning for the first infinite number of a file. */
    readonly log?: (line: string) => void;
    /** Cancels opening and, later, reading. */
    readonly signal?: AbortSignal;
  },
): Promise<OpenSeries> {
  const { inputs, bandNames, bands, offset = "auto", missingB10 = "error", auxiliary = [] } =
    options;
  const { allowLevelMismatch: allow = false, anyLength = false, log = () => {} } = options;
  checkLength(model, { length: inputs.length, anyLength });
  const { open, places, reference, ...dated } = await openDates(options);
  const { files, inputs: order } = dated;
  try {
    const grid = files[reference]!;
    const frames: SceneFrame[] = [];
    const radiometry: (Radiometry | undefined)[] = [];
    for (const [l, file] of files.entries()) {
      const warning = checkLevel(file, { card: model.card, allow });
      if (warning !== undefined) log(`warning: ${warning}`);
      const place = places[l]!;
      const named = bandNames !== undefined;
      const read = await frameOf(file, { model, missingB10, named, offset, place });
      frames.push(read.frame);
      radiometry.push(read.radiometry);
    }
    const extra = await openAuxiliary(grid, { model, paths: auxiliary, order, open });
    return {
      ...dated,
      scene: {
        grid: grid.header,
        frames,
        reference,
        bands: model.card.bands.map(({ name }) => normalizeBand(name)),
        output: outputBands(grid, model, bands),
        reflectanceScale: bandReflectanceScale(model.card.bands[0]!),
        ...(extra && { auxiliary: extra }),
      },
      radiometry,
    };
  } catch (error) {
    await dated.close();
    throw error;
  }
}
