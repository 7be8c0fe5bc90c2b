/**
 * Rows of an evaluation: one for each image, method and group of pixels.
 *
 * @module
 */

import type { NoLpips, NoVisual, VisualMeasure } from "../metrics/mod.ts";

/**
 * Groups of pixels: all with truth; those under cloud on the reference date (`cloudy`), divided into
 * those that another date shows (`seen`) and those that none shows (`unseen`); and the clear ones.
 */
export const PIXEL_GROUPS = ["all", "cloudy", "seen", "unseen", "clear"] as const;

/** A group of pixels. */
export type PixelGroup = typeof PIXEL_GROUPS[number];

/**
 * Source of the cloud and shadow mask: given by the caller, exact (the clouds were synthesised with it),
 * detected by the built-in detector, or none.
 */
export type MaskKind = "given" | "exact" | "detected" | "none";

/** Kind of method. */
export type MethodKind = "baseline" | "model" | "restored";

/** Metrics of a row. */
export const ROW_METRICS = ["psnr", "ssim", "mae", "rmse", "sam", "lpips"] as const;

/** A metric of a row. */
export type RowMetric = typeof ROW_METRICS[number];

/** True for metrics where higher is better. */
export const MORE_IS_BETTER: Readonly<Record<RowMetric, boolean>> = {
  psnr: true,
  ssim: true,
  mae: false,
  rmse: false,
  sam: false,
  lpips: false,
};

/**
 * Visual columns of a row: weave, contrast and seam relative to the truth (see `visualMeter`), and `bias`,
 * the largest |bias| over the bands in units of 1/10000 of reflectance.
 */
export const VISUAL_COLUMNS = ["weave", "contrast", "bias", "seam"] as const;

/** A visual column of a row. */
export type VisualColumn = typeof VISUAL_COLUMNS[number];

/** Columns of the tables: metrics, then visual columns. */
export const TABLE_COLUMNS = [...ROW_METRICS, ...VISUAL_COLUMNS] as const;

/** A column of the tables. */
export type TableColumn = typeof TABLE_COLUMNS[number];

/** Value of each visual column that a perfect image has. */
export const VISUAL_IDEAL: Readonly<Record<VisualColumn, number>> = {
  weave: 1,
  contrast: 1,
  bias: 0,
  seam: 0,
};

/** Metrics of one band, of images in reflectance. */
export const BAND_METRICS = ["bias", "mae", "rmse"] as const;

/** Errors of one band. */
export type BandRow = Readonly<Record<"bias" | "mae" | "rmse", number>>;

/** Scores of one image by one method over one group of pixels. */
export interface EvaluationRow extends Readonly<Record<TableColumn, number | null>> {
  /** Set of images. */
  readonly set: string;
  /** Name of the case. */
  readonly image: string;
  /** Name of the method. */
  readonly method: string;
  /** Kind of the method. */
  readonly kind: MethodKind;
  /** Group of pixels. */
  readonly pixels: PixelGroup;
  /** Number of pixels of the group. */
  readonly count: number;
  /** Cloud cover of the reference date, in [0, 1]; null if unknown. */
  readonly cover: number | null;
  /** Source of the cloud mask. */
  readonly mask: MaskKind;
  /** Name of the metric profile. */
  readonly profile: string;
  /** Digest of the clear image. */
  readonly truth: string;
  /** Digest of the cloudy dates; "" without any. */
  readonly input: string;
  /** Reason for a missing LPIPS. */
  readonly noLpips?: NoLpips;
  /** Reasons for missing visual measures. */
  readonly noVisual?: Readonly<Partial<Record<VisualMeasure, NoVisual>>>;
  /** Errors by band name. */
  readonly bands: Readonly<Record<string, BandRow>>;
}

/** DN of reflectance 1 in the column `bias`. */
const DN = 10000;

/** Largest |bias| over the bands, in units of 1/10000 of reflectance; null without bands. */
export function largestBias(bands: EvaluationRow["bands"]): number | null {
  const biases = Object.values(bands).map(({ bias }) => DN * Math.abs(bias));
  return biases.length === 0 ? null : Math.max(...biases);
}

/**
 * The row with its keys in one order, so that the JSON of a resumed evaluation equals that of one without
 * an interruption.
 *
 * @param bands Order of the bands. Default: that of their names.
 */
export function rowInOrder(
  { set, image, method, kind, pixels, count, cover, mask, profile, truth, input, ...row }:
    EvaluationRow,
  bands?: readonly string[],
): EvaluationRow {
  const own = Object.keys(row.bands);
  const order = bands?.filter((band) => own.includes(band)) ??
    own.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const metrics = Object.fromEntries(TABLE_COLUMNS.map((metric) => [metric, row[metric]]));
  return {
    ...{ set, image, method, kind, pixels, count, cover, mask, profile, truth, input },
    ...metrics as Readonly<Record<TableColumn, number | null>>,
    ...(row.noLpips !== undefined && { noLpips: row.noLpips }),
    ...(row.noVisual !== undefined && { noVisual: row.noVisual }),
    bands: Object.fromEntries(order.map((band) => [band, row.bands[band]!])),
  };
}

/** A range of cloud cover. */
export interface Stratum {
  /** As "10–30 %". */
  readonly name: string;
  /** Least cover, in [0, 1]. */
  readonly from: number;
  /** Upper end of the cover, exclusive except for 1. */
  readonly to: number;
}

/** Strata of cloud cover. */
export const STRATA: readonly Stratum[] = [[0, 10], [10, 30], [30, 50], [50, 70], [70, 100]]
  .map(([from, to]) => ({ name: `${from}–${to} %`, from: from! / 100, to: to! / 100 }));

/** The stratum of a cover in [0, 1]. */
export function stratumOf(cover: number): Stratum {
  return STRATA.find(({ to }) => cover < to) ?? STRATA.at(-1)!;
}
