/**
 * Tiles of the mean of all dates.
 *
 * @module
 */

import { meanGroups, type ModelCard, type RestoreInput, scalingRanges } from "../../model/mod.ts";
import { fillGaps } from "./fill_gaps.ts";
import type { FrameRows } from "./frame_rows.ts";
import type { Size, TileOrigin } from "./tiles.ts";

/** Cuts tiles of the mean and its evidence; pixels without any date take those of their neighbours. */
export function cutMean(
  mean: FrameRows,
  { card: { bands, scaling }, scene, tileSize, origins }: {
    readonly card: Pick<ModelCard, "bands" | "scaling">;
    readonly scene: Size;
    readonly tileSize: number;
    readonly origins: readonly TileOrigin[];
  },
): NonNullable<RestoreInput["mean"]> {
  const channels = bands.length;
  const groups = meanGroups(channels);
  const all = groups.reduce((sum, { depth }) => sum + depth, 0);
  const pixels = tileSize ** 2;
  const [image, evidence, dates, errors] = groups.map(({ depth }) =>
    new Float32Array(origins.length * pixels * depth)
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const out: Readonly<Record<string, Float32Array>> = { image, evidence, dates, errors };
  const lows = scalingRanges(scaling, channels).map(({ low }) => low);
  const fallback = groups.flatMap(({ key, depth }) =>
    Array.from({ length: depth }, (_, d) => key === "evidence" ? 0 : lows[d]!)
  );
  for (const [t, origin] of origins.entries()) {
    const tile = new Float32Array(pixels * all);
    mean.cut(tile, 0, { scene, tileSize, origin });
    fillGaps([tile], { width: tileSize, height: tileSize, fallback });
    for (let i = 0, from = 0; i < pixels; i++) {
      for (const { key, depth } of groups) {
        out[key]!.set(tile.subarray(from, from + depth), (t * pixels + i) * depth);
        from += depth;
      }
    }
  }
  return { image, evidence, dates, errors };
}
