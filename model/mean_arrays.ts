/**
 * The mean μ of all dates and its evidence, in arrays.
 *
 * @module
 */

import { type Mean, meanOfFrames } from "../means/mod.ts";
import { bandReflectanceScale, EVIDENCE, type ModelCard, scalingRanges } from "./card.ts";
import type { SequenceSize } from "./images.ts";

/** Dates of a batch of sequences. */
export interface MeanDates {
  /** Size of the batch; each sequence is a scene of its own. */
  readonly size: SequenceSize;
  /** The dates [B, L, H, W, C] in the units of the card's bands, finite. */
  readonly cloudy: ArrayLike<number>;
  /** Masks of the dates [B, L, H, W]: 0 clear, others hidden. */
  readonly masks: ArrayLike<number>;
  /** Day of each date of each sequence. Default: unknown, all the same day. */
  readonly days?: readonly (readonly number[])[];
  /** Reference date of each sequence. */
  readonly reference: readonly number[];
}

/** μ of a batch, with what is known of it. */
export interface MeanArrays {
  /** μ [B, H, W, C] in the units of the card's bands. */
  readonly image: Float32Array;
  /**
   * [B, H, W, 4] in [−1, 1], in the order of {@linkcode EVIDENCE}. Support s becomes 2s − 1; days d
   * become 2d/(d + 30) − 1; the expected error e, in reflectance, becomes 2e/(e + 0.02) − 1, and both
   * are 1 where they are unknown; h, the share of dates that are hidden, becomes 2h − 1.
   */
  readonly evidence: Float32Array;
  /**
   * What the other dates alone say, [B, H, W, C] in the units of the card's bands; μ where no other
   * date is clear.
   */
  readonly dates: Float32Array;
  /** Expected error of `dates`, of each band [B, H, W, C], in the units of the card's bands. */
  readonly errors: Float32Array;
  /** Fallbacks of each sequence, as sentences. */
  readonly notes: readonly (readonly string[])[];
}

/** Arrays of a mean and their values per pixel, for a model of `channels` bands. */
export function meanGroups(
  channels: number,
): readonly { readonly key: Exclude<keyof MeanArrays, "notes">; readonly depth: number }[] {
  return [
    { key: "image", depth: channels },
    { key: "evidence", depth: EVIDENCE.length },
    { key: "dates", depth: channels },
    { key: "errors", depth: channels },
  ];
}

/** Days that count half. */
const HALF_DAYS = 30;
/** Error that counts half, in reflectance or as a share of the range of a band. */
const HALF_ERROR = 0.02;

/** Expected error of a mean of which nothing is known, in reflectance. */
const UNKNOWN_ERROR = 0.05;

/** Maps [0, ∞) to [−1, 1); unknown values to 1. */
function bounded(value: number, half: number): number {
  return Number.isFinite(value) ? 2 * value / (value + half) - 1 : 1;
}

/**
 * Value of each band that stands for 0, and the distance to 1: of reflectance, or of the scaling's
 * range where the unit isn't reflectance.
 */
function unitsOf(
  { bands, scaling }: Pick<ModelCard, "bands" | "scaling">,
): readonly { readonly zero: number; readonly one: number }[] {
  const ranges = scalingRanges(scaling, bands.length);
  return bands.map((band, b) => {
    const scale = bandReflectanceScale(band);
    const { low, high } = ranges[b]!;
    return scale === undefined ? { zero: low, one: high - low } : { zero: 0, one: scale };
  });
}

/**
 * Makes the mean of each sequence from all its dates.
 *
 * @throws {RangeError} If the mean cannot be made of the dates.
 */
export function meanArrays(
  mean: Mean,
  card: Pick<ModelCard, "bands" | "scaling">,
  { size: { batch, length, height, width }, cloudy, masks, days, reference }: MeanDates,
): MeanArrays {
  const units = unitsOf(card);
  const [channels, pixels] = [units.length, height * width];
  const image = new Float32Array(batch * pixels * channels);
  const evidence = new Float32Array(batch * pixels * EVIDENCE.length);
  const dates = new Float32Array(image.length);
  const errors = new Float32Array(image.length);
  const notes: (readonly string[])[] = [];
  for (let b = 0; b < batch; b++) {
    const at = (l: number) => (b * length + l) * pixels;
    const frames = Array.from(
      { length },
      (_, l) =>
        Float32Array.from({ length: pixels * channels }, (_, i) => {
          const { zero, one } = units[i % channels]!;
          return (cloudy[at(l) * channels + i]! - zero) / one;
        }),
    );
    const classes = Array.from(
      { length },
      (_, l) => Uint8Array.from({ length: pixels }, (_, i) => masks[at(l) + i]!),
    );
    const made = meanOfFrames(mean, {
      ...{ width, height, frames, masks: classes, reference: reference[b]! },
      ...(days && { days: days[b]! }),
      request: { dates: true },
    });
    notes.push(made.fit.notes);
    const own = at(reference[b]!) * channels;
    for (let i = 0; i < pixels * channels; i++) {
      const { zero, one } = units[i % channels]!;
      const value = made.image[i]!;
      // A clear pixel keeps its value exactly; one without any estimate keeps it too.
      const kept = Number.isNaN(value) || value === frames[reference[b]!]![i];
      const to = b * pixels * channels + i;
      image[to] = kept ? cloudy[own + i]! : value * one + zero;
      const alone = made.dates?.image[i] ?? NaN;
      dates[to] = Number.isNaN(alone) ? image[to]! : alone * one + zero;
      const p = Math.floor(i / channels);
      const error = made.dates?.error[p] ?? made.error[p]!;
      const known = Number.isFinite(error) ? error : UNKNOWN_ERROR;
      errors[to] = known * (made.fit.bandErrors?.[i % channels] ?? 1) * one;
    }
    for (let i = 0; i < pixels; i++) {
      const hidden = classes.reduce((sum, one) => sum + (one[i] === 0 ? 0 : 1), 0) / length;
      evidence.set([
        2 * made.support[i]! - 1,
        bounded(Math.abs(made.days[i]!), HALF_DAYS),
        bounded(made.error[i]!, HALF_ERROR),
        2 * hidden - 1,
      ], (b * pixels + i) * EVIDENCE.length);
    }
  }
  return { image, evidence, dates, errors, notes };
}
