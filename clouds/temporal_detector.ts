/**
 * Clouds and shadows on every date of a place, by comparing each date with the others.
 *
 * A survey reads the scene once, in blocks of any size, and keeps a sample of pixels at absolute
 * positions. Its fit classifies any window with a margin, so windows give the classes of the whole.
 * docs/cloud_detector.md lists the rules and their accuracy.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { detectClouds, DETECTOR_MARGIN } from "./detect_clouds.ts";
import { atmosphereLook, type ReflectanceLevel } from "./surface_look.ts";
import { classScores } from "./time/classifier.ts";
import { CLASSIFIER } from "./time/classifier_weights.ts";
import { PAIR_CLASSIFIER } from "./time/pair_weights.ts";
import { compareDates } from "./time/compare.ts";
import { fitDates, type TimeFit } from "./time/fit.ts";
import { blocksOf, type Pixels, type Radiometry } from "./time/pixels.ts";
import { sceneSample } from "./time/sample.ts";
import { aloneOf } from "./time/alone.ts";
import { type UsedBands, usedBands } from "./time/signatures.ts";
import { fullClasses, ODDS } from "./time/full_classes.ts";
import { TRAIT_RADIUS } from "./time/traits.ts";

/** One date of a {@linkcode surveyClouds}. */
export interface SurveyedDate {
  /** Day of the acquisition, counted from any start. Default: 15 days after the date before. */
  readonly day?: number;
  /** Scale of each band: reflectance = stored · scale + offset. Default 1/10000. */
  readonly scales?: readonly number[];
  /** Offset of each band, in reflectance. Default 0. */
  readonly offsets?: readonly number[];
  /** Level of the reflectance. Default "L1C". */
  readonly level?: ReflectanceLevel;
}

/** Options of {@linkcode surveyClouds}. */
export interface SurveyCloudsOptions {
  /** Columns of the scene. */
  readonly width: number;
  /** Rows of the scene. */
  readonly height: number;
  /** Bands of every date. Blue, green, red and near infrared are required. */
  readonly bands: readonly string[];
  /** The dates, in the order of the frames. */
  readonly dates: readonly SurveyedDate[];
  /** Pixel size in metres, > 0, for dates that are classified on their own. Default 10. */
  readonly pixelSize?: number;
}

/** A block of the scene on every date. */
export interface SurveyBlock {
  /** Column of the block's first pixel in the scene. */
  readonly column: number;
  /** Row of the block's first pixel in the scene. */
  readonly row: number;
  /** One raster for each date, of equal size. */
  readonly frames: readonly Raster[];
}

/** Statistics of a scene for {@linkcode detectInTime}; plain data. */
export interface TemporalFit {
  /** Options of the survey. */
  readonly options: SurveyCloudsOptions;
  /** Statistics of the comparison; undefined: every date is classified on its own. */
  readonly time: TimeFit | undefined;
  /** Pixels around a window on which its classes depend. */
  readonly margin: number;
  /** Sentences about fallbacks, for people. */
  readonly notes: readonly string[];
}

/** A pass over a scene that collects what {@linkcode detectInTime} needs. */
export interface CloudSurvey {
  /** Adds a block; blocks may come in any order and overlap. */
  add(block: SurveyBlock): void;
  /** Fits the statistics. */
  finish(): TemporalFit;
}

/** Position of a window in the scene. */
export interface WindowOrigin {
  /** Column of the window's first pixel. Default 0. */
  readonly column?: number;
  /** Row of the window's first pixel. Default 0. */
  readonly row?: number;
}

/** Window of {@linkcode detectInTime}. */
export interface DetectedWindow extends WindowOrigin {
  /** Indices of the dates that are classified; the others only serve them. Default all. */
  readonly dates?: readonly number[];
}

/** Fewest dates that are compared. */
export const FEWEST_DATES = 2;
/** Pixels around a window on which its classes depend: two for each block that a trait reads. */
const TIME_MARGIN = 2 * (TRAIT_RADIUS + 4);
/** Number of dates for which the rules for a single date count too. */
const PAIR = 2;
/**
 * Odds from which a pixel of two dates is flagged. Composites of two dates gain from more of the other
 * date's ground, and real seasons differ more than those of the fit.
 */
const PAIR_ODDS = 2;
/** The same pixels for two dates: the rules read further, and traits their judgement of 11×11 blocks. */
const PAIR_MARGIN = DETECTOR_MARGIN + 2 * 8;

/** Radiometry of each date with the look of top-of-atmosphere reflectance. */
function radiometryOf({ bands, dates }: SurveyCloudsOptions): readonly Radiometry[] {
  return dates.map((date) => {
    const {
      scales = bands.map(() => 1e-4),
      offsets = bands.map(() => 0),
      level = "L1C",
    } = date;
    for (const [name, list] of Object.entries({ scales, offsets })) {
      if (list.length !== bands.length || !list.every(Number.isFinite)) {
        throw new RangeError(
          `Cannot survey clouds: ${name} must have one finite value for each of ` +
            `${bands.length} bands, got ${list.join(", ")}`,
        );
      }
    }
    return atmosphereLook(bands, { scales, offsets, level });
  });
}

function checkFrames(frames: readonly Raster[], { dates, bands }: SurveyCloudsOptions): Raster {
  if (frames.length !== dates.length) {
    throw new RangeError(
      `Cannot compare dates for clouds: there must be one raster for each of ${dates.length} ` +
        `dates, got ${frames.length}`,
    );
  }
  const [first] = frames as [Raster];
  for (const { width, height, bands: own } of frames) {
    if (width !== first.width || height !== first.height || own.join() !== bands.join()) {
      throw new RangeError(
        `Cannot compare dates for clouds: every raster must have ${first.width}×${first.height} ` +
          `pixels of ${bands.join(", ")}, got ${width}×${height} of ${own.join(", ")}`,
      );
    }
  }
  return first;
}

/**
 * Starts a survey of the scene's clouds.
 *
 * With a single date, or if no date shows clear ground, the fit says so in its notes, and
 * every date is classified by the rules of {@linkcode detectClouds}.
 *
 * @throws {RangeError} If blue, green, red or near infrared is missing although there are two dates
 *   or more, or if a list of scales or offsets does not fit the bands.
 */
export function surveyClouds(options: SurveyCloudsOptions): CloudSurvey {
  const { width, height, bands, dates } = options;
  const radiometry = radiometryOf(options);
  const single = (note: string): TemporalFit => ({
    options,
    time: undefined,
    margin: DETECTOR_MARGIN,
    notes: [note],
  });
  if (dates.length < FEWEST_DATES) {
    return {
      add() {},
      finish: () =>
        single(
          `clouds are found on each date alone: a comparison needs ${FEWEST_DATES} dates, got ` +
            dates.length,
        ),
    };
  }
  const used = usedBands(bands);
  const sample = sceneSample({ width, height, bands, dates: dates.length });
  return {
    add(block) {
      checkFrames(block.frames, options);
      sample.add(block);
    },
    finish() {
      const time = fitDates(blocksOf(sample.frames, { used, radiometry }), {
        signatures: used.signatures,
        days: dates.map(({ day }, t) => day ?? 15 * t),
      });
      if (time === undefined) {
        return single("clouds are found on each date alone: no date shows enough clear ground");
      }
      const margin = dates.length > PAIR ? TIME_MARGIN : PAIR_MARGIN;
      return { options, time, margin, notes: [] };
    },
  };
}

/** Blocks of a window, and a function that computes their traits on a date: [traits][blocks]. */
export function traitsInTime(
  frames: readonly Raster[],
  { options, time }: TemporalFit,
  { dates: wanted = [...frames.keys()], ...origin }: DetectedWindow = {},
): { readonly traits: (date: number) => readonly Float32Array[]; readonly pixels: Pixels } {
  const { width, height } = checkFrames(frames, options);
  const used = usedBands(options.bands);
  const pixels = blocksOf(frames, { used, radiometry: radiometryOf(options), ...origin });
  const { signatures } = used;
  const { column = 0, row = 0 } = origin;
  const shape = { width, height, left: column & 1, top: row & 1 };
  const alone = frames.length > PAIR ? undefined : frames.map((frame, t) => {
    const bands = pickBands(frame, used);
    return aloneOf(detectAlone(bands, { options: forBands(options, used), date: t }), shape);
  });
  const comparing = { fit: time!, signatures, wanted, ...(alone && { alone }) };
  return { traits: compareDates(pixels, comparing), pixels };
}

/** A raster of the bands that are compared, which all that a class depends on comes from. */
function pickBands(raster: Raster, { indices }: UsedBands): Raster {
  const depth = raster.bands.length;
  if (indices.length === depth) return raster;
  const data = new Float32Array(raster.width * raster.height * indices.length);
  for (let i = 0, to = 0; i < data.length / indices.length; i++) {
    for (const b of indices) data[to++] = raster.data[i * depth + b]!;
  }
  return { ...raster, bands: indices.map((b) => raster.bands[b]!), dtype: "float32", data };
}

/** The options for the bands that are compared. */
function forBands(options: SurveyCloudsOptions, { indices }: UsedBands): SurveyCloudsOptions {
  const picked = (list: readonly number[] | undefined) => list && indices.map((b) => list[b]!);
  return {
    ...options,
    bands: indices.map((b) => options.bands[b]!),
    dates: options.dates.map(({ scales, offsets, ...date }) => ({
      ...date,
      ...(scales && { scales: picked(scales)! }),
      ...(offsets && { offsets: picked(offsets)! }),
    })),
  };
}

/** Classes of one date by the rules for a single date. */
function detectAlone(
  raster: Raster,
  { options: { bands, dates, pixelSize }, date }: {
    readonly options: SurveyCloudsOptions;
    readonly date: number;
  },
): Uint8Array {
  const { scales = bands.map(() => 1e-4), offsets, level } = dates[date]!;
  return detectClouds(raster, {
    scales,
    ...(offsets === undefined ? {} : { offsets }),
    ...(level === undefined ? {} : { level }),
    ...(pixelSize === undefined ? {} : { pixelSize }),
  });
}

/**
 * Finds clouds and shadows in a window of every date.
 *
 * @param frames One raster for each date. The classes of the pixels within `fit.margin` of a border
 *   that is not the scene's differ from those of the whole.
 * @param window Position of the window in the scene, whose blocks of 2×2 pixels are compared. Needed
 *   where its column or row is odd.
 * @returns Classes of `CLOUD_CLASSES` of each date that is classified, [height, width]; 255 where it
 *   has no data.
 * @throws {RangeError} If the rasters do not fit the survey.
 */
export function detectInTime(
  frames: readonly Raster[],
  fit: TemporalFit,
  window: DetectedWindow = {},
): readonly Uint8Array[] {
  const { options, time } = fit;
  const { column = 0, row = 0, dates: wanted = [...frames.keys()] } = window;
  if (time === undefined) {
    checkFrames(frames, options);
    return wanted.map((date) => detectAlone(frames[date]!, { options, date }));
  }
  const { traits, pixels } = traitsInTime(frames, fit, window);
  const [{ width, height }] = frames as [Raster];
  return wanted.map((t) => {
    const { known, seen } = pixels.dates[t]!;
    const scores = classScores(
      traits(t),
      known,
      frames.length > PAIR ? CLASSIFIER : PAIR_CLASSIFIER,
    );
    return fullClasses(scores, {
      known,
      seen,
      width,
      height,
      left: column & 1,
      top: row & 1,
      odds: frames.length > PAIR ? ODDS : PAIR_ODDS,
    });
  });
}
