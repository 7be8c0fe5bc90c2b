/**
 * What makes deviations as large as errors are, measured on data with truth: a factor, and the floor that
 * errors have where samples agree.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { CardCalibration, Model, ModelCard } from "../model/mod.ts";
import { restoreSamples, type RestoreSamplesOptions } from "../restoration/mod.ts";
import { fitDeviations } from "./fit_deviations.ts";
import { type ErrorPairs, type Reliability, reliability } from "./reliability.ts";

/** A place with its truth. */
export interface CalibrationCase {
  /** The dates, bands as the model's. */
  readonly cloudy: readonly Raster[];
  /** The date that the target depicts. Default the last. */
  readonly reference?: number;
  readonly target: Raster;
  /** 1 where the reference is hidden, [height, width]. Default everywhere. */
  readonly mask?: ArrayLike<number>;
  /** Clouds of the dates that the model is not shown, see `restoreSeries`. */
  readonly hide?: readonly Uint8Array[];
}

/** Options of {@linkcode calibrate} and {@linkcode errorPairs}. */
export interface CalibrateOptions
  extends
    Omit<RestoreSamplesOptions, "samples" | "seeds" | "sampler" | "timesteps" | "steps" | "hide"> {
  /** Samples of each restoration. Default 8. */
  readonly samples?: number;
}

/** What a calibration finds. */
export interface Calibrated {
  /** The card with the calibration, and with the sampling that it is for. */
  readonly card: ModelCard;
  readonly calibration: CardCalibration;
  /** Over the hidden pixels, with the deviations as samples spread, and calibrated. */
  readonly before: Reliability;
  readonly after: Reliability;
}

/**
 * One factor, observed / predicted: the root mean square of the errors over that of the deviations; what
 * deviations must be multiplied by to be as large as the errors on the whole. {@linkcode calibrate} has a
 * floor beside it, as small deviations need a larger factor than large ones.
 *
 * @throws {RangeError} If no deviation is above 0.
 */
export function fitCalibration(images: Iterable<ErrorPairs>): number {
  const { ratio } = reliability(images, { bins: 1 });
  return ratio;
}

/**
 * Deviations and errors of places with truth, in the images' unit, as samples spread: without the
 * card's factor.
 */
export async function errorPairs(
  model: Model,
  cases: Iterable<CalibrationCase> | AsyncIterable<CalibrationCase>,
  { samples = 8, ...options }: CalibrateOptions = {},
): Promise<readonly ErrorPairs[]> {
  const { calibration: _, ...card } = model.card;
  const plain = { ...model, card };
  const images: ErrorPairs[] = [];
  for await (const { cloudy, target, mask, hide, reference = cloudy.length - 1 } of cases) {
    const { mean, deviation } = await restoreSamples(plain, cloudy, {
      ...options,
      ...(hide && { hide }),
      reference,
      samples,
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
 * Measures a calibration on places with truth that the model was not trained on and that are not those
 * it is judged by.
 *
 * @param data What the places are, in plain words: it is written into the card.
 * @throws {RangeError} If there is no hidden pixel, or as `restoreSamples`.
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
