/**
 * Estimates a restoration before it runs: tiles, time, memory, disk usage.
 *
 * @module
 */

import { pixelArray } from "../core/mod.ts";
import { cogMemory } from "../rasters/mod.ts";
import { DETECTOR_MARGIN } from "../clouds/mod.ts";
import { type Model, restoreImages, scalingRanges } from "../model/mod.ts";
import { areaOf } from "./area.ts";
import { keepClearOf } from "./keep_clear.ts";
import { MASK_ROWS } from "./rows/mask_rows.ts";
import { openMasks } from "./open_masks.ts";
import { rowAhead, type TilePlan } from "./rows/plan.ts";
import { countTiles, planArea } from "./rows/plan_area.ts";
import type { Scene } from "./scene.ts";
import { withSampling } from "./sampling.ts";
import { checkSceneOutputs } from "./scene_files.ts";
import { outputPaths } from "./scene_paths.ts";
import type { RestoreSceneOptions, SceneOptions } from "./scene_options.ts";
import { CHECK_DEFAULTS } from "./self_check/check_options.ts";
import { scatteredWindows } from "./self_check/check_windows.ts";
import { openSeries } from "./series.ts";

/** Estimate of a restoration. */
export interface SceneEstimate {
  /** Size of the result. */
  readonly width: number;
  /** Rows of the result. */
  readonly height: number;
  /** Tiles of the area, and those to restore. */
  readonly tiles: { readonly total: number; readonly restored: number };
  /** Evaluations of the denoiser. */
  readonly evaluations: number;
  /** Seconds of the network, from a timed batch, and of file access, from rules of thumb. */
  readonly seconds: {
    readonly network: number;
    readonly files: number;
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

/** Seconds per value to read, write and detect clouds; measured on two cores of 2024. */
const SECONDS_PER_SAMPLE = { read: 2.5e-8, write: 4e-8, detect: 1e-8 };
/** Overviews add a third. */
const OVERVIEWS = 4 / 3;
/** Memory including garbage, relative to the row window. */
const GARBAGE = 1.5;

/**
 * Bytes of the row window: this part of the memory grows with the width of the scene, and none of it with
 * its height.
 */
function windowBytes(
  { scene, plan, dilate, joint, samples = 1 }: {
    readonly scene: Scene;
    readonly plan: TilePlan;
    /** Pixels by which the mask grows; undefined without a mask. */
    readonly dilate?: number;
    /** Channels per tile that joint diffusion holds while the neighbours run. */
    readonly joint: number;
    /** Ensemble members. Default 1. */
    readonly samples?: number;
  },
): number {
  const { tileSize, columns, rows, all } = plan;
  const width = Math.min(
    plan.scene.width,
    columns[all.columns[1] - 1]! + tileSize - columns[all.columns[0]]!,
  );
  const [first] = all.rows;
  const ahead = rowAhead(plan, first);
  // Height of the rows of tiles that run at once.
  const tall = rows[ahead]! + tileSize - rows[first]!;
  const masked = dilate !== undefined;
  const context = masked ? MASK_ROWS + 2 * (DETECTOR_MARGIN + dilate) : 0;
  const frames = [...scene.frames, ...scene.auxiliary ?? []].map(({ file, bands }) => {
    const block = Math.min(Math.max(file.blockHeight, 64), 1024);
    const sample = pixelArray(file.header.dtype, 1).byteLength;
    // A block is held until its last row is finished; one more is being decoded.
    return (tall + context + 3 * block) * width * bands.length * sample;
  });
  const depth = scene.frames[0]!.bands.length;
  const blend = samples * tileSize * width * (2 * depth + 1) * 4;
  // Shares, clear on another date, and the classes of all dates.
  const masks = masked ? (tall + 2 * MASK_ROWS) * width * (2 + scene.frames.length) : 0;
  const rowsAhead = ahead - first + 1;
  const tiles = plan.shared === 0
    ? 0
    : rowsAhead * (all.columns[1] - all.columns[0]) * tileSize ** 2 * joint * samples * 4;
  return frames.reduce((sum, bytes) => sum + bytes, 0) + blend + masks + tiles;
}

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

/** Number of timed batches, and the time in milliseconds after which no further one starts. */
const TRIALS = 10;
const TRIAL_MS = 3000;

/** Seconds per tile, from timed batches of synthetic values. */
async function secondsPerTile(model: Model, options: SceneOptions): Promise<number> {
  const { card } = model;
  const { tiles: { batch = 4 } = {}, inputs, seed, steps, sampler, timesteps, frames, fusion } =
    options;
  const sampling = { seed, steps, sampler, timesteps, frames, fusion };
  const [{ low, high } = { low: 0, high: 1 }] = scalingRanges(card.scaling, 1);
  const pixels = batch * inputs.length * card.tileSize ** 2;
  const fill = (count: number) =>
    Float32Array.from(
      { length: pixels * count },
      (_, i) => low + (high - low) * ((i * 7919 % 97) / 97),
    );
  const auxiliary = card.condition.auxiliary.length;
  const run = () =>
    restoreImages(model, {
      batch,
      length: inputs.length,
      height: card.tileSize,
      width: card.tileSize,
      cloudy: fill(card.bands.length),
      ...(auxiliary > 0 && { auxiliary: fill(auxiliary) }),
    }, sampling);
  await run();
  // Early runs include compilation: take the fastest.
  let fastest = Infinity;
  const begin = performance.now();
  for (let i = 0; i < TRIALS && performance.now() - begin < TRIAL_MS; i++) {
    const start = performance.now();
    await run();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest / 1000 / batch;
}

/**
 * Estimates a restoration: reads headers and masks, times a batch of tiles, writes nothing.
 *
 * @param rss Returns the resident memory of the process in bytes; called after the timed batch.
 * @throws {InputError | OutputError | RangeError} As `restoreScene` would.
 */
export async function estimateScene(
  model: Model,
  given: RestoreSceneOptions,
  { rss }: { readonly rss: () => number },
): Promise<SceneEstimate> {
  const { options } = withSampling(model, given);
  const files = outputPaths(options);
  await checkSceneOutputs(options);
  const series = await openSeries(model, options);
  const closing = [series.close];
  try {
    const { scene } = series;
    const area = areaOf(scene.grid, options);
    const opened = await openMasks(series, { model, options });
    if (opened !== undefined) closing.push(opened.close);
    const { plan } = await planArea(model, scene, { ...options, area });
    const tiles = await countTiles(model, scene, { ...options, area, masks: opened?.masks });
    const tile = await secondsPerTile(model, options);
    const depth = scene.frames[0]!.bands.length;
    const pixels = area.width * area.height;
    const numbers = pixels * depth * scene.frames.length;
    const { read, write, detect } = SECONDS_PER_SAMPLE;
    const masked = opened !== undefined;
    const { dilate } = keepClearOf(options.mask);
    const writing = { width: area.width, dtype: scene.grid.dtype, bands: scene.output.length };
    const L = scene.frames.length;
    // x̃, μ and the condition of each date, D, and the blend.
    const joint = (3 * L + 2) * depth;
    const sample = pixelArray(scene.grid.dtype, 1).byteLength;
    const { samples = 1 } = options.ensemble ?? {};
    const deviation = samples > 1 ? 4 : 0;
    return {
      width: area.width,
      height: area.height,
      tiles: { total: tiles.total, restored: tiles.restored },
      evaluations: tiles.evaluations,
      seconds: {
        network: tiles.restored * samples * tile,
        files: numbers * (read + (masked ? detect : 0)) + pixels * scene.output.length * write *
            (samples > 1 ? 2 : 1),
        ...(options.selfCheck && {
          check: await checkTiles(model, scene, options) * samples * tile,
        }),
      },
      memory: Math.round(
        rss() +
          GARBAGE *
            windowBytes({ scene, plan, joint, samples, dilate: masked ? dilate : undefined }) +
          cogMemory(writing) +
          (samples > 1 ? cogMemory({ ...writing, dtype: "float32" }) : 0) +
          (masked ? cogMemory({ ...writing, bands: 1, dtype: "uint8" }) : 0),
      ),
      bytes: Math.round(
        pixels * (scene.output.length * (sample + deviation) + (masked ? 1 : 0)) * OVERVIEWS,
      ),
      files,
    };
  } finally {
    await Promise.allSettled(closing.map((close) => close()));
  }
}
