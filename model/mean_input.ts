/**
 * A mean of all dates as the input of a model: from reflectance to the units of a card, with its
 * evidence in [−1, 1]. Training, images in arrays and scenes all convert here.
 *
 * @module
 */

import type { MeanFit, MeanImage } from "../means/mod.ts";
import { bandReflectanceScale, EVIDENCE, type ModelCard, scalingRanges } from "./card.ts";

/** A mean of one or several images, values of each pixel; see {@linkcode meanGroups}. */
export interface MeanInput {
  /** μ [..., C] in the units of the card's bands. */
  readonly image: Float32Array;
  /**
   * [..., 4] in [−1, 1], in the order of {@linkcode EVIDENCE}. Support s becomes 2s − 1; days d become
   * 2d/(d + 30) − 1; the expected error e, in reflectance, becomes 2e/(e + 0.02) − 1, and both are 1
   * where they are unknown; h, the share of dates that are hidden, becomes 2h − 1.
   */
  readonly evidence: Float32Array;
  /**
   * Estimate from the other dates alone, [..., C] in the units of the card's bands; μ where no other date is
   * clear.
   */
  readonly dates: Float32Array;
  /** Expected error of `dates`, of each band [..., C], in the units of the card's bands. */
  readonly errors: Float32Array;
}

/** Parts of a card that the conversion depends on. */
export type MeanCard = Pick<ModelCard, "bands" | "scaling" | "length">;

/** Group of values of a mean. */
export interface MeanGroup {
  /** Its name. */
  readonly key: keyof MeanInput;
  /** Values per pixel. */
  readonly depth: number;
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
 * Value of each band that stands for 0 in a mean, and the distance to 1: of reflectance, or of the
 * scaling's range where the unit isn't reflectance.
 */
function unitsOf(
  { bands, scaling }: MeanCard,
): readonly { readonly zero: number; readonly one: number }[] {
  const ranges = scalingRanges(scaling, bands.length);
  return bands.map((band, b) => {
    const scale = bandReflectanceScale(band);
    const { low, high } = ranges[b]!;
    return scale === undefined ? { zero: low, one: high - low } : { zero: 0, one: scale };
  });
}

/** Groups of a mean for a model of `channels` bands. */
export function meanGroups(channels: number): readonly MeanGroup[] {
  return [
    { key: "image", depth: channels },
    { key: "evidence", depth: EVIDENCE.length },
    { key: "dates", depth: channels },
    { key: "errors", depth: channels },
  ];
}

/** Makes a mean from the array of each of its groups. */
export function meanOfGroups(
  { bands }: Pick<MeanCard, "bands">,
  arrayOf: (group: MeanGroup) => Float32Array,
): MeanInput {
  const arrays = meanGroups(bands.length).map((group) => [group.key, arrayOf(group)] as const);
  return Object.fromEntries(arrays) as unknown as MeanInput;
}

/** Values of each group, one per channel, where no date has data anywhere near. */
export function unknownMean(
  card: MeanCard,
): Readonly<Record<keyof MeanInput, readonly number[]>> {
  const lows = scalingRanges(card.scaling, card.bands.length).map(({ low }) => low);
  return {
    image: lows,
    evidence: EVIDENCE.map(() => 0),
    dates: lows,
    errors: unitsOf(card).map(({ one }) => UNKNOWN_ERROR * one),
  };
}

/** Converts values [..., C] of a date from the units of a card to those of its mean. */
export function toMeanUnits(card: MeanCard, values: ArrayLike<number>): Float32Array {
  const units = unitsOf(card);
  const out = new Float32Array(values.length);
  for (const [b, { zero, one }] of units.entries()) {
    for (let i = b; i < out.length; i += units.length) out[i] = (values[i]! - zero) / one;
  }
  return out;
}

/**
 * Dates that count for the share of hidden ones: all, or those that the mean reads if there are more
 * than the model was trained with.
 */
export function countedDates({ length }: MeanCard, { dates, uses }: MeanFit): readonly number[] {
  const count = dates.length + 1;
  return count <= length ? [...Array(count).keys()] : uses;
}

/**
 * Converts the mean of a region to the input of a model.
 *
 * Clear pixels of the reference keep their value exactly. Pixels without any estimate have that of the
 * reference, hidden as it is; NaN if it has none.
 *
 * @param made The mean in its own units, of `apply` with the request for the dates.
 * @param options.fit Its plan.
 * @param options.reference Values of the reference date [..., C] in the units of the card.
 * @param options.masks Masks of {@linkcode countedDates}, 0 where clear.
 */
export function meanInput(
  card: MeanCard,
  made: MeanImage,
  { fit: { bandErrors }, reference, masks }: {
    readonly fit: MeanFit;
    readonly reference: ArrayLike<number>;
    readonly masks: readonly ArrayLike<number>[];
  },
): MeanInput {
  const units = unitsOf(card);
  const channels = units.length;
  const out = meanOfGroups(
    card,
    ({ depth }) => new Float32Array(made.support.length * depth),
  );
  for (const [b, { zero, one }] of units.entries()) {
    const bandError = (bandErrors?.[b] ?? 1) * one;
    for (let i = b, p = 0; i < out.image.length; i += channels, p++) {
      const [value, own] = [made.image[i]!, reference[i]!];
      const isKept = Number.isNaN(value) || value === Math.fround((own - zero) / one);
      out.image[i] = isKept ? own : value * one + zero;
      const alone = made.dates?.image[i] ?? NaN;
      out.dates[i] = Number.isNaN(alone) ? out.image[i]! : alone * one + zero;
      const error = made.dates?.error[p] ?? made.error[p]!;
      out.errors[i] = (Number.isFinite(error) ? error : UNKNOWN_ERROR) * bandError;
    }
  }
  for (let p = 0; p < made.support.length; p++) {
    let hidden = 0;
    for (const mask of masks) if (mask[p] !== 0) hidden++;
    const at = p * EVIDENCE.length;
    out.evidence[at] = 2 * made.support[p]! - 1;
    out.evidence[at + 1] = bounded(Math.abs(made.days[p]!), HALF_DAYS);
    out.evidence[at + 2] = bounded(made.error[p]!, HALF_ERROR);
    out.evidence[at + 3] = 2 * hidden / masks.length - 1;
  }
  return out;
}
