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

/** Scores one image over the groups; leaves out groups without a pixel or without a window. */
export async function scoreImage(
  prediction: Raster,
  { given, groups, options: { profile, lpips } }: {
    readonly given: MethodInput;
    readonly groups: Readonly<Partial<Record<PixelGroup, Uint8Array | undefined>>>;
    readonly options: { readonly profile: MetricProfile; readonly lpips?: Lpips };
  },
) {
  const { target } = given;
  const { width, height, bands: { length: channels } } = target;
  const size = { width, height, channels };
  // Metrics take finite numbers only: NaN at an excluded pixel becomes 0 in both images.
  const gap = (value: number, i: number) =>
    groups.all?.[Math.floor(i / channels)] === 0 && Number.isNaN(value + target.data[i]!);
  // A prediction is in the target's units, whatever raster it comes in.
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
      // The regions already hold all standard metrics but LPIPS.
      const noLpips = rgb === undefined && channels !== 3 ? "no red, green and blue" : "no weights";
      scores.push([name, region, { ...region, lpips: null, noLpips }]);
    } else if (fits) scores.push([name, region, await byProfile(mask)]);
  }
  return scores;
}
