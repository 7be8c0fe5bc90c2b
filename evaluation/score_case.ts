/**
 * The rows of one case: every method over every group of pixels.
 *
 * @module
 */

import { normalizeBand, type Raster, toReflectance } from "../core/mod.ts";
import {
  type Lpips,
  type MetricProfile,
  type ProfileScore,
  type RegionScore,
  scoreRegions,
} from "../metrics/mod.ts";
import { baselines, copyInput, fuseFrames, maskAwareMean } from "../restoration/mod.ts";
import { mean, median } from "../fusion/mod.ts";
import { isVisible, masksOf, pixelGroups } from "./case_pixels.ts";
import { caseDigests, type EvaluationCase, ONE_SET, referenceOf } from "./evaluation_case.ts";
import type { EvaluationRow, MethodKind, PixelGroup } from "./evaluation_row.ts";

/** A way to restore a case, and what is to be known of it. */
export interface EvaluatedMethod {
  readonly name: string;
  readonly kind: "model" | "restored";
  /** What made the images, as JSON: digests, options. Other facts are another method. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** A raster like the target. */
  restore(given: MethodInput): Promise<Raster>;
}

/** What a method is given. */
export interface MethodInput extends EvaluationCase {
  readonly cloudy: readonly Raster[];
  readonly reference: number;
  /** Masks of the dates, given or detected; undefined where nobody knows. */
  readonly found: readonly Uint8Array[] | undefined;
  readonly signal?: AbortSignal;
}

/** How a case is scored. */
export interface ScoreCaseOptions {
  readonly profile: MetricProfile;
  readonly lpips?: Lpips;
  readonly methods?: readonly EvaluatedMethod[];
  /** Whether what costs no training is scored too. Default true. */
  readonly baselines?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws {TypeError} If a raster is not like the target. */
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

/** What costs no training; of one date there is only its copy. */
async function baselinesOf(given: MethodInput): Promise<Readonly<Record<string, Raster>>> {
  const { cloudy, reference, found, dates } = given;
  if (cloudy.length === 0) return {};
  if (cloudy.length === 1) return { "copy the input": copyInput(cloudy, { reference }) };
  if (cloudy.every(isVisible)) {
    return await baselines(cloudy, {
      reference,
      ...(found && { masks: found }),
      ...(dates && { dates }),
    });
  }
  // The cloud rule has nothing to go by.
  return {
    "copy the input": copyInput(cloudy, { reference }),
    mean: await fuseFrames(cloudy, { fusion: mean() }),
    median: await fuseFrames(cloudy, { fusion: median() }),
    ...(found && { "mask-aware mean": maskAwareMean(cloudy, { masks: found, reference }) }),
  };
}

/** Pixels from the border that the windows of every profile need. */
const MARGIN = 5;

/** Whether a group has a pixel around which every window fits. */
function hasWindow(mask: Uint8Array | undefined, { width, height }: Raster): boolean {
  if (mask === undefined) return true;
  for (let y = MARGIN; y < height - MARGIN; y++) {
    const row = y * width;
    if (mask.subarray(row + MARGIN, row + width - MARGIN).includes(1)) return true;
  }
  return false;
}

/** Red, green and blue among the bands; undefined where they are not all named. */
function rgbOf({ bands }: Raster): readonly [number, number, number] | undefined {
  const names = bands.map(normalizeBand);
  const [red, green, blue] = ["B04", "B03", "B02"].map((band) => names.indexOf(band));
  return Math.min(red!, green!, blue!) < 0 ? undefined : [red!, green!, blue!];
}

const orNull = (value: number) => Number.isNaN(value) ? null : value;

/** Scores of one image over the groups; a group without pixels, or without a window, is left out. */
async function scoreImage(
  prediction: Raster,
  { given, groups, options: { profile, lpips } }: {
    readonly given: MethodInput;
    readonly groups: Readonly<Partial<Record<PixelGroup, Uint8Array | undefined>>>;
    readonly options: ScoreCaseOptions;
  },
) {
  const { target } = given;
  const { width, height, bands: { length: channels } } = target;
  const size = { width, height, channels };
  // Metrics take finite numbers only: NaN at a pixel that does not count is 0 in both images.
  const gap = (value: number, i: number) =>
    groups.all?.[Math.floor(i / channels)] === 0 && Number.isNaN(value + target.data[i]!);
  // A prediction is in the target's numbers, whatever raster it comes in.
  const reflectance = ({ data }: Raster) =>
    toReflectance({
      ...target,
      data: Float32Array.from(data, (value, i) => gap(value, i) ? 0 : value),
    });
  const [ours, truth] = [reflectance(prediction), reflectance(target)];
  const regions = scoreRegions(ours, truth, {
    ...size,
    dataRange: 1,
    regions: groups as Readonly<Record<PixelGroup, Uint8Array | undefined>>,
  });
  const rgb = rgbOf(target);
  const byProfile = async (mask: Uint8Array | undefined): Promise<ProfileScore> =>
    await profile.score(
      {
        prediction: ours,
        target: truth,
        ...size,
        ...(mask && { mask }),
        ...(rgb && { rgb }),
      },
      lpips && { lpips },
    );
  const scores: [PixelGroup, RegionScore, ProfileScore][] = [];
  for (const [name, mask] of Object.entries(groups) as [PixelGroup, Uint8Array | undefined][]) {
    const region = regions[name];
    if (region === null) continue;
    const fits = hasWindow(mask, target);
    if (profile.name === "standard" && (lpips === undefined || !fits)) {
      // The same definitions, of which the regions have computed all but LPIPS.
      const noLpips = rgb === undefined && channels !== 3 ? "no red, green and blue" : "no weights";
      scores.push([name, region, { ...region, lpips: null, noLpips }]);
    } else if (fits) scores.push([name, region, await byProfile(mask)]);
  }
  return scores;
}

/**
 * Scores a case: what costs no training, the images that it brings, and what methods make of it, over
 * all pixels and, where clouds are known, over the cloudy and the clear ones.
 *
 * @returns Baselines first. A group without pixels has no row; nor has, in profiles other than the
 *   standard one, a group whose pixels are all within 5 of the border.
 * @throws {TypeError} If an image differs from the target in size or bands.
 * @throws {RangeError} If the reference is no date.
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
  const { masks: found, mask } = masksOf(given);
  const { groups, cover } = pixelGroups(given, found);
  const input: MethodInput = {
    ...given,
    cloudy,
    reference,
    found,
    ...(signal && { signal }),
  };
  const digests = caseDigests(given);
  const rows: EvaluationRow[] = [];
  const add = async (method: string, kind: MethodKind, image: Raster) => {
    signal?.throwIfAborted();
    if (rows.some((row) => row.method === method)) {
      throw new TypeError(
        `Cannot score ${name}: methods must have names of their own, got two called ${method}`,
      );
    }
    checkAlike(`the result of ${method} for ${name}`, image, target);
    for (
      const [pixels, region, score] of await scoreImage(image, { given: input, groups, options })
    ) {
      const { mae, rmse, psnr, ssim, sam, lpips, noLpips } = score;
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
        mae,
        rmse,
        psnr,
        ssim: orNull(ssim),
        sam: orNull(sam),
        lpips,
        ...(noLpips && { noLpips }),
        bands: Object.fromEntries(
          target.bands.map((band, i) => {
            const { bias, mae, rmse } = region.bands[i]!;
            return [band, { bias, mae, rmse }];
          }),
        ),
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
