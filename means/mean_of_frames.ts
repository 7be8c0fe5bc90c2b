/** Means of frames in memory. @module */

import { composite, type CompositeOptions } from "./composite.ts";
import type { Mean, MeanFit, MeanImage, MeanRequest } from "./mean.ts";

/** A series of frames in memory. */
export interface MeanFrames {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values of each frame, [height, width, bands], in reflectance; NaN where there is no data. */
  readonly frames: readonly Float32Array[];
  /** Classes of each frame, [height, width]: 0 clear, others hidden (as in `CLOUD_CLASSES`). */
  readonly masks: readonly Uint8Array[];
  /** Day of each frame. Default: all the same day. */
  readonly days?: readonly number[];
  /** Index of the reference. Undefined: the whole period. */
  readonly reference?: number;
  /** Results of `apply` besides the mean. Default none. */
  readonly request?: MeanRequest;
}

/**
 * Applies a mean to frames in memory: the survey and every region.
 *
 * @throws {RangeError} If frames, masks or days do not fit together.
 */
export function meanOfFrames(
  mean: Mean,
  { width, height, frames, masks, days = frames.map(() => 0), reference, request }: MeanFrames,
): MeanImage & { readonly fit: MeanFit } {
  if (masks.length !== frames.length || days.length !== frames.length) {
    throw new RangeError(
      `Cannot make a mean: every frame must have a mask and a day, got ${frames.length} frames, ` +
        `${masks.length} masks and ${days.length} days`,
    );
  }
  const bands = (frames[0]?.length ?? 0) / (width * height);
  const window = { row: 0, column: 0, width, height, frames, masks };
  const survey = mean.survey({ width, height, bands, days });
  survey.add(window);
  const fit = mean.fit(survey.finish(), reference);
  return { ...mean.apply(fit, window, window, request), fit };
}

/**
 * Composite of frames in memory for a reference date.
 *
 * @throws {RangeError} If frames, masks and days do not fit together, or without a reference.
 */
export function compositeMean(
  frames: MeanFrames,
  options: CompositeOptions = {},
): MeanImage & { readonly fit: MeanFit } {
  return meanOfFrames(composite(options), frames);
}
