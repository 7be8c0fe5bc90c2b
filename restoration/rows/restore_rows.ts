/**
 * Restoring a scene as a stream of rows, from its top down: windows in, tiles through the model,
 * blended rows out. Memory grows with the width of the scene and not with its height.
 *
 * The grid of tiles and the noise belong to the scene and not to the part of it that is asked for, so
 * a window, a shard, another order or another batch gives the same pixels.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { countEvaluations, type Model, type RestoreOptions } from "../../model/mod.ts";
import { type FinishedReport, type FinishedRows, RowFinisher } from "./finish_rows.ts";
import { Flight, type SceneSky } from "./flight.ts";
import { planTiles, rowAhead, type TilePlan } from "./plan.ts";
import type { Scene } from "../scene.ts";
import type { SeamMetric } from "./seams.ts";
import { createStripBlend } from "./strip_blend.ts";
import { Turns } from "./exchange.ts";
import { type Deviations, spreadOf } from "./spread.ts";
import { type RestoredTile, TileRunner } from "./tile_runner.ts";

/** How far a restoration has come. */
export interface RestoreProgress {
  /** Tiles restored or found to need nothing, of every sample. */
  readonly done: number;
  /** Tiles of the area, times samples. */
  readonly total: number;
  /** Where it is not the restoration itself. */
  readonly stage?: "self-check";
}

/** How tiles are laid, run and put together. */
export interface TilingOptions
  extends Omit<RestoreOptions, "onStep" | "onMasks" | "shareDenoised"> {
  /** Least overlap of neighbouring tiles, in [0.25, 0.75]. Default 0.25. */
  readonly overlap?: number;
  /** Tiles restored at a time. Default 4. */
  readonly batch?: number;
  /**
   * When tiles are blended: at the end, or after every evaluation of the denoiser (joint diffusion),
   * which keeps tiles from drifting apart and more rows in memory. Default "end".
   */
  readonly blend?: "end" | "steps";
  /** More frames than the model was trained with are allowed. Default false. */
  readonly anyLength?: boolean;
  /** Order of the tiles of a row, by number; nothing but rounding depends on it. */
  readonly tileOrder?: (columns: readonly number[]) => readonly number[];
  /** Called after each batch of tiles. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Ends the work between two steps of a batch of tiles. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode restoreRows}. */
export interface RestoreRowsOptions extends TilingOptions {
  /** The part of the scene that is wanted. Default all of it. */
  readonly area?: RasterWindow;
  /** Where it is given, clear pixels of the reference are kept. */
  readonly sky?: SceneSky;
  /**
   * Whether the model is shown opaque cloud where the sky has cloud, if its card says how that looks.
   * Default true.
   */
  readonly hideClouds?: boolean;
  /**
   * A restoration for each seed: the result is their mean, and rows come with their deviation. Default
   * one, by `seed`.
   */
  readonly seeds?: readonly number[];
  /** How what samples spread becomes their deviation. Default as it is. */
  readonly deviations?: Deviations;
  /** Receives the rows, from the top down. */
  readonly write: (rows: FinishedRows) => void | Promise<void>;
}

/** What a restoration did. */
export interface RowsReport extends FinishedReport {
  /** How far tile borders show. */
  readonly seams: SeamMetric;
  /** Tiles that the area needs, and how many of them were restored. */
  readonly tiles: { readonly total: number; readonly restored: number };
  /** Evaluations of the denoiser, one for each tile and noise level. */
  readonly evaluations: number;
}

/** The modules of a restoration that decide how often the denoiser runs. */
async function evaluationsPerTile(model: Model, options: RestoreOptions): Promise<number> {
  const { card, modules } = model;
  const { steps = card.steps, sampler = modules.sampler, timesteps = modules.timesteps } = options;
  return await countEvaluations(model, { sampler, sigmas: timesteps.sigmas(steps) });
}

/** The plan of an area, and the evaluations of each of its tiles. */
export async function planArea(
  model: Model,
  scene: Pick<Scene, "grid">,
  options: Pick<RestoreRowsOptions, "area" | "overlap" | "blend"> & RestoreOptions,
): Promise<{ readonly plan: TilePlan; readonly calls: number }> {
  const { width, height } = scene.grid;
  const { overlap = 0.25, blend = "end", area = { column: 0, row: 0, width, height } } = options;
  const calls = await evaluationsPerTile(model, options);
  const plan = planTiles({ width, height }, {
    area,
    overlap,
    tileSize: model.card.tileSize,
    shared: blend === "steps" ? calls : 0,
  });
  return { plan, calls };
}

/**
 * Restores a part of a scene.
 *
 * @throws {RangeError} If the overlap or the mask's options are out of range, or the area is not in
 *   the scene.
 */
export async function restoreRows(
  model: Model,
  scene: Scene,
  options: RestoreRowsOptions,
): Promise<RowsReport> {
  const { batch = 4, tileOrder = (columns) => columns, onProgress, signal, write } = options;
  const { seeds = [options.seed ?? 0], deviations } = options;
  const { plan, calls } = await planArea(model, scene, options);
  const { sky: clouds, hideClouds = true } = options;
  const { opaqueCloud } = model.card;
  const hides = hideClouds && opaqueCloud !== undefined && clouds !== undefined;
  const flight = new Flight(plan, scene, { sky: clouds, hides });
  const { tileSize, rows: tops, area, target, all: { rows: [firstRow, lastRow], columns } } = plan;
  const total = (lastRow - firstRow) * (columns[1] - columns[0]);
  const work = total * seeds.length;
  let [done, restored] = [0, 0];
  const joint = model.modules.network.temporal || scene.frames.length === 1;
  const how = options.frames ?? (joint ? "joint" : "independent");
  const turns = new Turns();
  const runners = seeds.map((seed) =>
    new TileRunner(model, {
      plan,
      frames: flight.frames,
      auxiliary: flight.auxiliary,
      ...(hides && { hidden: { sky: flight.sky!, left: flight.columns[0], cloud: opaqueCloud } }),
      reference: scene.reference,
      batch,
      separate: how === "independent" ? scene.frames.length : 1,
      restore: { ...restoreOptions(options), seed },
      turns,
      signal,
      onTiles(count) {
        done += count;
        restored += count;
        onProgress?.({ done, total: work });
        signal?.throwIfAborted();
      },
    })
  );
  const fail = (error: unknown) => runners.forEach((runner) => runner.fail(error));
  /** A row of tiles of every sample. */
  async function run(row: number, tiles: readonly number[]) {
    const samples = runners.map((runner) => runner.run(row, tiles));
    try {
      return await Promise.all(samples);
    } catch (error) {
      fail(error);
      await Promise.allSettled(samples);
      throw error;
    }
  }
  const begun = new Map<number, Promise<readonly (readonly RestoredTile[])[]>>();
  async function begin(row: number): Promise<void> {
    signal?.throwIfAborted();
    await flight.load(row);
    const needed = flight.needed(row);
    const skipped = (columns[1] - columns[0] - needed.length) * seeds.length;
    done += skipped;
    if (skipped > 0) onProgress?.({ done, total: work });
    const tiles = run(row, tileOrder(needed));
    // It is awaited in its turn; an error must not end the program before.
    tiles.catch(() => {});
    begun.set(row, tiles);
  }

  const { reference, sky } = flight;
  const finisher = new RowFinisher({ plan, scene, reference, sky, skyLeft: flight.columns[0] });
  const bands = model.card.bands.length;
  const ramp = Math.floor(tileSize * plan.overlap);
  const blends = seeds.map(() => createStripBlend(area, { bands, tileSize, ramp }));
  let finished = area.row;
  let next = firstRow;
  try {
    for (let row = firstRow; row < lastRow; row++) {
      for (const ahead = rowAhead(plan, row); next <= ahead;) await begin(next++);
      const tiles = await begun.get(row)!;
      begun.delete(row);
      if (row < target.rows[0] || row >= target.rows[1]) continue;
      for (const [i, own] of tiles.entries()) {
        for (const { origin, image } of own) blends[i]!.add(image, origin);
      }
      // What no later row of tiles touches is finished.
      const end = row + 1 < target.rows[1] ? tops[row + 1]! : area.row + area.height;
      if (end <= finished) continue;
      const { mean, deviation } = spreadOf(blends.map((blend) => blend.take(end)), deviations);
      const rows = { row: finished, rows: end - finished };
      await write(finisher.finish(mean, { ...rows, ...(deviation && { deviation }) }));
      finished = end;
      flight.drop(next < lastRow ? Math.min(finished, tops[next]!) : finished);
    }
  } catch (error) {
    // Rows that were begun must not wait for others for ever, nor compute beside what comes next.
    fail(error);
    await Promise.allSettled(begun.values());
    throw error;
  }
  const report = finisher.report();
  return {
    ...report,
    seams: {
      ...report.seams,
      // Of a mean there is no tile; what its samples' tiles disagree by is the measure.
      disagreement: Math.sqrt(
        mean(blends.map((blend) => blend.disagreement() ** 2)),
      ),
    },
    tiles: { total, restored: restored / seeds.length },
    evaluations: restored * calls,
  };
}

/** The tiles that a restoration computes, found without computing any. */
export async function countTiles(
  model: Model,
  scene: Scene,
  options: Omit<RestoreRowsOptions, "write">,
): Promise<RowsReport["tiles"] & Pick<RowsReport, "evaluations">> {
  const { plan, calls } = await planArea(model, scene, options);
  const { rows, all: { rows: [firstRow, lastRow], columns } } = plan;
  // Nothing but the reference tells what is cloudy, and without a mask only gaps are left out.
  const alone = { ...scene, frames: [scene.frames[scene.reference]!], reference: 0 };
  const { auxiliary: _, ...bare } = alone;
  const { sky } = options;
  const flight = new Flight(plan, bare, {
    sky: sky && {
      ...sky,
      open: ([own]) => [sky.open(scene.frames.map(() => own!))[scene.reference]],
    },
  });
  let restored = 0;
  for (let row = firstRow; row < lastRow; row++) {
    options.signal?.throwIfAborted();
    await flight.load(row);
    restored += flight.needed(row).length;
    if (row + 1 < lastRow) flight.drop(rows[row + 1]!);
  }
  const total = (lastRow - firstRow) * (columns[1] - columns[0]);
  const samples = options.seeds?.length ?? 1;
  return { total, restored, evaluations: restored * calls * samples };
}

/** What of the options is for each image. */
function restoreOptions(
  { steps, sampler, timesteps, frames, fusion, seed }: RestoreOptions,
): RestoreOptions {
  const given = { steps, sampler, timesteps, frames, fusion, seed };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
