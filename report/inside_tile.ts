/**
 * Chooses and reads the tile whose restoration is recorded: the cloudiest of the detail view.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { Model } from "../model/mod.ts";
import {
  cloudFillOf,
  fillGaps,
  fillImageClouds,
  maskWindow,
  type OpenSeries,
  type SceneMasks,
  type SceneOptions,
} from "../restoration/mod.ts";
import { worstWindow } from "./clouds.ts";
import { detailOf, type Gathered } from "./gathered.ts";
import { lookInside } from "./inside.ts";
import { readFrame } from "./pixels.ts";
import type { ReportInside } from "./report_data.ts";
import { colourBands } from "./views.ts";

/** Cloudiest window of a tile's size in the detail; undefined if the detail is smaller. */
function tileOf(gathered: Gathered, tileSize: number): RasterWindow | undefined {
  const { detail, clouds } = gathered;
  if (detail.width < tileSize || detail.height < tileSize) return undefined;
  const mask = clouds === undefined
    ? new Uint8Array(detail.width * detail.height)
    : detailOf(gathered, clouds, 1);
  const size = { width: tileSize, height: tileSize };
  const { column, row } = worstWindow(mask, { ...detail, size });
  return { column: detail.column + column, row: detail.row + row, ...size };
}

/**
 * Records the restoration of the cloudiest tile; null if the detail is smaller than a tile, or if the
 * states are no images of a date: where the model's mean is made of all dates.
 */
export async function insideOf(
  model: Model,
  { scene }: OpenSeries,
  { gathered, masks, options }: {
    readonly gathered: Gathered;
    /** Cloud masks of the restoration, used to mask the model input. */
    readonly masks: SceneMasks | undefined;
    readonly options: SceneOptions;
  },
): Promise<ReportInside | null> {
  const { card } = model;
  const { frames, reference, auxiliary } = scene;
  const window = tileOf(gathered, card.tileSize);
  if (window === undefined || card.modules.mean !== undefined) return null;
  const fill = cloudFillOf(card, masks);
  const clouds = fill === undefined ? [] : await maskWindow(scene, masks!, window);
  const whole = async (all: typeof frames, bands: number) => {
    const read: Float32Array[] = [];
    for (const [l, frame] of all.entries()) {
      const image = await readFrame(frame, window);
      const classes = all === frames ? clouds[l] : undefined;
      if (classes !== undefined) fillImageClouds(image, classes, fill!);
      read.push(image);
    }
    fillGaps(read, { ...window, fallback: Array<number>(bands).fill(0) });
    return read;
  };
  return await lookInside(model, {
    window,
    dates: await whole(frames, card.bands.length),
    auxiliary: auxiliary && await whole(auxiliary, card.condition.auxiliary.length),
    reference,
    bands: colourBands(card.bands.map(({ name }) => name)),
  }, options);
}
