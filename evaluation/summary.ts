/**
 * Means over images with confidence intervals, by set, method, pixels, cloud cover and band.
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
  STRATA,
  stratumOf,
  TABLE_COLUMNS,
  type TableColumn,
} from "./evaluation_row.ts";

/** Group of rows that a mean is taken over. */
export interface SummaryGroup {
  /** Set of images. */
  readonly set: string;
  /** Name of the method. */
  readonly method: string;
  /** Kind of the method. */
  readonly kind: MethodKind;
  /** Group of pixels. */
  readonly pixels: PixelGroup;
  /** A name of {@linkcode STRATA}, or "all". */
  readonly cover: string;
}

/** Means over the images of a group; null if no image has the metric. */
export interface SummaryRow extends SummaryGroup {
  /** Number of images. */
  readonly images: number;
  /** Mean of each metric. */
  readonly metrics: Readonly<Record<TableColumn, Estimate | null>>;
}

/** Means of one band over all cloud covers. */
export interface BandSummary extends Omit<SummaryGroup, "cover"> {
  /** Name of the band. */
  readonly band: string;
  /** Number of images. */
  readonly images: number;
  /** Mean of each metric. */
  readonly metrics: Readonly<Record<keyof BandRow, Estimate>>;
}

/** All means of an evaluation. */
export interface EvaluationSummary {
  /** By set, method and pixels: over all cloud covers, then by stratum. */
  readonly groups: readonly SummaryRow[];
  /** Means per band. */
  readonly bands: readonly BandSummary[];
  /** Caveats: few images, incomplete methods. */
  readonly notes: readonly string[];
}

/** Groups rows by a key, in order of first appearance. */
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

/** Notes on sets with few images, and on methods that lack images of their set. */
function notesOf(groups: readonly SummaryRow[]): readonly string[] {
  const whole = groups.filter(({ pixels, cover }) => pixels === "all" && cover === "all");
  return grouped(whole, ({ set }) => set).flatMap((own) => {
    const { set } = own[0]!;
    const most = Math.max(...own.map(({ images }) => images));
    const few = most < FEW_IMAGES
      ? [
        `${set}: with only n = ${most} images, intervals are too narrow and tests have little power`,
      ]
      : [];
    const short = own.filter(({ images }) => images < most)
      .map(({ method, images }) =>
        `${set}: ${method} averages ${images} of ${most} images and is not comparable to the others`
      );
    return [...few, ...short];
  });
}

/**
 * Averages rows over images with equal weight: a mean PSNR is the mean of the images' PSNRs.
 *
 * Intervals are bootstrapped over images (BCa), with the same resamples for every method. An infinite
 * PSNR makes the mean infinite and leaves it without an interval.
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
    const metrics = TABLE_COLUMNS.map((metric) => {
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
