/**
 * Estimates a restoration before it runs: tiles, time, memory, disk usage.
 *
 * @module
 */

import { mean, pixelArray } from "../core/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import { meanGroups, type Model, networkLength } from "../model/mod.ts";
import { areaOf } from "./area.ts";
import { restorationMemory } from "./estimate_memory.ts";
import { keepClearOf } from "./keep_clear.ts";
import { openMasks } from "./open_masks.ts";
import { planArea } from "./rows/plan_area.ts";
import { sampleTiles } from "./rows/sample_tiles.ts";
import type { Scene } from "./scene.ts";
import { withSampling } from "./sampling.ts";
import { checkSceneOutputs } from "./scene_files.ts";
import { outputPaths } from "./scene_paths.ts";
import type { RestoreSceneOptions, SceneOptions } from "./scene_options.ts";
import { CHECK_DEFAULTS } from "./self_check/check_options.ts";
import { scatteredWindows } from "./self_check/check_windows.ts";
import { optionsForModel } from "./options_for_model.ts";
import { openSeries } from "./series.ts";
import { withItems } from "./stac_inputs.ts";
import { logScene } from "./scene_tags.ts";
import { type SecondsRange, type TileTiming, timeTiles } from "./time_tiles.ts";

/** Estimate of a restoration. */
export interface SceneEstimate {
  /** Size of the result. */
  readonly width: number;
  /** Rows of the result. */
  readonly height: number;
  /** Tiles of the area, and those to restore. */
  readonly tiles: {
    readonly total: number;
    readonly restored: number;
    /** Fewest and most tiles to restore, if only a sample of the masks was looked at. */
    readonly range?: readonly [number, number];
  };
  /** Evaluations of the denoiser. */
  readonly evaluations: number;
  /**
   * Seconds of the network, from timed batches, and of file access and masks: as those of the reference
   * take, and for writing a rule of thumb.
   */
  readonly seconds: {
    readonly network: number;
    readonly files: number;
    /** Shortest and longest time of both together. */
    readonly range: readonly [number, number];
    /** Upper bound for the self-check. */
    readonly check?: number;
  };
  /** Peak memory of the process, in bytes. */
  readonly memory: number;
  /** Upper bound for the size of the result in bytes, uncompressed with overviews; twice that while writing. */
  readonly bytes: number;
  /** Files to write. */
  readonly files: readonly string[];
}

/** Seconds per value to write; measured on two cores of 2024. */
const SECONDS_PER_VALUE = 4e-8;
/** Tiles per batch, as `restoreRows` has it. */
const DEFAULT_BATCH = 4;
/** Side of the window that is read to estimate how long files take. */
const WINDOW = 512;
/** Overviews add a third. */
const OVERVIEWS = 4 / 3;

/** Upper bound for the tiles that a self-check restores. */
async function checkTiles(
  model: Model,
  scene: Scene,
  options: SceneOptions,
): Promise<number> {
  const { shard: _, selfCheck, ...whole } = options;
  const runs = typeof selfCheck === "object" ? selfCheck.runs : undefined;
  const counts: number[] = [];
  for (const window of scatteredWindows(areaOf(scene.grid, whole), model.card.tileSize)) {
    const { plan: { all: { rows, columns } } } = await planArea(model, scene, {
      ...options,
      area: window,
    });
    counts.push((rows[1] - rows[0]) * (columns[1] - columns[0]));
    // Later windows aren't larger.
    if (counts.length === 4) break;
  }
  return Math.max(...counts) * (runs ?? CHECK_DEFAULTS.runs);
}

/**
 * Milliseconds after which no further part of a season and no further mask is looked at, and no further
 * batch is timed.
 */
const UNTIL = { dates: 2000, masks: 3500, batches: 6000 };
/** Least time for masks and batches, in milliseconds, however long the work before took. */
const LEAST = { masks: 800, batches: 1500 };
/** Doubt of the estimate, relative: of the network for what else the engine has to do, and of file access. */
const DOUBT = { network: [0.9, 1.25], files: [0.5, 1.5] } as const;

/** Fastest and slowest time of the network for tiles in batches, in seconds. */
function networkSeconds(
  { full, single, start }: TileTiming,
  { tiles, batch, rows, samples }: {
    readonly tiles: number;
    readonly batch: number;
    /** Rows of tiles. */
    readonly rows: number;
    /** Ensemble members. */
    readonly samples: number;
  },
): SecondsRange {
  if (tiles === 0) return [0, 0];
  // The last tiles of each row run alone: (batch − 1) / 2 of them on average.
  const alone = Math.min(tiles, rows * (batch - 1) / 2);
  const batches = (tiles - alone) / batch;
  const at = (i: 0 | 1) => samples * (batches * full[i] + alone * single[i]) + start;
  return [at(0), at(1)];
}

/** Seconds to open, read and write files and to detect clouds. */
function fileSeconds(
  { frames, output }: Scene,
  { area, samples, opening, looking }: {
    readonly area: RasterWindow;
    readonly samples: number;
    /** Seconds that opening the files took. */
    readonly opening: number;
    /** Seconds to read the reference and its mask. */
    readonly looking: number;
  },
): number {
  const writing = area.width * area.height * output.length * SECONDS_PER_VALUE;
  return opening + looking * frames.length + writing * (samples > 1 ? 2 : 1);
}

/** Seconds to read the reference in an area, from one window in its middle. */
async function readingSeconds({ frames, reference }: Scene, area: RasterWindow): Promise<number> {
  const { file, place, bands } = frames[reference]!;
  const span = (first: number, count: number, size: number) => {
    const length = Math.min(count, size, WINDOW);
    const middle = first + Math.floor((count - length) / 2);
    return [Math.max(0, Math.min(size - length, middle)), length] as const;
  };
  const [column, width] = span(area.column + place.column, area.width, file.header.width);
  const [row, height] = span(area.row + place.row, area.height, file.header.height);
  const start = performance.now();
  await file.read({
    window: { column, row, width, height },
    bands: bands.filter((band) => band !== undefined),
  });
  const seconds = (performance.now() - start) / 1000;
  return seconds * area.width * area.height / (width * height);
}

/** Times of batches with as many dates, taken once for all estimates that share them. */
async function timingOf(
  model: Model,
  { length, tiles: { batch = DEFAULT_BATCH } = {}, ...options }: SceneOptions & {
    /** Dates that the model is given. */
    readonly length: number;
  },
  { timings, until }: { readonly timings: Map<number, TileTiming>; readonly until: number },
): Promise<TileTiming> {
  const { seed, steps, sampler, timesteps, frames, fusion } = options;
  const known = timings.get(length);
  if (known !== undefined) return known;
  const timing = await timeTiles(model, {
    ...{ seed, steps, sampler, timesteps, frames, fusion, batch, length, until },
  });
  timings.set(length, timing);
  return timing;
}

/**
 * Estimates a restoration: reads headers, masks or a sample of them, times some batches of tiles, writes
 * nothing. Takes up to 10 seconds, unless a single tile takes longer.
 *
 * @param rss Returns the resident memory of the process in bytes; called after the timed batches.
 *   `log` receives radiometry, masks and warnings, as of `restoreScene`; default that of the options.
 * @throws {InputError | OutputError | RangeError} As `restoreScene` would.
 */
export async function estimateScene(
  model: Model,
  given: RestoreSceneOptions,
  { rss, log }: { readonly rss: () => number; readonly log?: (line: string) => void },
): Promise<SceneEstimate> {
  return await estimateTimed(model, given, { rss, log, timings: new Map() });
}

/**
 * Estimates like {@linkcode estimateScene}, for several scenes with the same options.
 *
 * @param timings Times of batches by number of dates; those that are missing are added.
 */
export async function estimateTimed(
  model: Model,
  given: RestoreSceneOptions,
  { rss, log = given.log, timings }: {
    readonly rss: () => number;
    readonly log?: ((line: string) => void) | undefined;
    readonly timings: Map<number, TileTiming>;
  },
): Promise<SceneEstimate> {
  const { options } = withSampling(
    model,
    optionsForModel(model, { ...await withItems(given), ...(log && { log }) }),
  );
  const files = outputPaths(options);
  await checkSceneOutputs(options);
  const start = performance.now();
  const series = await openSeries(model, { ...options, until: start + UNTIL.dates });
  const closing = [series.close];
  try {
    const { scene } = series;
    const hasMean = model.card.modules.mean !== undefined;
    if (log !== undefined) logScene(series, { mask: options.mask?.source, log });
    const area = areaOf(scene.grid, options);
    const opened = await openMasks(series, { model, options, isQuick: true, isLook: true });
    if (opened !== undefined) closing.push(opened.close);
    const { plan, calls } = await planArea(model, scene, { ...options, area });
    const looked = performance.now();
    const tiles = await sampleTiles(plan, scene, {
      masks: opened?.masks,
      until: Math.max(start + UNTIL.masks, looked + LEAST.masks),
      signal: options.signal,
    });
    const seconds = (performance.now() - looked) / 1000;
    const looking = seconds * tiles.total / tiles.seen +
      (tiles.bands < 1 ? await readingSeconds(scene, area) : 0);
    const timing = await timingOf(model, {
      ...options,
      // Of a mean of all dates, the network sees one frame.
      length: networkLength(model.card, scene.frames.length),
    }, {
      timings,
      until: Math.max(start + UNTIL.batches, performance.now() + LEAST.batches),
    });
    const { samples = 1 } = options.ensemble ?? {};
    const masked = opened !== undefined;
    const { batch = DEFAULT_BATCH } = options.tiles ?? {};
    const of = ([low, high]: readonly [number, number]) => {
      const at = (count: number) =>
        networkSeconds(timing, { ...tiles, tiles: count, batch, samples });
      return [at(low)[0], at(high)[1]] as const;
    };
    const network = mean(
      networkSeconds(timing, { ...tiles, tiles: tiles.restored, batch, samples }),
    );
    const opening = (looked - start) / 1000;
    // The mean takes a pass of its own over all dates.
    const disk = fileSeconds(scene, { area, samples, looking, opening }) +
      (hasMean ? looking * scene.frames.length : 0);
    const range = of(tiles.range).map((seconds, i) =>
      seconds * DOUBT.network[i]! + disk * DOUBT.files[i]!
    );
    const pixels = area.width * area.height;
    const sample = pixelArray(scene.grid.dtype, 1).byteLength + (samples > 1 ? 4 : 0);
    const { dilate } = keepClearOf(options.mask);
    const memory = restorationMemory({
      ...{ scene, plan, samples, dilate: masked ? dilate : undefined },
      meanDepth: hasMean
        ? meanGroups(model.card.bands.length).reduce((sum, { depth }) => sum + depth, 0)
        : 0,
    });
    return {
      width: area.width,
      height: area.height,
      tiles: {
        total: tiles.total,
        restored: tiles.restored,
        ...(tiles.seen < tiles.total && { range: tiles.range }),
      },
      evaluations: tiles.restored * calls * samples,
      seconds: {
        network,
        files: disk,
        range: [range[0]!, range[1]!],
        ...(options.selfCheck && {
          check: await checkTiles(model, scene, options) * samples * timing.full[1] / batch,
        }),
      },
      memory: Math.round(rss() + memory),
      bytes: Math.round(
        pixels * (scene.output.length * sample + (masked ? 1 : 0) + (hasMean ? 3 : 0)) * OVERVIEWS,
      ),
      files,
    };
  } finally {
    await Promise.allSettled(closing.map((close) => close()));
  }
}
