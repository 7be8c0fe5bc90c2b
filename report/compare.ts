/**
 * Scores of the result and the baselines against the clear image: by region, by band, and as error
 * maps.
 *
 * @module
 */

import {
  type RegionScore,
  type Score,
  scoreRegions,
  visualMeter,
  type VisualScore,
} from "../metrics/mod.ts";
import { errorMaps } from "./errors.ts";
import { detailOf, type Gathered } from "./gathered.ts";
import { pickBands } from "./pixels.ts";
import type { ReportErrors, ReportScores, ReportTruth, ReportVisual } from "./report_data.ts";

/** Side of SSIM's window; smaller images have no scores. */
const LEAST_SIDE = 11;

/** Bands and scale of a comparison. */
export interface CompareOptions {
  /** Bands of the images. */
  readonly depth: number;
  /** Indices of the bands that the result has. */
  readonly bands: readonly number[];
  /** Divisor of the images: the value of reflectance 1, else the value range. */
  readonly dataRange: number;
}

/** 1 at pixels that have data in every band of every image. */
function complete(images: readonly Float32Array[], depth: number): Uint8Array {
  return Uint8Array.from({ length: images[0]!.length / depth }, (_, pixel) => {
    for (const image of images) {
      for (let i = pixel * depth; i < (pixel + 1) * depth; i++) {
        if (Number.isNaN(image[i])) return 0;
      }
    }
    return 1;
  });
}

const REGIONS = {
  all: "All pixels",
  cloudy: "Under cloud or shadow",
  seen: "Under cloud or shadow, but clear on another date",
  unseen: "Under cloud or shadow on every date",
  clear: "Clear pixels",
} as const;

/** 1 where a date other than the reference is clear; undefined if the clouds of none are known. */
function seenElsewhere({ dateClouds, clouds }: Gathered): Uint8Array | undefined {
  const others = dateClouds.filter((one) => one !== undefined && one !== clouds);
  if (clouds === undefined || others.length === 0) return undefined;
  return clouds.map((_, i) => others.some((one) => one![i] === 0) ? 1 : 0);
}

function scoreOf(region: RegionScore | null | undefined): Score | null {
  if (region === null || region === undefined) return null;
  const { mae, rmse, psnr, ssim, sam } = region;
  return { mae, rmse, psnr, ssim, sam };
}

function visualOf(
  { weave, contrast, seam }: VisualScore,
  region: RegionScore | null | undefined,
): ReportVisual {
  const bias = region ? Math.max(...region.bands.map(({ bias }) => Math.abs(bias))) : null;
  return { weave, contrast, seam, bias };
}

/**
 * Scores methods against the clear image.
 *
 * @param methods Images of the kept window by method, the model first.
 */
export function compare(
  gathered: Gathered,
  methods: Readonly<Record<string, Float32Array>>,
  options: CompareOptions,
): Omit<ReportTruth, "frame" | "scored"> {
  const { dataRange, bands: compared } = options;
  const { kept: { width, height }, clouds } = gathered;
  const depth = compared.length;
  const pick = (image: Float32Array) => pickBands(image, { depth: options.depth, bands: compared });
  const truth = pick(gathered.truth!);
  const images = Object.entries(methods).map(([method, image]) => ({ method, image: pick(image) }));
  const counts = complete([truth, ...images.map(({ image }) => image)], depth);
  const within = (wanted: number) =>
    clouds === undefined
      ? undefined
      : counts.map((one, i) => one === 1 && clouds[i] === wanted ? 1 : 0);
  const cloudy = within(1);
  const elsewhere = seenElsewhere(gathered);
  const regions = {
    all: counts,
    ...(cloudy && { cloudy }),
    ...(cloudy && elsewhere && {
      seen: cloudy.map((one, i) => one & elsewhere[i]!),
      unseen: cloudy.map((one, i) => one & (1 - elsewhere[i]!)),
    }),
    ...(cloudy && { clear: within(0)! }),
  };
  // Metrics take finite numbers only; excluded pixels are 0 in both images.
  const scaled = (image: Float32Array) =>
    image.map((value, i) => counts[Math.floor(i / depth)] === 1 ? value / dataRange : 0);
  const target = scaled(truth);
  const possible = Math.min(width, height) >= LEAST_SIDE;
  const all = {
    ...{ height, width, channels: depth, dataRange: 1 },
    regions: regions as Record<keyof typeof REGIONS, Uint8Array>,
  };
  const { cloudy: hidden, clear } = all.regions;
  const measure = visualMeter(target, {
    ...all,
    ...(hidden && clear && { edge: { hidden, clear } }),
  });
  const scored = images.map(({ method, image }) => {
    const ours = scaled(image);
    return {
      method,
      regions: possible ? scoreRegions(ours, target, all) : undefined,
      visual: measure(ours),
    };
  });
  const scores = (Object.keys(regions) as (keyof typeof REGIONS)[]).map((region): ReportScores => ({
    label: REGIONS[region],
    pixels: regions[region]!.reduce((sum, one) => sum + one, 0),
    rows: scored.map(({ method, regions, visual }) => ({
      method,
      score: scoreOf(regions?.[region]),
      visual: visualOf(visual[region], regions?.[region]),
    })),
  }));
  const bands = scored.flatMap(({ method, regions }) => {
    const all = regions?.all;
    if (!all) return [];
    const ofBand = (band: number) => {
      const found = all.bands[compared.indexOf(band)];
      return found === undefined ? null : { bias: found.bias, mae: found.mae, rmse: found.rmse };
    };
    return [{ method, scores: Array.from({ length: options.depth }, (_, band) => ofBand(band)) }];
  });
  return { scores, bands, errors: errorsOf(gathered, methods, options) };
}

function errorsOf(
  gathered: Gathered,
  methods: Readonly<Record<string, Float32Array>>,
  { depth, dataRange }: CompareOptions,
): ReportErrors {
  const details = Object.fromEntries(
    Object.entries(methods).map(([method, image]) => [method, detailOf(gathered, image, depth)]),
  );
  return errorMaps(details, detailOf(gathered, gathered.truth!, depth), { depth, dataRange });
}
