/**
 * Uncertainty of a result: ensemble spread, and the self-check on clear ground.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { type SceneOptions, type SelfCheck, selfCheckScene } from "../restoration/mod.ts";
import { reliability } from "../evaluation/mod.ts";
import { detailOf, type Gathered } from "./gathered.ts";
import type {
  ReportData,
  ReportReliability,
  ReportSelfCheck,
  ReportUncertainty,
} from "./report_data.ts";
import { counted, percent } from "./format.ts";
import { finiteQuantile, meanOf, roundUp, sampled } from "./scale.ts";

const BINS = 12;

/** Errors of the kept window binned by ensemble spread; null if too few values are above 0. */
function reliabilityOf(
  { deviation, restored, truth }: Gathered,
  { depth, dataRange }: { readonly depth: number; readonly dataRange: number },
): ReportReliability | null {
  if (truth === undefined || deviation === undefined) return null;
  const pairs = {
    deviation: deviation.map((value) => value / dataRange),
    error: restored.map((value, i) => (value - truth[i]!) / dataRange),
    channels: depth,
  };
  const unsure = pairs.deviation.reduce(
    (sum, value, i) => sum + (value > 0 && Number.isFinite(pairs.error[i]!) ? 1 : 0),
    0,
  );
  if (unsure < BINS) return null;
  const { bins, ratio } = reliability([pairs], { bins: BINS });
  return { bins, factor: ratio };
}

/** Mean over the bands. */
function overBands(data: Float32Array, depth: number): Float32Array {
  return Float32Array.from(
    { length: data.length / depth },
    (_, pixel) => meanOf(data.subarray(pixel * depth, (pixel + 1) * depth)),
  );
}

/** Ensemble spread of the detail view; null without an ensemble. */
export function uncertaintyOf(
  gathered: Gathered,
  { depth, dataRange, samples, factor }: {
    readonly depth: number;
    /** Divisor of the images. */
    readonly dataRange: number;
    readonly samples: number | undefined;
    /** Calibration factor of the ensemble spread; 1 is no calibration. */
    readonly factor: number;
  },
): ReportUncertainty | null {
  const { deviation } = gathered;
  if (samples === undefined || deviation === undefined) return null;
  const map = overBands(detailOf(gathered, deviation, depth), depth).map((value) =>
    value / dataRange
  );
  return {
    samples,
    deviation: map,
    mean: meanOf(map),
    high: roundUp(finiteQuantile(sampled(map), 0.99)),
    calibration: factor === 1 ? null : factor,
    reliability: reliabilityOf(gathered, { depth, dataRange }),
  };
}

/**
 * Runs the self-check if it was requested. A scene without enough clear ground gives the reason instead;
 * it can be restored all the same.
 */
export async function selfCheckOf(
  model: Model,
  options: SceneOptions,
): Promise<Pick<ReportData, "selfCheck" | "selfCheckRefusal">> {
  if (!options.selfCheck) return { selfCheck: null, selfCheckRefusal: null };
  try {
    const check = await selfCheckScene(model, options);
    return { selfCheck: selfCheckData(model, check), selfCheckRefusal: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { selfCheck: null, selfCheckRefusal: error.message };
  }
}

function selfCheckData(
  { card }: Model,
  { scores, pixels, runs, cover, clear }: SelfCheck,
): ReportSelfCheck {
  return {
    pixels,
    rows: Object.entries(scores).map(([method, { mae, rmse, psnr, ssim, sam }]) => ({
      method: method === "restored" ? card.name : method,
      score: { mae, rmse, psnr: psnr ?? Infinity, ssim: ssim ?? NaN, sam },
    })),
    how: "Clear ground of the reference date was covered with synthetic clouds " +
      `(${percent(cover)} of each window) and restored with the same settings in ` +
      `${counted(runs.length, "run")}. ${
        percent(clear)
      } of the pixels examined are clear. Expect ` +
      "larger errors under real clouds that are thicker or lie over different ground.",
  };
}
