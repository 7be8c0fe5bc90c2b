/**
 * Means that combine the clear dates of each pixel by themselves, unmapped: simple methods to compare
 * a composite with, and mosaics of a period without a reference.
 *
 * @module
 */

import { type Check, type Entry, integer } from "../core/mod.ts";
import { identityMap } from "./affine_map.ts";
import { clearGround } from "./clear_ground.ts";
import type { FarGround, Source } from "./composite_plan.ts";
import { farGround } from "./far_ground.ts";
import {
  type Mean,
  MEAN_ORIGIN,
  type MeanFit,
  type MeanImage,
  type MeanScene,
  type MeanWindow,
  type Region,
} from "./mean.ts";
import { FILL_REACH, fillFromNearby } from "./near_fill.ts";
import { type CompositeSurvey, surveyScene } from "./survey.ts";
import { checkReference, checkWindow, regionAround } from "./window.ts";

/** Options of all pixel means. */
export interface PixelMeanOptions {
  /** Pixels around hidden ones that count as hidden. Default 4. */
  readonly grow?: number;
}

/** One date of a pixel. */
export interface PixelDate {
  /** Days from the reference; 0 without one. */
  readonly days: number;
  /** Share of the scene that is clear at this date. */
  readonly clear: number;
}

/**
 * Combines the clear dates of a pixel.
 *
 * @param values Bands of each date, [dates, bands], the nearest date first.
 * @param options.dates The dates, at least one.
 * @param options.out Receives the result, [bands].
 */
export type Combine = (
  values: Float32Array,
  options: {
    readonly dates: readonly PixelDate[];
    readonly bands: number;
    readonly out: Float32Array;
  },
) => void;

interface PixelFit extends MeanFit {
  readonly scene: MeanScene;
  readonly sources: readonly (PixelDate & { readonly frame: number })[];
  readonly far: FarGround;
}

const DEFAULTS = { grow: 4 } as const;

/** Makes a mean that keeps the clear pixels of the reference and combines the clear dates elsewhere. */
export function pixelMean(
  combine: Combine,
  { grow = DEFAULTS.grow }: PixelMeanOptions = {},
): Mean {
  return {
    surveyMargin: grow,
    margin: FILL_REACH + grow,
    survey: (scene) => surveyScene(scene, { samples: 0, grow }),
    fit: (survey, reference) => fitPixels(survey as CompositeSurvey, reference),
    apply: (fit, window, core = window) =>
      applyPixels(fit as PixelFit, { window, core, grow, combine }),
  };
}

/** Entry of a pixel mean. */
export function pixelMeanEntry(
  summary: string,
  create: (options: PixelMeanOptions) => Mean,
): Entry<PixelMeanOptions, Mean> {
  const grow: Check<number> = integer({ min: 0, max: 64 });
  return { summary, create, checks: { grow }, defaults: DEFAULTS };
}

function fitPixels(survey: CompositeSurvey, reference: number | undefined): PixelFit {
  const { scene, clear, pixels } = survey;
  if (reference !== undefined) checkReference(scene, reference);
  const from = reference === undefined ? undefined : scene.days[reference]!;
  const dates = scene.days.flatMap((day, index) =>
    index === reference ? [] : [{
      index,
      days: from === undefined ? 0 : day - from,
      clear: clear[index]! / pixels,
      error: NaN,
      used: clear[index]! > 0,
    }]
  );
  const used = dates.filter((date) => date.used)
    .toSorted((a, b) => Math.abs(a.days) - Math.abs(b.days));
  const sources: Source[] = used.map(({ index, days }) => ({
    frame: index,
    days,
    affine: identityMap(scene.bands),
  }));
  const notes = used.length > 0
    ? []
    : ["no other date has clear ground: hidden pixels are filled from their surroundings"];
  return {
    scene,
    reference,
    dates,
    uses: [...(reference === undefined ? [] : [reference]), ...used.map(({ index }) => index)]
      .toSorted((a, b) => a - b),
    notes,
    sources: used.map(({ index, days, clear }) => ({ frame: index, days, clear })),
    far: farGround(survey, { reference, sources, weights: sources.map(() => 1) }),
  };
}

function applyPixels(
  fit: PixelFit,
  { window, core, grow, combine }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly grow: number;
    readonly combine: Combine;
  },
): MeanImage {
  const { scene, sources, reference } = fit;
  const { bands } = scene;
  checkWindow(scene, { window, core, frames: fit.uses });
  const clearOf = (frame: number) => clearGround(window, { frame, bands, grow });
  const own = reference === undefined ? undefined : clearOf(reference);
  const flags = sources.map(({ frame }) => clearOf(frame));
  const region = regionAround(core, { within: window, by: FILL_REACH });
  const pixels = region.height * region.width;
  const image = new Float32Array(pixels * bands);
  const values = new Float32Array(sources.length * bands);
  const counts = new Int32Array(pixels);
  const days = new Float32Array(pixels);
  for (let p = 0; p < pixels; p++) {
    const y = region.row + Math.floor(p / region.width) - window.row;
    const i = y * window.width + region.column + p % region.width - window.column;
    const out = image.subarray(p * bands, (p + 1) * bands);
    if (own?.[i] === 1) {
      counts[p] = -1;
      out.set(window.frames[reference!]!.subarray(i * bands, (i + 1) * bands));
      continue;
    }
    const dates = sources.filter((_, l) => flags[l]![i] === 1);
    counts[p] = dates.length;
    days[p] = dates.length === 0 ? NaN : Math.abs(dates[0]!.days);
    if (dates.length === 0) continue;
    dates.forEach(({ frame }, k) =>
      values.set(window.frames[frame]!.subarray(i * bands, (i + 1) * bands), k * bands)
    );
    combine(values.subarray(0, dates.length * bands), { dates, bands, out });
  }
  const known = Uint8Array.from(counts, (count) => count === 0 ? 0 : 1);
  if (known.includes(0)) {
    const wanted = known.map((flag) => 1 - flag);
    fillFromNearby(image, { region, known, wanted, bands, far: fit.far });
  }
  return cutEvidence({ core, region, image, counts, days, bands });
}

function cutEvidence(
  { core, region, image, counts, days, bands }: {
    readonly core: Region;
    readonly region: Region;
    readonly image: Float32Array;
    readonly counts: Int32Array;
    readonly days: Float32Array;
    readonly bands: number;
  },
): MeanImage {
  const pixels = core.height * core.width;
  const result = {
    image: new Float32Array(pixels * bands),
    support: new Float32Array(pixels),
    days: new Float32Array(pixels),
    error: new Float32Array(pixels),
    origin: new Uint8Array(pixels),
  };
  const { none, reference, dates, fill } = MEAN_ORIGIN;
  for (let p = 0; p < pixels; p++) {
    const [row, column] = [core.row + Math.floor(p / core.width), core.column + p % core.width];
    const from = (row - region.row) * region.width + column - region.column;
    result.image.set(image.subarray(from * bands, (from + 1) * bands), p * bands);
    const count = counts[from]!;
    result.support[p] = count < 0 ? 1 : count / (count + 1);
    result.days[p] = days[from]!;
    result.error[p] = count < 0 ? 0 : NaN;
    result.origin[p] = count < 0
      ? reference
      : count > 0
      ? dates
      : Number.isNaN(image[from * bands]!)
      ? none
      : fill;
  }
  return result;
}
