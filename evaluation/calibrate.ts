/**
 * Calibration of the ensemble spread on data with truth: a factor that scales it to the error, and the
 * error floor where all members agree.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { CardCalibration, Model, ModelCard } from "../model/mod.ts";
import { restoreSamples, type RestoreSamplesOptions } from "../restoration/mod.ts";
import { fitDeviations } from "./fit_deviations.ts";
import { type ErrorPairs, type Reliability, reliability } from "./reliability.ts";

/** Cloudy dates with their clear image. */
export interface CalibrationCase {
  /** The dates, with the model's bands. */
  readonly cloudy: readonly Raster[];
  /** Index of the date that the target depicts. Default: the last. */
  readonly reference?: number;
  /** Clear image of the reference date. */
  readonly target: Raster;
  /** Pixels that count: 1 under cloud on the reference date, [height, width]. Default: all. */
  readonly mask?: ArrayLike<number>;
  /** Cloud masks that are filled in the model input, see `restoreSeries`. */
  readonly masks?: readonly Uint8Array[];
}

/** Options of {@linkcode calibrate} and {@linkcode errorPairs}. */
export interface CalibrateOptions
  extends Omit<RestoreSamplesOptions, "ensemble" | "sampler" | "timesteps" | "steps" | "masks"> {
  /** Ensemble members per restoration. Default 8. */
  readonly samples?: number;
}

/** Result of a calibration. */
export interface Calibrated {
  /** The card with the calibration and the sampling that it applies to. */
  readonly card: ModelCard;
  /** The fitted factor and floors. */
  readonly calibration: CardCalibration;
  /** Reliability of the raw ensemble spread. */
  readonly before: Reliability;
  /** Reliability of the calibrated standard deviation. */
  readonly after: Reliability;
}

/**
 * Single calibration factor: the root mean square of the errors over that of the ensemble spread.
 * {@linkcode calibrate} adds a floor, because small spreads need a larger factor than large ones.
 *
 * @throws {RangeError} If no standard deviation is above 0.
 */
export function fitCalibration(images: Iterable<ErrorPairs>): number {
  const { ratio } = reliability(images, { bins: 1 });
  return ratio;
}

/**
 * Raw ensemble spread and errors of cases with truth, in the images' unit, without the card's
 * calibration.
 */
export async function errorPairs(
  model: Model,
  cases: Iterable<CalibrationCase> | AsyncIterable<CalibrationCase>,
  { samples = 8, ...options }: CalibrateOptions = {},
): Promise<readonly ErrorPairs[]> {
  const { calibration: _, ...card } = model.card;
  const plain = { ...model, card };
  const images: ErrorPairs[] = [];
  for await (const { cloudy, target, mask, masks, reference = cloudy.length - 1 } of cases) {
    const { mean, deviation } = await restoreSamples(plain, cloudy, {
      ...options,
      masks,
      reference,
      ensemble: { samples },
    });
    const { nodata = NaN, data: truth, bands: { length: channels } } = target;
    const error = Float32Array.from(
      mean.data,
      (value, i) => truth[i] === nodata ? NaN : value - truth[i]!,
    );
    images.push({ deviation: deviation.data, error, channels, ...(mask && { mask }) });
  }
  return images;
}

/**
 * Calibrates a model on cases with truth. Use cases that are neither training nor test data.
 *
 * @param data Description of the cases, written into the card.
 * @throws {RangeError} If no pixel counts, or as `restoreSamples`.
 */
export async function calibrate(
  model: Model,
  cases: Iterable<CalibrationCase> | AsyncIterable<CalibrationCase>,
  { data, ...options }: CalibrateOptions & { readonly data: string },
): Promise<Calibrated> {
  const images = await errorPairs(model, cases, options);
  const { sampling } = model.modules.ensemble;
  const { factor, floor } = fitDeviations(images, { bands: model.card.bands.length });
  const { samples = 8 } = options;
  const calibration = { factor, floor, samples, sampling, data };
  return {
    card: { ...model.card, sampling, calibration },
    calibration,
    before: reliability(images),
    after: reliability(
      images.map((image) => ({
        ...image,
        deviation: Float32Array.from(
          image.deviation,
          (value, i) => Math.hypot(factor * value, floor[i % floor.length]!),
        ),
      })),
    ),
  };
}
