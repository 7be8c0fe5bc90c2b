/**
 * The mean μ of all dates and its evidence, in arrays.
 *
 * @module
 */

import { type Mean, meanOfFrames } from "../means/mod.ts";
import type { SequenceSize } from "./images.ts";
import {
  countedDates,
  type MeanCard,
  type MeanInput,
  meanInput,
  meanOfGroups,
  toMeanUnits,
} from "./mean_input.ts";

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

/** μ of a batch [B, H, W, …], with what is known of it. */
export interface MeanArrays extends MeanInput {
  /** Fallbacks of each sequence, as sentences. */
  readonly notes: readonly (readonly string[])[];
}

/**
 * Makes the mean of each sequence from all its dates.
 *
 * @throws {RangeError} If the mean cannot be made of the dates.
 */
export function meanArrays(
  mean: Mean,
  card: MeanCard,
  { size: { batch, length, height, width }, cloudy, masks, days, reference }: MeanDates,
): MeanArrays {
  const [channels, pixels] = [card.bands.length, height * width];
  const notes: (readonly string[])[] = [];
  const inputs: MeanInput[] = [];
  for (let b = 0; b < batch; b++) {
    const part = (values: ArrayLike<number>, l: number, depth: number) => {
      const at = (b * length + l) * pixels * depth;
      return Float32Array.from({ length: pixels * depth }, (_, i) => values[at + i]!);
    };
    const dates = Array.from({ length }, (_, l) => part(cloudy, l, channels));
    const classes = Array.from({ length }, (_, l) => Uint8Array.from(part(masks, l, 1)));
    const { fit, ...made } = meanOfFrames(mean, {
      ...{ width, height, masks: classes, reference: reference[b]! },
      frames: dates.map((values) => toMeanUnits(card, values)),
      ...(days && { days: days[b]! }),
      request: { dates: true },
    });
    notes.push(fit.notes);
    inputs.push(meanInput(card, made, {
      fit,
      reference: dates[reference[b]!]!,
      masks: countedDates(card, fit).map((l) => classes[l]!),
    }));
  }
  const joined = meanOfGroups(card, ({ key, depth }) => {
    const out = new Float32Array(batch * pixels * depth);
    inputs.forEach((input, b) => out.set(input[key], b * pixels * depth));
    return out;
  });
  return { ...joined, notes };
}
