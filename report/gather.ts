/**
 * Restores a series and keeps the pixels that a report shows.
 *
 * @module
 */

import { alignment, type RasterWindow } from "../rasters/mod.ts";
import type { Model } from "../model/mod.ts";
import {
  areaOf,
  type EnsembleRestoration,
  maskWindow,
  networkScene,
  type OpenSeries,
  restoreRows,
  type RowsReport,
  type SceneFrame,
  type SceneMasks,
  type SceneOptions,
} from "../restoration/mod.ts";
import { cloudsOf } from "./clouds.ts";
import { Collector } from "./collector.ts";
import type { Gathered } from "./gathered.ts";
import { layoutOf, type ReportLayout } from "./layout.ts";
import { pixelSizeOf } from "./pixel_size.ts";
import { rasterOf, readFrame, readSmall } from "./pixels.ts";
import { findDetail, givenClouds } from "./reference_clouds.ts";

type EnsembleSceneOptions = Omit<EnsembleRestoration<SceneOptions>["options"], "inputs">;

/** Options of {@linkcode gather}. */
export interface GatherOptions extends EnsembleSceneOptions {
  /** Cloud masks of the restoration. */
  readonly masks: SceneMasks | undefined;
  /** The open clear image, with the model's bands. */
  readonly truth: SceneFrame | undefined;
  /** Paths of the reference and of the clear image, for error messages. */
  readonly names: { readonly grid: string; readonly truth: string };
  /** Progress callback: the stage, and how much of it is done. */
  readonly onStage: (stage: string, done: number, total: number) => void;
}

/** Aligns the clear image with the reference's grid. @throws {InputError} If the grids differ. */
function aligned(
  frame: SceneFrame,
  { scene }: OpenSeries,
  names: GatherOptions["names"],
): SceneFrame {
  const place = alignment(scene.grid, frame.file.header, { grid: names.grid, other: names.truth });
  return { ...frame, place };
}

/** Extent of a report: its area, layout, and size after downsampling. */
interface Extent {
  readonly area: RasterWindow;
  readonly layout: ReportLayout;
  readonly size: { readonly width: number; readonly height: number };
  /** Dates, result and clear image. */
  readonly images: number;
}

function extentOf(model: Model, { scene }: OpenSeries, options: GatherOptions): Extent {
  const area = areaOf(scene.grid, options);
  const images = scene.frames.length + 1 + (options.truth === undefined ? 0 : 1);
  const layout = layoutOf(area, { bands: model.card.bands.length, images });
  const { step } = layout;
  const size = { width: Math.ceil(area.width / step), height: Math.ceil(area.height / step) };
  return { area, layout, size, images };
}

/** Downsampled dates and clear image, in order. */
async function readOverview(
  frames: readonly SceneFrame[],
  { area, layout: { step }, images }: Extent,
  { onStage, signal }: GatherOptions,
): Promise<readonly Float32Array[]> {
  const read: Float32Array[] = [];
  for (const [i, frame] of frames.entries()) {
    onStage("reading", i, images - 1);
    read.push(await readSmall(frame, area, { step, signal }));
  }
  return read;
}

/** Restores the area into a collector. */
async function restore(
  model: Model,
  series: OpenSeries,
  { collector, area, options }: {
    readonly collector: Collector;
    readonly area: RasterWindow;
    readonly options: GatherOptions;
  },
): Promise<RowsReport> {
  const { signal, onStage } = options;
  const { scene, masks } = await networkScene(model, series, {
    masks: options.masks,
    onProgress: ({ done, total }) => onStage("mean", done, total),
    ...(options.log && { log: options.log }),
    ...(signal && { signal }),
  });
  const report = await restoreRows(model, scene, {
    ...options,
    area,
    ...(masks && { masks }),
    onProgress: ({ done, total }) => onStage("restoring", done, total),
    write(rows) {
      signal?.throwIfAborted();
      collector.add(rows);
    },
  });
  onStage("restoring", 1, 1);
  return report;
}

/**
 * Restores a series and keeps what a report shows of it. Memory grows with the report's images, not
 * with the scene.
 */
export async function gather(
  model: Model,
  series: OpenSeries,
  options: GatherOptions,
): Promise<Gathered> {
  const { scene } = series;
  const { frames, grid, reference } = scene;
  const depth = model.card.bands.length;
  const truthFrame = options.truth && aligned(options.truth, series, options.names);
  const all = truthFrame === undefined ? frames : [...frames, truthFrame];
  const extent = extentOf(model, series, options);
  const { area, layout, size } = extent;
  const { step } = layout;

  const overview = await readOverview(all, extent, options);
  const pixelSize = pixelSizeOf(grid);
  const clouds = overview.map((data) =>
    cloudsOf(rasterOf(data, size, model.card), pixelSize * step)
  );
  const truth = truthFrame && overview.at(-1);
  const detail = findDetail(clouds[reference], { small: size, truth, depth, area, layout });
  const kept = layout.keepAll ? area : detail;

  const sampled = options.ensemble !== undefined;
  const collector = new Collector(scene, { area, kept, step, sampled });
  const report = await restore(model, series, { collector, area, options });

  // Without downsampling the overview is the kept window.
  const whole = step === 1 && layout.keepAll;
  const full = whole ? overview : await readAll(all, kept);
  const detected = (l: number) => cloudsOf(rasterOf(full[l]!, kept, model.card), pixelSize);
  const masks = options.masks && await maskWindow(scene, options.masks, kept);
  const keptClouds = await givenClouds(series, kept, options) ?? detected(reference);
  return {
    area,
    layout,
    small: {
      ...size,
      dates: overview.slice(0, frames.length),
      restored: collector.small(),
      truth,
      clouds: clouds.slice(0, frames.length),
      truthClouds: truthFrame && clouds.at(-1),
    },
    kept,
    detail,
    dates: full.slice(0, frames.length),
    restored: collector.restored,
    truth: truthFrame && full.at(-1),
    deviation: collector.deviation,
    provenance: options.masks && collector.provenance,
    clouds: keptClouds,
    dateClouds: frames.map((_, l) => l === reference ? keptClouds : masks?.[l] ?? detected(l)),
    report,
  };
}

/** Frames at full resolution in a window. */
async function readAll(
  frames: readonly SceneFrame[],
  window: RasterWindow,
): Promise<readonly Float32Array[]> {
  const read: Float32Array[] = [];
  for (const frame of frames) read.push(await readFrame(frame, window));
  return read;
}
