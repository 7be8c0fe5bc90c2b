/**
 * Scores of one image over groups of pixels.
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
  visualMeter,
  type VisualScore,
} from "../metrics/mod.ts";
import type { PixelGroup } from "./evaluation_row.ts";
import type { MethodInput } from "./evaluated_method.ts";

/** Distance from the border, in pixels, that the windows of every profile need. */
const MARGIN = 5;

/** Tests if a group has a pixel around which every window fits. */
function hasWindow(mask: Uint8Array | undefined, { width, height }: Raster): boolean {
  if (mask === undefined) return true;
  for (let y = MARGIN; y < height - MARGIN; y++) {
    const row = y * width;
    if (mask.subarray(row + MARGIN, row + width - MARGIN).includes(1)) return true;
  }
  return false;
}

/** Indices of red, green and blue; undefined unless all are named. */
function rgbOf({ bands }: Raster): readonly [number, number, number] | undefined {
  const names = bands.map(normalizeBand);
  const [red, green, blue] = ["B04", "B03", "B02"].map((band) => names.indexOf(band));
  return Math.min(red!, green!, blue!) < 0 ? undefined : [red!, green!, blue!];
}

/** Groups of pixels with their masks. */
type Groups = Readonly<Partial<Record<PixelGroup, Uint8Array | undefined>>>;

/**
 * Reflectances of an image in the target's units, whatever raster it comes in. Metrics take finite numbers
 * only: where an excluded pixel of the image or of the other one is NaN, it becomes 0.
 */
function reflectanceOf(
  { data }: Raster,
  { target, other, groups }: {
    readonly target: Raster;
    readonly other: Raster;
    readonly groups: Groups;
  },
): Float32Array {
  const channels = target.bands.length;
  const gap = (value: number, i: number) =>
    groups.all?.[Math.floor(i / channels)] === 0 && Number.isNaN(value + other.data[i]!);
  return toReflectance({
    ...target,
    data: Float32Array.from(data, (value, i) => gap(value, i) ? 0 : value),
  });
}

/** Measures a prediction in reflectance over the groups. */
export type VisualMeasuring = (
  prediction: Float32Array,
) => Readonly<Partial<Record<PixelGroup, VisualScore>>>;

/** Creates the visual measures of a case; what its target needs is computed once for all methods. */
export function visualMeasuring(target: Raster, groups: Groups): VisualMeasuring {
  const { width, height, bands: { length: channels } } = target;
  const { cloudy: hidden, clear } = groups;
  return visualMeter(reflectanceOf(target, { target, other: target, groups }), {
    ...{ width, height, channels, dataRange: 1 },
    regions: groups as Readonly<Record<PixelGroup, Uint8Array | undefined>>,
    ...(hidden && clear && { edge: { hidden, clear } }),
  });
}

/** Scores of one group: its pixels, the profile's metrics and the visual measures. */
export type GroupScores = readonly [PixelGroup, RegionScore, ProfileScore, VisualScore];

/** Scores one image over the groups; leaves out groups without a pixel or without a window. */
export async function scoreImage(
  prediction: Raster,
  { given, groups, visual, options: { profile, lpips } }: {
    readonly given: MethodInput;
    readonly groups: Groups;
    readonly visual: VisualMeasuring;
    readonly options: { readonly profile: MetricProfile; readonly lpips?: Lpips };
  },
): Promise<readonly GroupScores[]> {
  const { target } = given;
  const { width, height, bands: { length: channels } } = target;
  const size = { width, height, channels };
  const ours = reflectanceOf(prediction, { target, other: target, groups });
  const truth = reflectanceOf(target, { target, other: prediction, groups });
  const regions = scoreRegions(ours, truth, {
    ...size,
    dataRange: 1,
    regions: groups as Readonly<Record<PixelGroup, Uint8Array | undefined>>,
  });
  const seen = visual(ours);
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
  const scores: GroupScores[] = [];
  for (const [name, mask] of Object.entries(groups) as [PixelGroup, Uint8Array | undefined][]) {
    const region = regions[name];
    if (region === null) continue;
    const fits = hasWindow(mask, target);
    if (profile.name === "standard" && (lpips === undefined || !fits)) {
      // The regions already hold all standard metrics but LPIPS.
      const noLpips = rgb === undefined && channels !== 3 ? "no red, green and blue" : "no weights";
      scores.push([name, region, { ...region, lpips: null, noLpips }, seen[name]!]);
    } else if (fits) scores.push([name, region, await byProfile(mask), seen[name]!]);
  }
  return scores;
}
