/**
 * The pixels that a report is made of: all dates, what was made of them and the clear image, as a small
 * picture of everything and at full resolution where it matters.
 *
 * @module
 */

import { alignment, type RasterWindow } from "../rasters/mod.ts";
import { openClassMask } from "../clouds/mod.ts";
import type { Model } from "../model/mod.ts";
import {
  areaOf,
  type OpenSeries,
  restoreRows,
  type RestoreSceneOptions,
  type RowsReport,
  type Scene,
  type SceneFrame,
} from "../restoration/mod.ts";
import { cloudsOf, worstWindow } from "./clouds.ts";
import { Collector } from "./collector.ts";
import { inScene, layoutOf, type ReportLayout } from "./layout.ts";
import { crop, rasterOf, readFrame, readSmall } from "./pixels.ts";

/** What {@linkcode gather} is given beside the model. */
export interface GatherOptions extends Omit<RestoreSceneOptions, "inputs" | "output"> {
  /** The clear image, open, with the model's bands. */
  readonly truth: SceneFrame | undefined;
  /** Names for messages: of the reference and of the clear image. */
  readonly names: { readonly grid: string; readonly truth: string };
  /** Called where another part of the work begins or goes on. */
  readonly onStage: (stage: string, done: number, total: number) => void;
}

/** Everything that was read and made; images are [height, width, bands] in the model's units. */
export interface Gathered {
  readonly area: RasterWindow;
  readonly layout: ReportLayout;
  /** The small pictures' size. */
  readonly small: {
    readonly width: number;
    readonly height: number;
    readonly dates: readonly Float32Array[];
    readonly restored: Float32Array;
    readonly truth: Float32Array | undefined;
    /** Clouds of the dates as `cloudsOf` gives them, and of the clear image. */
    readonly clouds: readonly (Uint8Array | undefined)[];
    readonly truthClouds: Uint8Array | undefined;
  };
  /** What is kept at full resolution: the area, or the detail where that is too large. */
  readonly kept: RasterWindow;
  readonly detail: RasterWindow;
  readonly dates: readonly Float32Array[];
  readonly restored: Float32Array;
  readonly truth: Float32Array | undefined;
  /** Standard deviation of the samples like `restored`, where there are some; 0 what was observed. */
  readonly deviation: Float32Array | undefined;
  /** [height, width] of the kept window, where there is a mask. */
  readonly provenance: Uint8Array | undefined;
  /** Clouds of the reference in the kept window: those of the mask where there is one. */
  readonly clouds: Uint8Array | undefined;
  readonly report: RowsReport;
}

const METRES_PER_DEGREE = 111_320;

/** Ground size of a pixel in metres; 10, Sentinel-2's, where nothing tells. */
export function pixelSizeOf({ transform }: Scene["grid"]): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}

/** Clouds of the reference as the user's mask has them, 0 or 1; undefined without a mask of files. */
async function givenClouds(
  { scene: { grid, reference }, files }: OpenSeries,
  window: RasterWindow,
  { mask, maskValues }: Pick<RestoreSceneOptions, "mask" | "maskValues">,
): Promise<Uint8Array | undefined> {
  if (mask === undefined || mask === "detector") return undefined;
  const path = mask === "scl" ? files[reference]!.classification : mask;
  if (path === undefined) return undefined;
  const file = await openClassMask(path, {
    grid,
    area: window,
    ...(maskValues && { values: maskValues }),
  });
  try {
    return (await file.read(window)).map((value) => value === 0 ? 0 : 1);
  } finally {
    await file.close();
  }
}

/** Where there is most cloud over data of the reference (and of the clear image). */
function findDetail(
  clouds: Uint8Array | undefined,
  { small, truth, depth, area, layout }: {
    readonly small: { readonly width: number; readonly height: number };
    readonly truth: Float32Array | undefined;
    readonly depth: number;
    readonly area: RasterWindow;
    readonly layout: ReportLayout;
  },
): RasterWindow {
  if (layout.single) return area;
  const counted = (clouds ?? new Uint8Array(small.width * small.height)).map((value, pixel) =>
    value === 1 && (truth === undefined || !Number.isNaN(truth[pixel * depth])) ? 1 : 0
  );
  const size = {
    width: Math.ceil(layout.detail.width / layout.step),
    height: Math.ceil(layout.detail.height / layout.step),
  };
  return inScene(worstWindow(counted, { ...small, size }), { ...layout, area });
}

/** The clear image placed on the reference's grid. @throws {InputError} If it lies on another grid. */
function placed(
  frame: SceneFrame,
  { scene }: OpenSeries,
  names: GatherOptions["names"],
): SceneFrame {
  const place = alignment(scene.grid, frame.file.header, { grid: names.grid, other: names.truth });
  return { ...frame, place };
}

/**
 * Restores a series and keeps what a report shows of it. Memory grows with the report's pictures, not
 * with the scene.
 */
export async function gather(
  model: Model,
  series: OpenSeries,
  options: GatherOptions & { readonly sky: RestoreRowsSky },
): Promise<Gathered> {
  const { onStage, signal, names, sky } = options;
  const { scene } = series;
  const { grid, reference } = scene;
  const depth = model.card.bands.length;
  const area = areaOf(grid, options);
  const truthFrame = options.truth && placed(options.truth, series, names);
  const images = scene.frames.length + 1 + (truthFrame === undefined ? 0 : 1);
  const layout = layoutOf(area, { bands: depth, images });
  const { step } = layout;
  const size = { width: Math.ceil(area.width / step), height: Math.ceil(area.height / step) };

  const read = async (frame: SceneFrame, i: number) => {
    onStage("reading", i, images - 1);
    return await readSmall(frame, area, { step, signal });
  };
  const dates: Float32Array[] = [];
  for (const [i, frame] of scene.frames.entries()) dates.push(await read(frame, i));
  const truth = truthFrame && await read(truthFrame, dates.length);
  const { card } = model;
  const cloudsIn = (data: Float32Array) =>
    cloudsOf(rasterOf(data, size, card), pixelSizeOf(grid) * step);
  const clouds = dates.map(cloudsIn);
  const detail = findDetail(clouds[reference], { small: size, truth, depth, area, layout });
  const kept = layout.keepAll ? area : detail;

  const collector = new Collector(scene, {
    area,
    kept,
    step,
    sampled: options.samples !== undefined,
  });
  const report = await restoreRows(model, scene, {
    ...options,
    area,
    ...(sky && { sky }),
    onProgress: ({ done, total }) => onStage("restoring", done, total),
    write(rows) {
      signal?.throwIfAborted();
      collector.add(rows);
    },
  });
  onStage("restoring", 1, 1);
  // At full resolution the small picture is the kept one.
  const whole = step === 1 && layout.keepAll;
  const full = async (frame: SceneFrame, i: number) =>
    whole ? (dates[i] ?? truth!) : await readFrame(frame, kept);
  const keptDates: Float32Array[] = [];
  for (const [i, frame] of scene.frames.entries()) keptDates.push(await full(frame, i));
  const keptClouds = await givenClouds(series, kept, options) ??
    cloudsOf(rasterOf(keptDates[reference]!, kept, card), pixelSizeOf(grid));
  return {
    area,
    layout,
    small: {
      ...size,
      dates,
      restored: collector.small(),
      truth,
      clouds,
      truthClouds: truth && cloudsIn(truth),
    },
    kept,
    detail,
    dates: keptDates,
    restored: collector.restored,
    truth: truthFrame && await full(truthFrame, scene.frames.length),
    deviation: collector.deviation,
    provenance: sky && collector.provenance,
    clouds: keptClouds,
    report,
  };
}

type RestoreRowsSky = Parameters<typeof restoreRows>[2]["sky"];

/** The detail of an image of the kept window. */
export function detailOf<T extends Float32Array | Uint8Array>(
  { kept, detail }: Pick<Gathered, "kept" | "detail">,
  data: T,
  depth: number,
): T {
  const same = kept.width === detail.width && kept.height === detail.height;
  return same ? data : crop(data, { from: kept, to: detail, depth });
}
