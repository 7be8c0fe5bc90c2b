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
import { chooseDates, type RankedDate } from "./choose_dates.ts";
import { bandIndices, type MissingB10, outputBands } from "./frame_bands.ts";
import { missingOf } from "./missing_values.ts";
import { detects, openDateMasks } from "./date_masks.ts";
import type { MaskOptions } from "./mask_options.ts";
import type { OpenSeries } from "./open_series.ts";
import type { SceneFrame } from "./scene.ts";

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

/** Most dates that a model takes; a mean is made of any number of them. */
function mostDates({ card, modules: { network } }: Model): number {
  return network.temporal && card.modules.mean === undefined ? card.length : Infinity;
}

/** @throws {RangeError} If there are more dates than the model takes, or none. */
export function checkLength(
  model: Model,
  { length, anyLength = false }: { readonly length: number; readonly anyLength?: boolean },
): void {
  if (length === 0) {
    throw new RangeError("Cannot restore: there must be at least one date, got none");
  }
  if (length > mostDates(model) && !anyLength) {
    throw new RangeError(
      `Cannot restore: model ${model.card.name} was trained with at most ${model.card.length} dates, got ` +
        `${length}; leave out the cloudiest, or allow any length (--any-length)`,
    );
  }
}

/** Some dates of a series, in its order. */
function withDates(series: OpenSeries, kept: readonly number[]): OpenSeries {
  const { scene, dates, inputs } = series;
  const of = <T>(values: readonly T[]) => kept.map((l) => values[l]!);
  return {
    ...series,
    scene: {
      ...scene,
      frames: of(scene.frames),
      reference: kept.indexOf(scene.reference),
      ...(scene.auxiliary && { auxiliary: of(scene.auxiliary) }),
    },
    dates: of(dates),
    paths: of(series.paths),
    inputs: of(inputs),
    files: of(series.files),
    radiometry: of(series.radiometry),
    season: { dates, inputs },
  };
}

/** Reasons for choosing a date, as in `2018-07-20 (99 % clear, shows 100 % of what is hidden, 15 days)`. */
function rankText({ dates, paths }: OpenSeries, { date, clear, shows, days }: RankedDate): string {
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const facts = [
    ...(clear === undefined ? [] : [`${percent(clear)} clear`]),
    ...(shows === undefined ? [] : [`shows ${percent(shows)} of what is hidden`]),
    ...(days === undefined ? [] : [`${Math.abs(days)} days`]),
  ].join(", ");
  return (dates[date] ?? paths[date]!) + (facts === "" ? "" : ` (${facts})`);
}

/** The reference and the dates of a longer season that help the model most. */
async function withBestDates(
  model: Model,
  series: OpenSeries,
  options: Parameters<typeof openSeries>[1],
): Promise<OpenSeries> {
  const { mask: { source = "auto", ...mask } = {}, log = () => {}, signal } = options;
  const { scene, dates } = series;
  // Without a mask of its own, a scene that the detector can't judge is ranked by days and fit alone.
  const opened = options.mask?.source === undefined && !detects(scene)
    ? undefined
    : await openDateMasks(series, {
      mask: { ...mask, source },
      model,
      isEach: false,
      isQuick: true,
      allowLevelMismatch: options.allowLevelMismatch || options.mask?.source === undefined,
      // Nine parts of the scene are looked at.
      isLook: true,
      ...(signal && { signal }),
    });
  try {
    const count = mostDates(model) - 1;
    const { chosen: best, looked } = await chooseDates(series, {
      masks: opened?.masks,
      count,
      signal,
      until: options.until,
    });
    log(
      `${dates.length} dates, of which model ${model.card.name} takes ${
        count + 1
      }: uses the reference ` +
        `and ${best.map((one) => rankText(series, one)).join(", ")}; --any-length uses all` +
        (looked === 1
          ? ""
          : `; judged by ${Math.round(100 * looked)} % of what a restoration reads`),
    );
    return withDates(
      series,
      [scene.reference, ...best.map(({ date }) => date)].toSorted((a, b) => a - b),
    );
  } finally {
    await opened?.close();
  }
}

/**
 * Opens dated files of one location. Reads only headers, and some pixels for the radiometry.
 *
 * Of more dates than the model takes, it uses the reference and those that help most: that show what
 * the reference hides, fit it and are near in time.
 *
 * @throws {InputError} If a file cannot be read, lacks a band, lies on another grid than the
 *   reference, or has another processing level than the model.
 * @throws {RangeError} If there is no input, a date isn't a day, or the reference matches none or several.
 */
export async function openSeries(
  model: Model,
  options: OpenSeriesOptions & {
    readonly anyLength?: boolean;
    /** Masks by which dates of a longer season are ranked. Default "auto". */
    readonly mask?: MaskOptions;
    /** Time of `performance.now()` by which dates of a longer season are chosen. Default none. */
    readonly until?: number;
    /** Receives a warning for the first infinite number of a file. */
    readonly log?: (line: string) => void;
    /** Cancels opening and, later, reading. */
    readonly signal?: AbortSignal;
  },
): Promise<OpenSeries> {
  const { inputs, bandNames, bands, offset = "auto", missingB10 = "error", auxiliary = [] } =
    options;
  const { allowLevelMismatch: allow = false, anyLength = false, log = () => {} } = options;
  const isLong = inputs.length > mostDates(model) && !anyLength;
  checkLength(model, { length: inputs.length, anyLength: true });
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
    const series = {
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
    return isLong ? await withBestDates(model, series, options) : series;
  } catch (error) {
    await dated.close();
    throw error;
  }
}
