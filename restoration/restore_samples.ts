/**
 * Restoring rasters in memory many times: what the model makes of them on average, and how far it is
 * sure.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { withoutClouds } from "./hide_clouds.ts";
import { restoreRows } from "./rows/restore_rows.ts";
import type { RestoreSeriesOptions } from "./restore_series.ts";
import { samplingOf, type SamplingOptions } from "./sampling.ts";
import { sceneInMemory } from "./scene_in_memory.ts";
import { checkLength } from "./series.ts";

/** Options of {@linkcode restoreSamples}. */
export type RestoreSamplesOptions =
  & RestoreSeriesOptions
  & Pick<SamplingOptions, "samples" | "seeds">;

/** What samples say together. */
export interface RestoredSamples {
  /** Their mean, a raster as `restoreSeries` gives it. */
  readonly mean: Raster;
  /**
   * Standard deviation of each pixel and band in the images' unit, float32; by the card's
   * calibration, where that is of this sampling. NaN where the reference has no data.
   */
  readonly deviation: Raster;
}

/**
 * Restores rasters of one grid n times with different seeds.
 *
 * How samples are drawn (steps, churn) is what the options say, else the card's `sampling`, else
 * `defaultSampling`. The seeds follow from `seed`; each sample is what `restoreSeries` gives with its
 * seed and the same sampling, before numbers are rounded.
 *
 * @param frames The dates, one raster each.
 * @throws {TypeError} If bands or sizes do not fit the model.
 * @throws {RangeError} If there are fewer than two samples, or as `restoreSeries`.
 */
export async function restoreSamples(
  model: Model,
  frames: readonly Raster[],
  options: RestoreSamplesOptions,
): Promise<RestoredSamples> {
  const length = frames.length;
  const { reference = length - 1, anyLength = false, samples: _, hide, ...rest } = options;
  checkLength(model, { length, anyLength });
  const { seeds, factor, floor, text: _text, ...sampling } = samplingOf(model, options);
  const like = frames[reference];
  if (like === undefined) {
    throw new RangeError(
      `Cannot restore: the reference must be 0 … ${length - 1}, got ${reference}`,
    );
  }
  const scene = sceneInMemory(model, withoutClouds(model, frames, hide), { reference });
  const data = pixelArray(like.dtype, like.data.length);
  const spread = new Float32Array(like.data.length);
  await restoreRows(model, scene, {
    ...rest,
    ...sampling,
    seeds,
    deviations: { factor, ...(floor && { floor }) },
    write({ row, data: rows, deviation }) {
      const at = row * like.width * like.bands.length;
      data.set(rows, at);
      spread.set(deviation!, at);
    },
  });
  const [nodata] = scene.frames[reference]!.missing;
  return {
    mean: { ...like, data, ...(nodata === undefined ? {} : { nodata }) },
    deviation: { ...like, dtype: "float32", data: spread, nodata: NaN },
  };
}
