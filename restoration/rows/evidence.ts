/**
 * Evidence of the pixels of a mean, as the rasters next to a result hold it.
 *
 * @module
 */

import { MEAN_ORIGIN, type MeanImage } from "../../means/mod.ts";

/** Evidence of pixels, one value each. */
export interface PixelEvidence {
  /** 1 where a date shows the ground. */
  readonly seen: Uint8Array;
  /** Support in percent; 0 where no date shows the ground. */
  readonly support: Uint8Array;
  /** Days to the nearest observation that was used; -1 where there is none. */
  readonly days: Int16Array;
}

/** Support of pixels without data. */
const NO_SUPPORT = 255;
/** Largest number of days that fits the raster. */
const MOST_DAYS = 32767;

/** Evidence of so many pixels, all without any. */
export function noEvidence(pixels: number): PixelEvidence {
  return {
    seen: new Uint8Array(pixels),
    support: new Uint8Array(pixels),
    days: new Int16Array(pixels).fill(-1),
  };
}

/** Takes the evidence of `count` pixels of a mean, from pixel `from` on, for those from `to` on. */
export function takeEvidence(
  { support, days, origin }: MeanImage,
  { from, to, count, out }: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly out: PixelEvidence;
  },
): void {
  for (let i = 0; i < count; i++) {
    const [source, at] = [from + i, to + i];
    const isSeen = origin[source] === MEAN_ORIGIN.dates ||
      origin[source] === MEAN_ORIGIN.reference;
    const gap = days[source]!;
    out.seen[at] = isSeen ? 1 : 0;
    // A pixel that a date shows is never one without support.
    out.support[at] = isSeen ? Math.max(1, Math.round(100 * support[source]!)) : 0;
    out.days[at] = isSeen && gap >= 0 ? Math.min(Math.round(gap), MOST_DAYS) : -1;
  }
}

/** Makes evidence agree with the provenance, in place: observed pixels are their own. */
export function agreeWith(
  provenance: Uint8Array,
  { support, days }: Pick<PixelEvidence, "support" | "days">,
): void {
  for (let i = 0; i < provenance.length; i++) {
    if (provenance[i] === 0) {
      support[i] = NO_SUPPORT;
      days[i] = -1;
    } else if (provenance[i] === 1) {
      support[i] = 100;
      days[i] = 0;
    }
  }
}
