/**
 * Scores of restored images beside the baselines.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { type Score, score } from "../metrics/mod.ts";
import { baselines, type ImageValues } from "./baselines.ts";

/** One place: what it is in truth, what was seen, what was made of it. */
export interface EvaluationCase {
  readonly name: string;
  /** The clear image. */
  readonly target: Raster;
  /** Restored images by the name of the method. */
  readonly restored?: Readonly<Record<string, Raster>>;
  /** Cloudy dates; with them the baselines are scored too. */
  readonly cloudy?: readonly Raster[];
  /** The date that the target depicts. Default the last. */
  readonly reference?: number;
}

/** How images are scored. */
export interface EvaluateOptions {
  /** File number of reflectance 1. Default 10000, of uint8 images 255. */
  readonly white?: number;
}

/** Scores of one place by method; baselines come first. */
export interface CaseScores {
  readonly name: string;
  readonly scores: Readonly<Record<string, Score>>;
}

/** Scores of all places and their means. */
export interface Evaluation {
  readonly cases: readonly CaseScores[];
  /** Mean over places by method, of the methods that every place has. */
  readonly means: Readonly<Record<string, Score>>;
}

const METRICS = ["psnr", "ssim", "mae", "rmse", "sam"] as const;

/**
 * Scores one place. Images are divided by `white` first, so MAE and RMSE are reflectances; pixels
 * without data in the target do not count.
 *
 * @throws {TypeError} If an image differs from the target in size or bands.
 */
export function evaluateCase(
  { name, target, restored = {}, cloudy = [], reference }: EvaluationCase,
  { white = target.dtype === "uint8" ? 255 : 10000 }: EvaluateOptions = {},
): CaseScores {
  const images: Record<string, ImageValues> = {};
  if (cloudy.length > 0) {
    for (const frame of cloudy) checkAlike("the cloudy image", frame, target);
    const all = baselines(cloudy, { ...(reference !== undefined && { reference }) });
    const { copyInput, ...combined } = all;
    Object.assign(images, cloudy.length === 1 ? { copyInput } : { copyInput, ...combined });
  }
  for (const [method, raster] of Object.entries(restored)) {
    checkAlike(`the result of ${method}`, raster, target);
    images[method] = Float32Array.from(raster.data);
  }
  const scale = (values: ArrayLike<number>) => Float32Array.from(values, (value) => value / white);
  const truth = scale(target.data);
  const { height, width } = target;
  const mask = validPixels(target);
  const options = { height, width, channels: target.bands.length, dataRange: 1, mask };
  const scores = Object.fromEntries(
    Object.entries(images).map((
      [method, values],
    ) => [method, score(scale(values), truth, options)]),
  );
  return { name, scores };
}

function checkAlike(what: string, { width, height, bands }: Raster, target: Raster): void {
  if (
    width !== target.width || height !== target.height || bands.join() !== target.bands.join()
  ) {
    throw new TypeError(
      `Cannot score ${what}: it must be like the target, ${target.width}×${target.height} with ` +
        `bands ${target.bands.join(", ")}, got ${width}×${height} with ${bands.join(", ")}`,
    );
  }
}

/** 1 where some band of the target has data. */
function validPixels({ data, bands, nodata }: Raster): Uint8Array | undefined {
  if (nodata === undefined) return undefined;
  const mask = new Uint8Array(data.length / bands.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== nodata) mask[Math.floor(i / bands.length)] = 1;
  }
  return mask;
}

/**
 * Scores places one after the other.
 *
 * @throws {TypeError} If there is no place, or an image differs from its target.
 */
export async function evaluate(
  cases: Iterable<EvaluationCase> | AsyncIterable<EvaluationCase>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const scored: CaseScores[] = [];
  for await (const each of cases) scored.push(evaluateCase(each, options));
  const [first] = scored;
  if (first === undefined) {
    throw new TypeError("Cannot evaluate: there must be at least one image, got none");
  }
  const methods = Object.keys(first.scores)
    .filter((method) => scored.every(({ scores }) => Object.hasOwn(scores, method)));
  const means = Object.fromEntries(methods.map((method) => [method, meanScore(scored, method)]));
  return { cases: scored, means };
}

function meanScore(cases: readonly CaseScores[], method: string): Score {
  const mean = (metric: typeof METRICS[number]) =>
    cases.reduce((sum, { scores }) => sum + scores[method]![metric], 0) / cases.length;
  return Object.fromEntries(METRICS.map((metric) => [metric, mean(metric)])) as unknown as Score;
}
