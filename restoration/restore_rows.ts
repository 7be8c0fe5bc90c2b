/**
 * Restoring a scene as a stream of rows, from its top down: windows in, tiles through the model,
 * blended rows out. Memory grows with the width of the scene and not with its height.
 *
 * The grid of tiles and the noise belong to the scene and not to the part of it that is asked for, so
 * a window, a shard, another order or another batch gives the same pixels.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import type { RasterWindow } from "../data/mod.ts";
import { buildModules, countEvaluations, type Model, type RestoreOptions } from "../model/mod.ts";
import { FrameRows } from "./frame_rows.ts";
import { type FinishedReport, type FinishedRows, RowFinisher } from "./finish_rows.ts";
import { checkKeepClear, KEEP_CLEAR_DEFAULTS, type KeepClearOptions } from "./keep_clear.ts";
import { planTiles, rowAhead, type TilePlan } from "./plan.ts";
import type { MaskSource, Scene } from "./scene.ts";
import { SkyRows } from "./sky_rows.ts";
import { createStripBlend } from "./strip_blend.ts";
import { type RestoredTile, TileRunner } from "./tile_runner.ts";

/** How far a restoration has come. */
export interface RestoreProgress {
  /** Tiles restored or found to need nothing. */
  readonly done: number;
  /** Tiles of the area. */
  readonly total: number;
}

/** How tiles are laid, run and put together. */
export interface TilingOptions
  extends Omit<RestoreOptions, "onStep" | "onMasks" | "shareDenoised"> {
  /** Least overlap of neighbouring tiles, in [0.25, 0.75]. Default 0.25. */
  readonly overlap?: number;
  /** Tiles restored at a time. Default 4. */
  readonly batch?: number;
  /**
   * When tiles are blended: their results, or (joint diffusion) every denoised image on the way, which
   * costs memory and leaves no seams of low frequency. Default "end".
   */
  readonly blend?: "end" | "joint";
  /** More frames than the model was trained with are allowed. Default false. */
  readonly anyLength?: boolean;
  /** Order of the tiles of a row, by number; nothing but rounding depends on it. */
  readonly tileOrder?: (columns: readonly number[]) => readonly number[];
  /** Called after each batch of tiles. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Ends the work between two batches of tiles. */
  readonly signal?: AbortSignal;
}

/** Clouds of the dates: what keeps clear pixels, and what says where the others come from. */
export interface SceneSky extends KeepClearOptions {
  /** Pixels around a pixel that its masks depend on. */
  readonly margin: number;
  /** Masks of the reference and of the other dates, given the rows of all dates in flight. */
  open(
    rows: readonly FrameRows[],
  ): { readonly mask: MaskSource; readonly others: readonly MaskSource[] };
}

/** Options of {@linkcode restoreRows}. */
export interface RestoreRowsOptions extends TilingOptions {
  /** The part of the scene that is wanted. Default all of it. */
  readonly area?: RasterWindow;
  /** Where it is given, clear pixels of the reference are kept. */
  readonly sky?: SceneSky;
  /** Receives the rows, from the top down. */
  readonly write: (rows: FinishedRows) => void | Promise<void>;
}

/** What a restoration did. */
export interface RowsReport extends FinishedReport {
  /** Tiles that the area needs, and how many of them were restored. */
  readonly tiles: { readonly total: number; readonly restored: number };
  /** Evaluations of the denoiser, one for each tile and noise level. */
  readonly evaluations: number;
}

/** The modules of a restoration that decide how often the denoiser runs. */
export async function evaluationsPerTile(model: Model, options: RestoreOptions): Promise<number> {
  const registry = options.registry ?? builtins;
  const modules = buildModules(model.card, { registry, path: "$.modules" });
  const { steps = model.card.steps, sampler = modules.sampler, timesteps = modules.timesteps } =
    options;
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
    shared: blend === "joint" ? calls : 0,
  });
  return { plan, calls };
}

/** Columns of the scene that tiles, and masks around them, are made of. */
function columnsOf({ columns, all, tileSize, scene }: TilePlan, margin: number) {
  const first = Math.max(0, columns[all.columns[0]]! - margin);
  const last = Math.min(scene.width, columns[all.columns[1] - 1]! + tileSize + margin);
  return [first, last] as const;
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
  const joint = model.network.temporal || scene.frames.length === 1;
  const how = options.frames ?? (joint ? "joint" : "independent");
  const { plan, calls } = await planArea(model, scene, options);
  const { tileSize, rows: tops, columns: lefts, area } = plan;

  const keep = { ...KEEP_CLEAR_DEFAULTS, ...options.sky };
  if (options.sky !== undefined) checkKeepClear(keep);
  const margin = options.sky === undefined ? 0 : options.sky.margin + keep.dilate;
  const tileColumns = columnsOf(plan, 0);
  const frames = scene.frames.map((frame) => new FrameRows(frame, columnsOf(plan, margin)));
  const auxiliary = scene.auxiliary?.map((frame) => new FrameRows(frame, tileColumns));
  const reference = frames[scene.reference]!;
  const sky = options.sky && new SkyRows({
    ...keep,
    ...options.sky.open(frames),
    scene: plan.scene,
    columns: tileColumns,
    margin,
  });

  /** Makes the rows that a row of tiles is cut from available. */
  async function load(row: number): Promise<void> {
    const [first, last] = [tops[row]!, Math.min(tops[row]! + tileSize, plan.scene.height)];
    const [from, to] = sky?.needs(first, last) ?? [first, last];
    for (const frame of frames) await frame.load(Math.min(first, from), Math.max(last, to));
    for (const frame of auxiliary ?? []) await frame.load(first, last);
    await sky?.load(first, last);
  }

  /** Whether anything under a tile is to be restored. */
  function isNeeded(row: number, column: number): boolean {
    const last = Math.min(tops[row]! + tileSize, plan.scene.height);
    const [left, right] = [lefts[column]!, Math.min(lefts[column]! + tileSize, plan.scene.width)];
    let some = false;
    for (let y = tops[row]!; y < last && !some; y++) {
      const shares = sky?.row(y).shares.subarray(left - tileColumns[0], right - tileColumns[0]);
      if (shares !== undefined && !shares.some((share) => share > 0)) continue;
      some = reference.someData(y, [left, right]);
    }
    return some;
  }

  const [firstRow, lastRow] = plan.all.rows;
  const [firstColumn, lastColumn] = plan.all.columns;
  const total = (lastRow - firstRow) * (lastColumn - firstColumn);
  let [done, restored] = [0, 0];
  const runner = new TileRunner(model, {
    plan,
    frames,
    auxiliary,
    reference: scene.reference,
    batch,
    separate: how === "independent" ? frames.length : 1,
    restore: restoreOptions(options),
    onTiles(count) {
      done += count;
      restored += count;
      onProgress?.({ done, total });
      signal?.throwIfAborted();
    },
  });
  const begun = new Map<number, Promise<readonly RestoredTile[]>>();
  async function begin(row: number): Promise<void> {
    await load(row);
    const columns = Array.from({ length: lastColumn - firstColumn }, (_, i) => firstColumn + i)
      .filter((column) => isNeeded(row, column));
    const skipped = lastColumn - firstColumn - columns.length;
    done += skipped;
    if (skipped > 0) onProgress?.({ done, total });
    const tiles = runner.run(row, tileOrder(columns));
    // It is awaited in its turn; an error must not end the program before.
    tiles.catch(() => {});
    begun.set(row, tiles);
  }

  const finisher = new RowFinisher({ plan, scene, reference, sky, skyLeft: tileColumns[0] });
  const blend = createStripBlend(area, {
    bands: model.card.bands.length,
    tileSize,
    ramp: Math.floor(tileSize * plan.overlap),
  });
  let finished = area.row;
  let next = firstRow;
  for (let row = firstRow; row < lastRow; row++) {
    const ahead = plan.shared === 0 ? row : rowAhead(plan, row);
    while (next <= ahead) {
      signal?.throwIfAborted();
      await begin(next++);
    }
    const tiles = await begun.get(row)!;
    begun.delete(row);
    if (row < plan.target.rows[0] || row >= plan.target.rows[1]) continue;
    for (const { origin, image } of tiles) blend.add(image, origin);
    // What no later row of tiles touches is finished.
    const end = row + 1 < plan.target.rows[1] ? tops[row + 1]! : area.row + area.height;
    if (end <= finished) continue;
    await write(finisher.finish(blend.take(end), { row: finished, rows: end - finished }));
    finished = end;
    const needed = Math.min(finished, next < lastRow ? tops[next]! : finished);
    for (const frame of frames) {
      frame.drop(Math.min(needed, sky?.keeps ?? needed));
    }
    for (const frame of auxiliary ?? []) frame.drop(needed);
    sky?.drop(needed);
  }
  return {
    ...finisher.report(),
    tiles: { total, restored },
    evaluations: restored * calls,
  };
}

/** What of the options is for each image. */
function restoreOptions(
  { steps, sampler, timesteps, frames, fusion, seed, registry }: RestoreOptions,
): RestoreOptions {
  const given = { steps, sampler, timesteps, frames, fusion, seed, registry };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
