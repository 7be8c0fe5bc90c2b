/** The composite of a region, from its plan. @module */

import {
  MEAN_ORIGIN,
  type MeanImage,
  type MeanOfDates,
  type MeanWindow,
  type Region,
} from "./mean.ts";
import { rimmedGround } from "./clear_ground.ts";
import type { CompositeFit } from "./composite_plan.ts";
import { estimatorOf } from "./date_estimate.ts";
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
  const { clear: own, rims: ownRims } = rimmedGround(window, { frame: reference, bands, grow });
  const grounds = fit.sources.map(({ frame }) => rimmedGround(window, { frame, bands, grow }));
  const estimator = estimatorOf(fit);
  const estimateBy = (part: "clear" | "rims") =>
    estimator(grounds.map((ground, i) => {
      const values = window.frames[fit.sources[i]!.frame]!;
      return { values, clear: ground[part], height, width, bands };
    }));
  const estimate = estimateBy("clear");
  const rims = grow === 0 ? estimate : estimateBy("rims");
  // A rim of the reference itself is better than a guess.
  for (let i = 0; i < own.length; i++) {
    if (own[i] === 0 && (estimate.clear[i] ?? 0) === 0) own[i] = ownRims[i]!;
  }
  const truth = window.frames[reference]!;
  const { region, known, wanted, estimated } = parts({ window, core, own, clear: rims.clear });
  const image = new Float32Array(region.height * region.width * bands);
  const errors = new Float32Array(known.length);
  const addError = nearbyError(window, {
    region,
    wanted: estimated,
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
  const alone = dates ? unknownDates(fit, core) : undefined;
  const writeDates = ({ x, y, out }: { x: number; y: number; out: Float64Array }) =>
    estimate.clear[y * width + x]! > 0
      ? estimate.write({ x, y, out })
      : RIM_ERROR * rims.write({ x, y, out });
  const line = new Float64Array(bands);
  for (let row = region.row, p = 0; row < region.row + region.height; row++) {
    const y = row - window.row;
    for (let x = region.column - window.column, end = x + region.width; x < end; x++, p++) {
      const i = y * width + x;
      // What the dates alone say is wanted of the core, of observed pixels too.
      const at = alone === undefined ? -1 : indexIn(core, row, window.column + x);
      if (estimated[p] !== 0 || (at >= 0 && (estimate.clear[i]! > 0 || rims.clear[i]! > 0))) {
        const error = writeDates({ x, y, out: line });
        if (at >= 0) {
          alone!.image.set(line, at * bands);
          alone!.error[at] = error;
        }
        errors[p] = error;
      }
      if (estimated[p] !== 0) {
        addError({ row, column: window.column + x, out: line });
        for (let b = 0, to = p * bands; b < bands; b++, to++) image[to] = line[b]!;
      } else if (known[p] !== 0) {
        const from = i * bands;
        for (let b = 0, to = p * bands; b < bands; b++, to++) image[to] = truth[from + b]!;
      }
    }
  }
  if (region !== core) fillFromNearby(image, { region, known, wanted, bands, far });
  const clear = estimate.clear.slice();
  for (let i = 0; i < clear.length; i++) if (clear[i] === 0) clear[i] = rims.clear[i]!;
  const made = evidence(fit, { window, core, region, image, errors, own, clear });
  return alone === undefined ? made : { ...made, dates: alone };
}

/** Estimate of the core from the other dates alone, empty until its pixels are estimated. */
function unknownDates({ scene: { bands }, far }: CompositeFit, core: Region): MeanOfDates {
  const pixels = core.height * core.width;
  return {
    image: new Float32Array(pixels * bands).fill(NaN),
    error: new Float32Array(pixels).fill(far.error),
  };
}

/** Index of a pixel of the scene in a region; −1 outside of it. */
function indexIn(region: Region, row: number, column: number): number {
  const [y, x] = [row - region.row, column - region.column];
  return y >= 0 && y < region.height && x >= 0 && x < region.width ? y * region.width + x : -1;
}

/** Origin of the pixels of a region. */
interface Parts {
  /** The core, or its surroundings too if a pixel of the core must be filled. */
  readonly region: Region;
  /** 1 for pixels that the reference or another date shows, [height, width]. */
  readonly known: Uint8Array;
  /** 1 for pixels that no date shows. */
  readonly wanted: Uint8Array;
  /** 1 for pixels that only other dates show. */
  readonly estimated: Uint8Array;
}

/** Divides the core, or the region that its fill needs, by origin. */
function parts(
  { window, core, own, clear }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly own: Uint8Array;
    /** Sources that are clear at each pixel, as bits. */
    readonly clear: Uint16Array;
  },
): Parts {
  const divided = (region: Region) => {
    const count = region.height * region.width;
    const [known, wanted] = [new Uint8Array(count), new Uint8Array(count)];
    const estimated = new Uint8Array(count);
    let gaps = 0;
    for (let y = 0, p = 0; y < region.height; y++) {
      const first = (region.row + y - window.row) * window.width + region.column - window.column;
      for (let i = first; i < first + region.width; i++, p++) {
        if (own[i] !== 0) known[p] = 1;
        else if ((clear[i] ?? 0) > 0) known[p] = estimated[p] = 1;
        else {
          wanted[p] = 1;
          gaps++;
        }
      }
    }
    return { region, known, wanted, estimated, gaps };
  };
  const inner = divided(core);
  return inner.gaps === 0 ? inner : divided(regionAround(core, { within: window, by: FILL_REACH }));
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
  // The image of a core without a filled pixel is the region's.
  const whole = region === core;
  const out = whole ? image : new Float32Array(pixels * bands);
  const [support, days] = [new Float32Array(pixels), new Float32Array(pixels)];
  const [error, origin] = [new Float32Array(pixels), new Uint8Array(pixels)];
  const daysOf = nearestDays(fit);
  for (let y = 0, p = 0; y < core.height; y++) {
    const row = core.row + y;
    let from = (row - region.row) * region.width + core.column - region.column;
    let i = (row - window.row) * window.width + core.column - window.column;
    if (!whole) out.set(image.subarray(from * bands, (from + core.width) * bands), p * bands);
    for (let x = 0; x < core.width; x++, p++, from++, i++) {
      if (own[i] !== 0) {
        support[p] = 1;
        origin[p] = MEAN_ORIGIN.reference;
      } else if (clear[i]! > 0) {
        const expected = errors[from]!;
        error[p] = expected;
        days[p] = daysOf[clear[i]!]!;
        support[p] = 1 / (1 + (expected / (far.error || expected)) ** 2);
        origin[p] = MEAN_ORIGIN.dates;
      } else {
        error[p] = far.error;
        days[p] = NaN;
        origin[p] = Number.isFinite(image[from * bands]!) ? MEAN_ORIGIN.fill : MEAN_ORIGIN.none;
      }
    }
  }
  return { image: out, support, days, error, origin };
}

/** Days to the nearest of each set of sources. */
function nearestDays({ sources }: CompositeFit): Float32Array {
  return Float32Array.from(
    { length: 1 << sources.length },
    (_, bits) =>
      Math.min(...sources.map(({ days }, i) => bits >> i & 1 ? Math.abs(days) : Infinity)),
  );
}
