/**
 * Means of rows with confidence intervals: over images, by set, method, pixels, cloud cover and band.
 *
 * @module
 */

import { bootstrap, type BootstrapOptions, type Estimate, FEW_IMAGES } from "./bootstrap.ts";
import {
  BAND_METRICS,
  type BandRow,
  type EvaluationRow,
  type MethodKind,
  type PixelGroup,
  ROW_METRICS,
  type RowMetric,
  STRATA,
  stratumOf,
} from "./evaluation_row.ts";

/** Which rows a mean is of. */
export interface SummaryGroup {
  readonly set: string;
  readonly method: string;
  readonly kind: MethodKind;
  readonly pixels: PixelGroup;
  /** A name of {@linkcode STRATA}, or "all". */
  readonly cover: string;
}

/** Means over the images of a group; null where no image has the metric. */
export interface SummaryRow extends SummaryGroup {
  /** Images of the group. */
  readonly images: number;
  readonly metrics: Readonly<Record<RowMetric, Estimate | null>>;
}

/** The same of one band, over all covers. */
export interface BandSummary extends Omit<SummaryGroup, "cover"> {
  readonly band: string;
  readonly images: number;
  readonly metrics: Readonly<Record<keyof BandRow, Estimate>>;
}

/** All means of an evaluation. */
export interface EvaluationSummary {
  /** By set, method and pixels, over all covers and then by stratum. */
  readonly groups: readonly SummaryRow[];
  readonly bands: readonly BandSummary[];
  /** What readers should know before they believe a number. */
  readonly notes: readonly string[];
}

/** Rows by a key, in the order in which keys come. */
function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

const key = (...parts: readonly string[]) => JSON.stringify(parts);

/** Sets and methods with fewer images than their set has, or few images altogether. */
function notesOf(groups: readonly SummaryRow[]): readonly string[] {
  const whole = groups.filter(({ pixels, cover }) => pixels === "all" && cover === "all");
  return grouped(whole, ({ set }) => set).flatMap((own) => {
    const { set } = own[0]!;
    const most = Math.max(...own.map(({ images }) => images));
    const few = most < FEW_IMAGES
      ? [`${set}: n = ${most}, so few images that intervals are too short and tests see little`]
      : [];
    const short = own.filter(({ images }) => images < most)
      .map(({ method, images }) =>
        `${set}: ${method} is the mean of ${images} of ${most} images, not comparable to the others`
      );
    return [...few, ...short];
  });
}

/**
 * Means over images, each image counting the same: a mean PSNR is the mean of the images' PSNRs.
 *
 * The intervals are bootstrapped over images (BCa), with the same draws of images for every method.
 * An infinite PSNR stays infinite in the mean, which then has no interval.
 *
 * @throws {RangeError} If the level of the intervals is not between 0 and 1.
 */
export function summarize(
  rows: readonly EvaluationRow[],
  options: BootstrapOptions = {},
): EvaluationSummary {
  const finite = bootstrap(options);
  const estimate = (values: readonly number[]): Estimate => {
    const infinite = values.find((value) => !Number.isFinite(value));
    if (infinite === undefined) return finite(values);
    return { mean: infinite, low: null, high: null, count: values.length };
  };
  const summaryOf = (own: readonly EvaluationRow[], cover: string): SummaryRow => {
    const { set, method, kind, pixels } = own[0]!;
    const metrics = ROW_METRICS.map((metric) => {
      const values = own.map((row) => row[metric]).filter((value) => value !== null);
      return [metric, values.length === 0 ? null : estimate(values)];
    });
    return {
      set,
      method,
      kind,
      pixels,
      cover,
      images: own.length,
      metrics: Object.fromEntries(metrics) as SummaryRow["metrics"],
    };
  };
  const parts = grouped(rows, ({ set, method, pixels }) => key(set, method, pixels));
  const groups = parts.flatMap((own) => [
    summaryOf(own, "all"),
    ...STRATA.flatMap(({ name }) => {
      const inside = own.filter(({ cover }) => cover !== null && stratumOf(cover).name === name);
      return inside.length === 0 ? [] : [summaryOf(inside, name)];
    }),
  ]);
  const bands = parts.flatMap((own) => {
    const { set, method, kind, pixels } = own[0]!;
    return [...new Set(own.flatMap((row) => Object.keys(row.bands)))].map((band) => {
      const found = own.flatMap((row) => row.bands[band] ?? []);
      const metrics = BAND_METRICS.map((
        metric,
      ) => [metric, estimate(found.map((one) => one[metric]))]);
      return {
        set,
        method,
        kind,
        pixels,
        band,
        images: found.length,
        metrics: Object.fromEntries(metrics) as BandSummary["metrics"],
      };
    });
  });
  return { groups, bands, notes: notesOf(groups) };
}
