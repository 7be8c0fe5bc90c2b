/**
 * What a restoration will take, before anything is written: tiles, time, memory, disk.
 *
 * @module
 */

import { pixelArray } from "../core/mod.ts";
import { cogMemory } from "../rasters/mod.ts";
import { DETECTOR_MARGIN } from "../clouds/mod.ts";
import { type Model, restoreImages, scalingRanges } from "../model/mod.ts";
import { areaOf } from "./area.ts";
import { spreadWindows } from "./self_check/check_windows.ts";
import { KEEP_CLEAR_DEFAULTS } from "./keep_clear.ts";
import { rowAhead, type TilePlan } from "./rows/plan.ts";
import { countTiles, planArea } from "./rows/restore_rows.ts";
import { checkSceneOutputs, outputPaths } from "./restore_scene.ts";
import type { Scene } from "./scene.ts";
import { withSampling } from "./sampling.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { openSky } from "./scene_sky.ts";
import { CHECK_DEFAULTS } from "./self_check/check_options.ts";
import { openSeries } from "./series.ts";
import { SKY_ROWS } from "./rows/sky_rows.ts";

/** What a restoration will take. */
export interface SceneEstimate {
  /** Size of the result. */
  readonly width: number;
  readonly height: number;
  /** Tiles of the area, and those that will be restored. */
  readonly tiles: { readonly total: number; readonly restored: number };
  /** Evaluations of the denoiser. */
  readonly evaluations: number;
  /** Seconds of the network, by a batch that was timed, and of reading and writing, by rule. */
  readonly seconds: {
    readonly network: number;
    readonly files: number;
    /** Of a self-check, at most. */
    readonly check?: number;
  };
  /** Most memory of the process in bytes. */
  readonly memory: number;
  /** The result's size in bytes at most, uncompressed with its overviews; as much again while writing. */
  readonly bytes: number;
  /** The files that will be written. */
  readonly files: readonly string[];
}

/** Seconds per sample to read, look at and write; measured on two cores of 2024. */
const SECONDS_PER_SAMPLE = { read: 2.5e-8, write: 4e-8, detect: 1e-8 };
/** Overviews add a third. */
const OVERVIEWS = 4 / 3;
/** What JavaScript has not collected yet, as a share of what is in flight. */
const GARBAGE = 1.5;

/**
 * Bytes of what is in flight: each row of the scene that is held, by what it holds. This is the part
 * of the memory that grows with the width; no part of it grows with the height.
 */
export function bytesInFlight(
  { scene, plan, dilate, joint, samples = 1 }: {
    readonly scene: Scene;
    readonly plan: TilePlan;
    /** Pixels by which the mask grows; undefined where clear pixels are not kept. */
    readonly dilate?: number;
    /** Channels of a tile that joint diffusion holds while its neighbours run. */
    readonly joint: number;
    /** Restorations that are blended side by side. Default 1. */
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
  // Rows of tiles that are begun and not ended.
  const tall = rows[ahead]! + tileSize - rows[first]!;
  const masked = dilate !== undefined;
  const looked = masked ? SKY_ROWS + 2 * (DETECTOR_MARGIN + dilate) : 0;
  const frames = [...scene.frames, ...scene.auxiliary ?? []].map(({ file, bands }) => {
    const block = Math.min(Math.max(file.blockHeight, 64), 1024);
    const sample = pixelArray(file.header.dtype, 1).byteLength;
    // One block more is being decoded; blocks are held until their last row is done.
    return (tall + looked + 3 * block) * width * bands.length * sample;
  });
  const depth = scene.frames[0]!.bands.length;
  const blend = samples * tileSize * width * (2 * depth + 1) * 4;
  // Shares, whether another date is clear, and the classes of all dates.
  const sky = masked ? (tall + 2 * SKY_ROWS) * width * (2 + scene.frames.length) : 0;
  const rowsAhead = ahead - first + 1;
  const tiles = plan.shared === 0
    ? 0
    : rowsAhead * (all.columns[1] - all.columns[0]) * tileSize ** 2 * joint * samples * 4;
  return frames.reduce((sum, bytes) => sum + bytes, 0) + blend + sky + tiles;
}

/** Tiles that a self-check restores at most. */
async function checkTiles(
  model: Model,
  scene: Scene,
  options: RestoreSceneOptions,
): Promise<number> {
  const { shard: _, selfCheck, ...whole } = options;
  const runs = typeof selfCheck === "object" ? selfCheck.runs : undefined;
  const counts: number[] = [];
  for (const window of spreadWindows(areaOf(scene.grid, whole), model.card.tileSize)) {
    const { plan: { all: { rows, columns } } } = await planArea(model, scene, {
      ...options,
      area: window,
    });
    counts.push((rows[1] - rows[0]) * (columns[1] - columns[0]));
    // Others are no larger.
    if (counts.length === 4) break;
  }
  return Math.max(...counts) * (runs ?? CHECK_DEFAULTS.runs);
}

/** Runs of a batch that are timed, and after how many milliseconds no more begin. */
const TRIALS = 10;
const TRIAL_MS = 3000;

/** Seconds that a tile takes, by batches of noise. */
async function secondsPerTile(model: Model, options: RestoreSceneOptions): Promise<number> {
  const { card } = model;
  const { batch = 4, inputs, seed, steps, sampler, timesteps, frames, fusion } = options;
  const given = { seed, steps, sampler, timesteps, frames, fusion };
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
    }, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  await run();
  // The first runs are slow, as code is still being compiled: the quickest of a few counts.
  let quickest = Infinity;
  const begin = performance.now();
  for (let i = 0; i < TRIALS && performance.now() - begin < TRIAL_MS; i++) {
    const start = performance.now();
    await run();
    quickest = Math.min(quickest, performance.now() - start);
  }
  return quickest / 1000 / batch;
}

/**
 * Estimates a restoration. Headers are read, and what tells clouds from clear where a mask is used;
 * a batch of tiles is timed; nothing is written.
 *
 * @param rss Bytes that the process holds, asked after the batch.
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
    const sky = await openSky(series, { model, options });
    if (sky !== undefined) closing.push(sky.close);
    const { plan } = await planArea(model, scene, { ...options, area });
    const tiles = await countTiles(model, scene, {
      ...options,
      area,
      ...(sky && { sky: sky.sky }),
    });
    const tile = await secondsPerTile(model, options);
    const depth = scene.frames[0]!.bands.length;
    const pixels = area.width * area.height;
    const numbers = pixels * depth * scene.frames.length;
    const { read, write, detect } = SECONDS_PER_SAMPLE;
    const masked = sky !== undefined;
    const { dilate = KEEP_CLEAR_DEFAULTS.dilate } = options;
    const writing = { width: area.width, dtype: scene.grid.dtype, bands: scene.output.length };
    const L = scene.frames.length;
    // x̃, μ and the condition of each date, D, and what is blended.
    const joint = (3 * L + 2) * depth;
    const sample = pixelArray(scene.grid.dtype, 1).byteLength;
    const { samples = 1 } = options;
    const spread = samples > 1 ? 4 : 0;
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
          GARBAGE * bytesInFlight({ scene, plan, joint, samples, ...(masked && { dilate }) }) +
          cogMemory(writing) +
          (samples > 1 ? cogMemory({ ...writing, dtype: "float32" }) : 0) +
          (masked ? cogMemory({ ...writing, bands: 1, dtype: "uint8" }) : 0),
      ),
      bytes: Math.round(
        pixels * (scene.output.length * (sample + spread) + (masked ? 1 : 0)) * OVERVIEWS,
      ),
      files,
    };
  } finally {
    await Promise.allSettled(closing.map((close) => close()));
  }
}
