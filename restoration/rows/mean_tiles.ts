/**
 * Tiles of the mean of all dates.
 *
 * @module
 */

import { EVIDENCE, type ModelCard, type RestoreInput, scalingRanges } from "../../model/mod.ts";
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
  const depth = channels + EVIDENCE.length;
  const pixels = tileSize ** 2;
  const image = new Float32Array(origins.length * pixels * channels);
  const evidence = new Float32Array(origins.length * pixels * EVIDENCE.length);
  const lows = scalingRanges(scaling, channels).map(({ low }) => low);
  for (const [t, origin] of origins.entries()) {
    const tile = new Float32Array(pixels * depth);
    mean.cut(tile, 0, { scene, tileSize, origin });
    fillGaps([tile], {
      width: tileSize,
      height: tileSize,
      fallback: [...lows, ...EVIDENCE.map(() => 0)],
    });
    for (let i = 0; i < pixels; i++) {
      const from = i * depth;
      image.set(tile.subarray(from, from + channels), (t * pixels + i) * channels);
      evidence.set(
        tile.subarray(from + channels, from + depth),
        (t * pixels + i) * EVIDENCE.length,
      );
    }
  }
  return { image, evidence };
}
