/**
 * The mean μ of the process (Eqs. 3–6): what a state reverts to. In the paper μ is the cloudy image;
 * nothing in Eqs. 3–19 asks for that, and an estimate from all dates serves as well.
 *
 * A mean works in two phases, so that a part of a scene gets the pixels of the whole. The **survey**
 * sees every window of the scene once and returns plain data whose values do not depend on the cut.
 * From it, `fit` makes the plan for one reference date, and `apply` turns windows into images.
 *
 * @module
 */

/** Properties of a scene that a mean needs before the first window. */
export interface MeanScene {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bands of every frame. */
  readonly bands: number;
  /** Day of each frame, on any scale of days; all equal where dates are unknown. */
  readonly days: readonly number[];
  /** Pixels that the survey will see. Default all. */
  readonly surveyed?: number;
}

/** Rectangle of pixels of a scene. */
export interface Region {
  /** First row. */
  readonly row: number;
  /** First column. */
  readonly column: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** The frames of a rectangle of the scene. */
export interface MeanWindow extends Region {
  /**
   * Values of each frame, [height, width, bands], in reflectance or the unit of the model; NaN where
   * there is no data. Frames that a fit does not use may be undefined.
   */
  readonly frames: readonly (Float32Array | undefined)[];
  /** Classes of each frame, [height, width]: 0 clear, others hidden (as in `CLOUD_CLASSES`). */
  readonly masks: readonly (Uint8Array | undefined)[];
}

/** The first phase: sees each pixel of the scene, or of a fixed part of it, in exactly one core. */
export interface MeanSurvey {
  /**
   * Adds a window.
   *
   * @param window Frames with at least `surveyMargin` pixels of context around `core`, less at the
   *   edge of the scene.
   * @param core Pixels that count. Default the whole window.
   */
  add(window: MeanWindow, core?: Region): void;
  /** The survey as plain data: the same values whatever the cut and the order of windows. */
  finish(): MeanSurveyData;
}

/** Result of a survey: plain data, which `structuredClone` copies to Workers. */
export interface MeanSurveyData {
  /** The scene. */
  readonly scene: MeanScene;
}

/** Contribution of one date to a reference. */
export interface MeanDate {
  /** Index of the frame. */
  readonly index: number;
  /** Days from the reference; negative before it. */
  readonly days: number;
  /** Share of the surveyed pixels that are clear, in [0, 1]. */
  readonly clear: number;
  /** Expected RMS error of this date alone as an estimate of the reference; NaN if unknown. */
  readonly error: number;
  /** True if `apply` reads the frame. */
  readonly used: boolean;
}

/** Second moments of clear pixels in each band, for preconditioning (Eqs. 13–17). */
export interface MeanMoments {
  /** Standard deviation of the reference. */
  readonly sigmaData: readonly number[];
  /** Standard deviation of μ where the reference is hidden. */
  readonly sigmaMu: readonly number[];
  /** Covariance of both. */
  readonly sigmaCov: readonly number[];
}

/** Plan for one reference, as plain data. */
export interface MeanFit {
  /** Index of the reference frame; undefined for a period without one. */
  readonly reference: number | undefined;
  /** All frames but the reference, in the order of the scene. */
  readonly dates: readonly MeanDate[];
  /** Indices of the frames that `apply` reads, the reference included. */
  readonly uses: readonly number[];
  /** Fallbacks that were taken, as sentences for the user. */
  readonly notes: readonly string[];
  /** Moments from a cross-check on clear ground; undefined where too little of it is common. */
  readonly moments?: MeanMoments;
  /** Expected error of each band relative to their RMS; undefined where it is unknown. */
  readonly bandErrors?: readonly number[];
}

/** Origin of a pixel of a mean. */
export const MEAN_ORIGIN = {
  /** No frame has data there; the image is NaN. */
  none: 0,
  /** Clear in the reference; unchanged. */
  reference: 1,
  /** Estimated from other dates that are clear there. */
  dates: 2,
  /** Hidden in every date; filled from the surroundings. */
  fill: 3,
  /** The hidden value of the reference itself. */
  hidden: 4,
} as const;

/** The mean of one region and its evidence. */
export interface MeanImage {
  /** μ, [height, width, bands]. */
  readonly image: Float32Array;
  /** Evidence of each pixel, [height, width], in [0, 1]: 1 clear in the reference, 0 hidden in all. */
  readonly support: Float32Array;
  /** Days to the nearest date that was used, [height, width]; NaN without one. */
  readonly days: Float32Array;
  /** Expected RMS error over bands, [height, width]; 0 for clear pixels of the reference. */
  readonly error: Float32Array;
  /** Values of {@linkcode MEAN_ORIGIN}, [height, width]. */
  readonly origin: Uint8Array;
  /** Present where `apply` was asked for it and the mean has it. */
  readonly dates?: MeanOfDates;
}

/**
 * Estimate of the reference from the other dates alone, wherever one of them is clear. On clear ground of
 * the reference its difference to the reference shows how the mean errs in this place.
 */
export interface MeanOfDates {
  /** [height, width, bands]; NaN where no other date is clear. */
  readonly image: Float32Array;
  /** Expected RMS error over bands, [height, width]; that of a fill where no other date is clear. */
  readonly error: Float32Array;
}

/** Results of `apply` besides the mean. */
export interface MeanRequest {
  /** The estimate of the other dates alone, also on clear ground. Default false. */
  readonly dates?: boolean;
}

/**
 * The mean μ that the process reverts to. Survey data and fits belong to the mean that made them: each mean adds
 * fields of its own.
 */
export interface Mean {
  /** Pixels of context of a survey window. */
  readonly surveyMargin: number;
  /** Pixels of context of a window of `apply`. */
  readonly margin: number;
  /** Starts a survey. @throws {RangeError} If the scene has no pixel, band or frame. */
  survey(scene: MeanScene): MeanSurvey;
  /**
   * Plans the mean of one reference.
   *
   * @param survey Result of `finish` of a survey of the same mean.
   * @param reference Index of the frame. Undefined: the whole period, without a reference.
   * @throws {RangeError} If there is no such frame, or if the mean needs a reference.
   */
  fit(survey: MeanSurveyData, reference?: number): MeanFit;
  /**
   * The mean of a region.
   *
   * @param fit Result of `fit` of the same mean.
   * @param window Frames with at least `margin` pixels of context around `core`, less at the edge of
   *   the scene.
   * @param core Pixels to return. Default the whole window.
   * @param request Further results; a mean without them leaves them out.
   */
  apply(fit: MeanFit, window: MeanWindow, core?: Region, request?: MeanRequest): MeanImage;
}
