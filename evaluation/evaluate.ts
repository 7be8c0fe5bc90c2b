/**
 * Scores of restored images beside the baselines.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { type Score, score } from "../metrics/mod.ts";
import { baselines, copyInput } from "../restoration/mod.ts";

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
 * @throws {RangeError} If the reference is no date, or dates lack the visible bands that tell the
 * least cloudy one.
 */
export async function evaluateCase(
  { name, target, restored = {}, cloudy = [], reference = cloudy.length - 1 }: EvaluationCase,
  { white = target.dtype === "uint8" ? 255 : 10000 }: EvaluateOptions = {},
): Promise<CaseScores> {
  for (const frame of cloudy) checkAlike("the cloudy image", frame, target);
  for (const [method, raster] of Object.entries(restored)) {
    checkAlike(`the result of ${method}`, raster, target);
  }
  const all = { ...await baselinesOf(cloudy, { reference, white }), ...restored };
  const { height, width, bands: { length: channels } } = target;
  const mask = validPixels(target);
  // Metrics take finite numbers only: NaN at a pixel that does not count is 0 in both images.
  const gap = (value: number, i: number) =>
    mask?.[Math.floor(i / channels)] === 0 && Number.isNaN(value + target.data[i]!);
  const scale = (values: ArrayLike<number>) =>
    Float32Array.from(values, (value, i) => gap(value, i) ? 0 : value / white);
  const truth = scale(target.data);
  const options = { height, width, channels, dataRange: 1, mask };
  const scores = Object.fromEntries(
    Object.entries(all).map(([method, { data }]) => [method, score(scale(data), truth, options)]),
  );
  return { name, scores };
}

/** What costs no training; of one date there is only its copy. */
async function baselinesOf(
  cloudy: readonly Raster[],
  { reference, white }: { readonly reference: number; readonly white: number },
): Promise<Readonly<Record<string, Raster>>> {
  if (cloudy.length === 0) return {};
  if (cloudy.length === 1) return { "copy the input": copyInput(cloudy, { reference }) };
  return await baselines(cloudy, { reference, white });
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

/** 1 where some band of the target has data and none is NaN; undefined if all pixels count. */
function validPixels({ data, bands, nodata }: Raster): Uint8Array | undefined {
  const mask = new Uint8Array(data.length / bands.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== nodata) mask[Math.floor(i / bands.length)] = 1;
  }
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) mask[Math.floor(i / bands.length)] = 0;
  }
  return mask.includes(0) ? mask : undefined;
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
  for await (const each of cases) scored.push(await evaluateCase(each, options));
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
