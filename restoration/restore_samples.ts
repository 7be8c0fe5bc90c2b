/**
 * Restores rasters in memory several times with different noise: mean and standard deviation.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { referenceFrame, type RestoreSeriesOptions } from "./restore_series.ts";
import { restoreRows } from "./rows/restore_rows.ts";
import { samplingOf } from "./sampling.ts";
import { networkSceneInMemory } from "./network_scene_in_memory.ts";
import type { EnsembleOptions } from "./scene_options.ts";
import { checkLength } from "./series.ts";

/** Options of {@linkcode restoreSamples}. */
export interface RestoreSamplesOptions extends RestoreSeriesOptions {
  /** Members of the ensemble. */
  readonly ensemble: EnsembleOptions;
}

/** Statistics of an ensemble. */
export interface RestoredSamples {
  /** Mean of the members, a raster as from `restoreSeries`. */
  readonly mean: Raster;
  /**
   * Standard deviation of each pixel and band in the images' unit, float32, calibrated if the card has
   * a calibration of this sampling. NaN where the reference has no data.
   */
  readonly deviation: Raster;
}

/**
 * Restores rasters of one grid several times with different seeds.
 *
 * Steps, sampler and time steps are those of the options, else of the card's `sampling`, else of
 * `defaultSampling`. Each member is the result of `restoreSeries` with its seed and the same sampling,
 * before rounding.
 *
 * @param frames One raster per date.
 * @throws {TypeError} If bands or sizes don't fit the model.
 * @throws {RangeError} If there are fewer than two members, or as `restoreSeries`.
 */
export async function restoreSamples(
  model: Model,
  frames: readonly Raster[],
  options: RestoreSamplesOptions,
): Promise<RestoredSamples> {
  const { length } = frames;
  const { reference = length - 1, anyLength = false, masks, days, ...rest } = options;
  checkLength(model, { length, anyLength });
  const { text: _, ...sampling } = samplingOf(model, options);
  const like = referenceFrame(frames, reference);
  const scene = await networkSceneInMemory(model, frames, {
    ...{ reference, masks, days, signal: options.signal },
  });
  const data = pixelArray(like.dtype, like.data.length);
  const deviations = new Float32Array(like.data.length);
  await restoreRows(model, scene, {
    ...rest,
    ...sampling,
    write({ row, data: rows, deviation }) {
      const at = row * like.width * like.bands.length;
      data.set(rows, at);
      deviations.set(deviation!, at);
    },
  });
  const [nodata] = scene.frames[scene.reference]!.missing;
  return {
    mean: { ...like, data, ...(nodata !== undefined && { nodata }) },
    deviation: { ...like, dtype: "float32", data: deviations, nodata: NaN },
  };
}
