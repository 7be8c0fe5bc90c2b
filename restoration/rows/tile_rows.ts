/**
 * Rows of tiles of all ensemble members, started as far ahead as joint diffusion needs.
 *
 * @module
 */

import type { Model, RestoreOptions } from "../../model/mod.ts";
import type { Scene } from "../scene.ts";
import { Mutex } from "./mutex.ts";
import type { RestoreRowsOptions } from "./options.ts";
import { rowAhead, type TilePlan } from "./plan.ts";
import { tileCount } from "./plan_area.ts";
import type { RowWindow } from "./row_window.ts";
import { cloudFillOf } from "./scene_masks.ts";
import { type RestoredTile, TileRunner } from "./tile_runner.ts";

/** Options of {@linkcode TileRows}. */
export interface TileRowsOptions {
  readonly scene: Scene;
  readonly plan: TilePlan;
  readonly window: RowWindow;
  /** One per ensemble member. */
  readonly seeds: readonly number[];
  readonly options: Omit<RestoreRowsOptions, "write">;
}

/** Options that every tile is restored with. */
function samplerOptions(
  { steps, sampler, timesteps, frames, fusion }: RestoreOptions,
): RestoreOptions {
  return { steps, sampler, timesteps, frames, fusion };
}

/** Runs the rows of tiles of a plan from top to bottom. */
export class TileRows {
  readonly #given: TileRowsOptions;
  readonly #runners: readonly TileRunner[];
  readonly #started = new Map<number, Promise<readonly (readonly RestoredTile[])[]>>();
  readonly #total: number;
  #next: number;
  #done = 0;
  #restored = 0;

  constructor(model: Model, given: TileRowsOptions) {
    const { scene, plan, window, seeds, options } = given;
    const { tiles: { batch = 4 } = {}, signal } = options;
    const joint = model.modules.network.temporal || scene.frames.length === 1;
    const frames = options.frames ?? (joint ? "joint" : "independent");
    const mutex = new Mutex();
    const fill = cloudFillOf(model.card, options.masks);
    this.#given = given;
    this.#total = tileCount(plan) * seeds.length;
    this.#next = plan.all.rows[0];
    this.#runners = seeds.map((seed) =>
      new TileRunner(model, {
        plan,
        frames: window.frames,
        auxiliary: window.auxiliary,
        mean: window.mean,
        fill: fill && { masks: window.masks!, left: window.columns[0], values: fill },
        reference: scene.reference,
        batch,
        separate: frames === "independent" ? scene.frames.length : 1,
        restore: { ...samplerOptions(options), seed },
        mutex,
        signal,
        onTiles: (count) => {
          this.#restored += count;
          this.#advance(count);
          signal?.throwIfAborted();
        },
      })
    );
  }

  /** Tiles restored so far, over all members. */
  get restored(): number {
    return this.#restored;
  }

  /** First row of tiles that hasn't started. */
  get next(): number {
    return this.#next;
  }

  /** Tiles of a row by member; starts the rows that it depends on. */
  async take(row: number): Promise<readonly (readonly RestoredTile[])[]> {
    for (const ahead = rowAhead(this.#given.plan, row); this.#next <= ahead;) {
      await this.#start(this.#next++);
    }
    const tiles = await this.#started.get(row)!;
    this.#started.delete(row);
    return tiles;
  }

  /** Fails all pending tiles and waits for them to end. */
  async fail(error: unknown): Promise<void> {
    for (const runner of this.#runners) runner.fail(error);
    await Promise.allSettled(this.#started.values());
  }

  async #start(row: number): Promise<void> {
    const { plan, window, options: { tiles = {}, signal }, seeds } = this.#given;
    const { order = (columns) => columns } = tiles;
    const { all: { columns } } = plan;
    signal?.throwIfAborted();
    await window.load(row);
    const needed = window.needed(row);
    const skipped = (columns[1] - columns[0] - needed.length) * seeds.length;
    if (skipped > 0) this.#advance(skipped);
    const started = this.#run(row, order(needed));
    // take() awaits it later; an earlier rejection must not end the program.
    started.catch(() => {});
    this.#started.set(row, started);
  }

  async #run(
    row: number,
    columns: readonly number[],
  ): Promise<readonly (readonly RestoredTile[])[]> {
    const members = this.#runners.map((runner) => runner.run(row, columns));
    try {
      return await Promise.all(members);
    } catch (error) {
      for (const runner of this.#runners) runner.fail(error);
      await Promise.allSettled(members);
      throw error;
    }
  }

  #advance(count: number): void {
    this.#done += count;
    this.#given.options.onProgress?.({ done: this.#done, total: this.#total });
  }
}
