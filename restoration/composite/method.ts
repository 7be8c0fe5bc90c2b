/**
 * Ways to make one image of several dates: a survey of the scene's own blocks, then windows.
 *
 * @module
 */

/** Dates of a window of the scene with their masks. */
export interface DatedWindow {
  /** First column in the scene. */
  readonly column: number;
  /** First row in the scene. */
  readonly row: number;
  readonly width: number;
  readonly height: number;
  /** Reflectance of each date [height, width, bands]; NaN where it has no data. */
  readonly frames: readonly Float32Array[];
  /** Classes of each date [height, width], 0 where clear or without data (`CLOUD_CLASSES`). */
  readonly masks: readonly Uint8Array[];
}

/** Composite of a window; each array has a value per pixel, the image one per band. */
export interface CompositeWindow {
  /** Reflectance [height, width, bands]; NaN where it can't be told. */
  readonly image: Float32Array;
  /** Evidence of the dates in [0, 1]; 0 where none shows the ground. */
  readonly support: Float32Array;
  /** Days from the reference to the nearest observation used; NaN where there is none. */
  readonly days: Float32Array;
  /** Expected error of the image [height, width, bands], in reflectance, if the method knows it. */
  readonly error?: Float32Array;
}

/** A date that a composite uses. */
export interface UsedDate {
  /** Index of the date. */
  readonly date: number;
  /** Weight relative to the other dates, in [0, 1]. */
  readonly weight: number;
}

/** A composite that knows its scene. */
export interface CompositeFit {
  /** Dates that it uses, the heaviest first. */
  readonly used: readonly UsedDate[];
  /** Fallbacks that it took, one line each. */
  readonly notes: readonly string[];
  /** Computes a window; pixels closer than `margin` to a side inside the scene may be wrong. */
  apply(window: DatedWindow): CompositeWindow;
}

/** Collects what a composite must know of the whole scene. */
export interface CompositeSurvey {
  /** Adds a block of the scene's own grid; every block comes once, from left to right and down. */
  add(block: DatedWindow): void;
  /** Ends the survey. */
  finish(): CompositeFit;
}

/** The dates of a composite. */
export interface CompositeDates {
  /** Days since 1970; undefined where unknown. */
  readonly days: readonly (number | undefined)[];
  /** Index of the date that is depicted; undefined if the whole period is. */
  readonly reference: number | undefined;
  /** Names of the bands. */
  readonly bands: readonly string[];
}

/** A way to make one image of several dates. */
export interface CompositeMethod {
  /** Pixels of context that a pixel of the result depends on. */
  readonly margin: number;
  /** Pixels by which the masks are grown before the method gets them. */
  readonly grow: number;
  /** True if it knows the expected error of its pixels. Default false. */
  readonly hasError?: boolean;
  /** True if it must see every block of the scene first. */
  readonly surveys: boolean;
  /** Starts a survey. @throws {RangeError} If the method needs a reference or days that are missing. */
  survey(dates: CompositeDates): CompositeSurvey;
}
