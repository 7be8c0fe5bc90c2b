/**
 * How far a result can be trusted: the scatter of samples, and errors where clear ground was hidden.
 *
 * @module
 */

import { normalizeBand } from "../../data/mod.ts";
import type { Model } from "../../model/mod.ts";
import { restoreSamples, type RestoreSceneOptions } from "../../restoration/mod.ts";
import { detailOf, type Gathered } from "./gather.ts";
import { rasterOf } from "./pixels.ts";
import type { ReportData, ReportReliability, ReportUncertainty } from "./report_data.ts";
import { meanOf, quantile, roundUp, sampled } from "./scale.ts";

/** What is asked for. */
export interface TrustOptions extends Omit<RestoreSceneOptions, "inputs" | "output" | "reference"> {
  readonly reference: number;
  readonly depth: number;
  /** What images are divided by. */
  readonly white: number;
  readonly samples: number | undefined;
  readonly selfCheck: boolean;
  /** Upper end of the errors' scale, where there are some. */
  readonly high: number | undefined;
  readonly onStage: (stage: string, done: number, total: number) => void;
}

const BINS = 10;

/**
 * Deviations against errors: pixels are put in bins of equal count by deviation.
 *
 * @param deviation Standard deviations of values.
 * @param error Errors of the same values; NaN does not count.
 */
export function reliabilityOf(
  deviation: Float32Array,
  error: Float32Array,
): ReportReliability | null {
  const order = [...deviation.keys()]
    .filter((i) => Number.isFinite(deviation[i]! + error[i]!))
    .sort((a, b) => deviation[a]! - deviation[b]!);
  if (order.length < BINS) return null;
  const rms = (indices: readonly number[], of: Float32Array) =>
    Math.sqrt(indices.reduce((sum, i) => sum + of[i]! ** 2, 0) / indices.length);
  const bins = Array.from({ length: BINS }, (_, b) => {
    const part = order.slice(
      Math.floor(b * order.length / BINS),
      Math.floor((b + 1) * order.length / BINS),
    );
    return { predicted: rms(part, deviation), observed: rms(part, error), count: part.length };
  });
  const spread = rms(order, deviation);
  return { bins, factor: spread === 0 ? NaN : rms(order, error) / spread };
}

/** Mean over the bands. */
function overBands(data: Float32Array, depth: number): Float32Array {
  return Float32Array.from(
    { length: data.length / depth },
    (_, pixel) => meanOf(data.subarray(pixel * depth, (pixel + 1) * depth)),
  );
}

async function uncertaintyOf(
  model: Model,
  gathered: Gathered,
  options: TrustOptions & { readonly samples: number },
): Promise<ReportUncertainty> {
  const { depth, white, samples, high, onStage } = options;
  const { detail } = gathered;
  const bands = model.card.bands.map(({ name }) => normalizeBand(name));
  const of = (data: Float32Array) => detailOf(gathered, data, depth);
  const frames = gathered.dates.map((data) => rasterOf(of(data), detail, bands));
  const { mean, deviation } = await restoreSamples(model, frames, {
    ...options,
    onProgress: ({ done, total }) => onStage("sampling", done, total),
  });
  const scaled = Float32Array.from(deviation.data, (value) => value / white);
  const truth = gathered.truth && of(gathered.truth);
  const reliability = truth === undefined ? null : reliabilityOf(
    scaled,
    Float32Array.from(truth, (value, i) => (mean.data[i]! - value) / white),
  );
  const map = overBands(scaled, depth);
  return {
    samples,
    deviation: map,
    mean: meanOf(map),
    high: high ?? roundUp(quantile(sampled(map), 0.99)),
    calibration: null,
    reliability,
  };
}

/** Uncertainty and self-check, as far as they were asked for. */
export async function trustOf(
  model: Model,
  gathered: Gathered,
  options: TrustOptions,
): Promise<Pick<ReportData, "uncertainty" | "selfCheck">> {
  const { samples } = options;
  return {
    uncertainty: samples === undefined
      ? null
      : await uncertaintyOf(model, gathered, { ...options, samples }),
    selfCheck: null,
  };
}
