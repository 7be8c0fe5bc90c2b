/**
 * Rows of one case: every method over every group of pixels.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type {
  Lpips,
  MetricProfile,
  ProfileScore,
  RegionScore,
  VisualScore,
} from "../metrics/mod.ts";
import { copyInput } from "../restoration/mod.ts";
import { baselinesOf } from "./case_baselines.ts";
import { foundMasks, masksOf, pixelGroups } from "./case_pixels.ts";
import type { EvaluatedMethod, MethodInput } from "./evaluated_method.ts";
import { caseDigests, type EvaluationCase, ONE_SET, referenceOf } from "./evaluation_case.ts";
import {
  type EvaluationRow,
  largestBias,
  type MethodKind,
  type RowMetric,
} from "./evaluation_row.ts";
import { scoreImage, visualMeasuring } from "./score_image.ts";

/** Options of {@linkcode scoreCase}. */
export interface ScoreCaseOptions {
  readonly profile: MetricProfile;
  readonly lpips?: Lpips;
  readonly methods?: readonly EvaluatedMethod[];
  /** Score the baselines too. Default true. */
  readonly baselines?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws {TypeError} If a raster differs from the target in size or bands. */
function checkAlike(what: string, { width, height, bands }: Raster, target: Raster): void {
  if (
    width !== target.width || height !== target.height || bands.join() !== target.bands.join()
  ) {
    throw new TypeError(
      `Cannot score ${what}: it must match the target, ${target.width}×${target.height} with ` +
        `bands ${target.bands.join(", ")}, got ${width}×${height} with ${bands.join(", ")}`,
    );
  }
}

const orNull = (value: number) => Number.isNaN(value) ? null : value;

function metricsOf(
  { mae, rmse, psnr, ssim, sam, lpips, noLpips }: ProfileScore,
): Pick<EvaluationRow, RowMetric | "noLpips"> {
  const reason = noLpips && { noLpips };
  return { mae, rmse, psnr, ssim: orNull(ssim), sam: orNull(sam), lpips, ...reason };
}

function visualOf(
  { weave, contrast, seam, missing }: VisualScore,
): Pick<EvaluationRow, "weave" | "contrast" | "seam" | "noVisual"> {
  const reasons = Object.keys(missing).length > 0 && { noVisual: missing };
  return { weave, contrast, seam, ...reasons };
}

function bandsOf({ bands }: RegionScore, names: readonly string[]): EvaluationRow["bands"] {
  const entries = names.map((name, i) => {
    const { bias, mae, rmse } = bands[i]!;
    return [name, { bias, mae, rmse }] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * Scores the baselines, the restored images and the methods on one case: over all pixels and, if clouds
 * are known, over the cloudy and the clear ones.
 *
 * @returns Baselines first. A group without pixels has no row. In profiles other than the standard one,
 *   neither has a group whose pixels all lie within 5 pixels of the border.
 * @throws {TypeError} If an image differs from the target in size or bands.
 * @throws {RangeError} If the reference is out of range.
 */
export async function scoreCase(
  given: EvaluationCase,
  options: ScoreCaseOptions,
): Promise<readonly EvaluationRow[]> {
  const { name, set = ONE_SET, target, restored = {}, cloudy = [] } = given;
  const { methods = [], signal } = options;
  for (const frame of cloudy) checkAlike(`the cloudy image of ${name}`, frame, target);
  const reference = referenceOf(given);
  if (cloudy.length > 0) copyInput(cloudy, { reference });
  const { masks, mask } = masksOf(given);
  const { groups, cover } = pixelGroups(given, masks);
  const detects = given.methodMasks === "detector" || mask === "detected";
  const found = detects ? foundMasks(given) : masks;
  const input: MethodInput = {
    ...given,
    cloudy,
    reference,
    found,
    ...(signal && { signal }),
  };
  const digests = caseDigests(given);
  const visual = visualMeasuring(target, groups);
  const rows: EvaluationRow[] = [];
  const add = async (method: string, kind: MethodKind, image: Raster) => {
    signal?.throwIfAborted();
    if (rows.some((row) => row.method === method)) {
      throw new TypeError(
        `Cannot score ${name}: method names must be unique, got two called ${method}`,
      );
    }
    checkAlike(`the result of ${method} for ${name}`, image, target);
    const scored = await scoreImage(image, { given: input, groups, visual, options });
    for (const [pixels, region, score, seen] of scored) {
      const bands = bandsOf(region, target.bands);
      rows.push({
        set,
        image: name,
        method,
        kind,
        pixels,
        count: region.pixels,
        cover,
        mask,
        profile: options.profile.name,
        ...digests,
        ...metricsOf(score),
        ...visualOf(seen),
        bias: largestBias(bands),
        bands,
      });
    }
  };
  if (options.baselines !== false) {
    for (const [method, image] of Object.entries(await baselinesOf(input))) {
      await add(method, "baseline", image);
    }
  }
  for (const [method, image] of Object.entries(restored)) await add(method, "restored", image);
  for (const method of methods) {
    signal?.throwIfAborted();
    await add(method.name, method.kind, await method.restore(input));
  }
  return rows;
}
