/** The composite of a region, from its plan. @module */

import {
  MEAN_ORIGIN,
  type MeanImage,
  type MeanOfDates,
  type MeanWindow,
  type Region,
} from "./mean.ts";
import { clearGround } from "./clear_ground.ts";
import type { CompositeFit } from "./composite_plan.ts";
import { type DateEstimate, dateEstimate } from "./date_estimate.ts";
import { FEATURE_MARGIN } from "./features.ts";
import { FILL_REACH, fillFromNearby } from "./near_fill.ts";
import { errorWeight, NEARBY, nearbyError } from "./nearby_error.ts";
import { checkWindow, regionAround } from "./window.ts";

/** Error of estimates from the rims of clouds, relative to those from clear ground. */
const RIM_ERROR = 1.5;

/** Context of a window: the fill reads estimates, which read errors nearby and features. */
export function applyMargin(grow: number): number {
  return FILL_REACH + NEARBY + FEATURE_MARGIN + grow;
}

/** Makes the composite of `core`. */
export function applyComposite(
  fit: CompositeFit,
  { window, core, grow, dates = false }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly grow: number;
    /** True to return what the dates alone say. */
    readonly dates?: boolean;
  },
): MeanImage {
  const { scene, far } = fit;
  const { bands } = scene;
  const reference = fit.reference!;
  checkWindow(scene, { window, core, frames: fit.uses });
  const { height, width } = window;
  // Dates count where they are clear, and in the rims of their clouds where no date is.
  const groundOf = (frame: number, by: number) => clearGround(window, { frame, bands, grow: by });
  const estimateBy = (by: number) =>
    dateEstimate(
      fit,
      fit.sources.map(({ frame }) => {
        const values = window.frames[frame]!;
        return { values, clear: groundOf(frame, by), height, width, bands };
      }),
    );
  const own = groundOf(reference, grow);
  const estimate = estimateBy(grow);
  const ownRim = grow === 0 ? own : groundOf(reference, 0);
  const rims = grow === 0 ? estimate : estimateBy(0);
  // A rim of the reference itself is better than a guess.
  own.forEach((flag, i) => {
    if (flag === 0 && (estimate.clear[i] ?? 0) === 0) own[i] = ownRim[i]!;
  });
  const truth = window.frames[reference]!;
  const [top, left] = [core.row - window.row, core.column - window.column];
  const unseen = (i: number) => own[i] === 0 && (rims.clear[i] ?? 0) === 0;
  const gaps = some({ ...core, row: top, column: left }, width, unseen);
  const region = gaps ? regionAround(core, { within: window, by: FILL_REACH }) : core;
  const image = new Float32Array(region.height * region.width * bands);
  const known = new Uint8Array(region.height * region.width);
  const wanted = new Uint8Array(known.length);
  const errors = new Float32Array(known.length);
  const addError = nearbyError(window, {
    region,
    bands,
    measure: ({ x, y, out }) => {
      const i = y * width + x;
      if (own[i] === 0 || !(estimate.clear[i]! > 0)) return 0;
      const expected = estimate.write({ x, y, out });
      let sum = 0;
      for (let b = 0; b < bands; b++) {
        out[b] = truth[i * bands + b]! - out[b]!;
        sum += out[b]! ** 2;
      }
      return errorWeight(Math.sqrt(sum / bands), expected);
    },
  });
  const line = new Float64Array(bands);
  for (let p = 0; p < known.length; p++) {
    const row = region.row + Math.floor(p / region.width);
    const column = region.column + p % region.width;
    const [y, x] = [row - window.row, column - window.column];
    const i = y * width + x;
    if (own[i] !== 0) {
      image.set(truth.subarray(i * bands, (i + 1) * bands), p * bands);
      known[p] = 1;
    } else if (rims.clear[i]! > 0) {
      const strict = estimate.clear[i]! > 0;
      errors[p] = strict
        ? estimate.write({ x, y, out: line })
        : RIM_ERROR * rims.write({ x, y, out: line });
      addError({ row, column, out: line });
      image.set(line, p * bands);
      known[p] = 1;
    } else wanted[p] = 1;
  }
  if (gaps) fillFromNearby(image, { region, known, wanted, bands, far });
  const made = evidence(fit, {
    window,
    core,
    region,
    image,
    errors,
    own,
    clear: estimate.clear.map((bits, i) => bits || rims.clear[i]!),
  });
  return dates ? { ...made, dates: ofDates(fit, { window, core, estimate, rims }) } : made;
}

/** What the dates alone say of the core. */
function ofDates(
  { scene: { bands }, far }: CompositeFit,
  { window, core, estimate, rims }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly estimate: DateEstimate;
    readonly rims: DateEstimate;
  },
): MeanOfDates {
  const pixels = core.height * core.width;
  const image = new Float32Array(pixels * bands).fill(NaN);
  const error = new Float32Array(pixels).fill(far.error);
  const line = new Float64Array(bands);
  for (let p = 0; p < pixels; p++) {
    const y = core.row - window.row + Math.floor(p / core.width);
    const x = core.column - window.column + p % core.width;
    const i = y * window.width + x;
    if (estimate.clear[i]! > 0) error[p] = estimate.write({ x, y, out: line });
    else if (rims.clear[i]! > 0) error[p] = RIM_ERROR * rims.write({ x, y, out: line });
    else continue;
    image.set(line, p * bands);
  }
  return { image, error };
}

/** Cuts the core from the region and adds the evidence of each pixel. */
function evidence(
  fit: CompositeFit,
  { window, core, region, image, errors, own, clear }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly region: Region;
    readonly image: Float32Array;
    readonly errors: Float32Array;
    readonly own: Uint8Array;
    readonly clear: Uint16Array;
  },
): MeanImage {
  const { scene: { bands }, far } = fit;
  const pixels = core.height * core.width;
  const result = {
    image: new Float32Array(pixels * bands),
    support: new Float32Array(pixels),
    days: new Float32Array(pixels),
    error: new Float32Array(pixels),
    origin: new Uint8Array(pixels),
  };
  const daysOf = nearestDays(fit);
  for (let p = 0; p < pixels; p++) {
    const [row, column] = [core.row + Math.floor(p / core.width), core.column + p % core.width];
    const from = (row - region.row) * region.width + column - region.column;
    const i = (row - window.row) * window.width + column - window.column;
    result.image.set(image.subarray(from * bands, (from + 1) * bands), p * bands);
    if (own[i] !== 0) {
      result.support[p] = 1;
      result.origin[p] = MEAN_ORIGIN.reference;
    } else if (clear[i]! > 0) {
      const error = errors[from]!;
      result.error[p] = error;
      result.days[p] = daysOf[clear[i]!]!;
      result.support[p] = 1 / (1 + (error / (far.error || error)) ** 2);
      result.origin[p] = MEAN_ORIGIN.dates;
    } else {
      result.error[p] = far.error;
      result.days[p] = NaN;
      result.origin[p] = Number.isFinite(image[from * bands]!)
        ? MEAN_ORIGIN.fill
        : MEAN_ORIGIN.none;
    }
  }
  return result;
}

/** Days to the nearest of each set of sources. */
function nearestDays({ sources }: CompositeFit): Float32Array {
  return Float32Array.from(
    { length: 1 << sources.length },
    (_, bits) =>
      Math.min(...sources.map(({ days }, i) => bits >> i & 1 ? Math.abs(days) : Infinity)),
  );
}

/** True if a pixel of a rectangle has a property. */
function some(
  { row, column, height, width: columns }: Region,
  width: number,
  holds: (i: number) => boolean,
): boolean {
  for (let y = row; y < row + height; y++) {
    for (let x = column; x < column + columns; x++) if (holds(y * width + x)) return true;
  }
  return false;
}
