/**
 * Runs rows of tiles through the model in batches: each tile on its own, or all of them as one image
 * (joint diffusion). Slightly longer than other files because both ways share the state of a batch.
 *
 * @module
 */

import { readTensor, type Tensor4D, tf } from "../../engine/mod.ts";
import { type Model, restoreImages, type RestoreOptions, scalingRanges } from "../../model/mod.ts";
import type { SamplingStep } from "../../samplers/mod.ts";
import { yieldToEventLoop } from "../abortable.ts";
import { Exchange } from "./exchange.ts";
import { fillGaps } from "./fill_gaps.ts";
import type { FrameRows } from "./frame_rows.ts";
import { fillImageClouds } from "../cloud_fill.ts";
import type { MaskRows } from "./mask_rows.ts";
import type { MeanRows } from "../scene.ts";
import type { Mutex } from "./mutex.ts";
import type { TilePlan } from "./plan.ts";
import { reflect, type TileOrigin } from "./tiles.ts";

/** A restored tile [tileSize, tileSize, bands] in the model's units. */
export interface RestoredTile {
  readonly origin: TileOrigin;
  readonly image: Float32Array;
}

/** Values that replace the masked clouds of the input. */
interface CloudFill {
  /** Masks with classes, whose first column is the scene's column `left`. */
  readonly masks: MaskRows;
  readonly left: number;
  /** One per band. */
  readonly values: readonly number[];
}

/** Options of {@linkcode TileRunner}. */
export interface TileRunnerOptions {
  readonly plan: TilePlan;
  readonly frames: readonly FrameRows[];
  readonly auxiliary: readonly FrameRows[] | undefined;
  readonly mean: MeanRows | undefined;
  /** Default: the model sees the clouds as they are. */
  readonly fill?: CloudFill;
  readonly reference: number;
  readonly batch: number;
  /** Frames per D: the number of dates if they are denoised independently, else 1. */
  readonly separate: number;
  readonly restore: RestoreOptions;
  /** Lets one batch run at a time, over all runners that share it. */
  readonly mutex: Mutex;
  /** Called with the number of tiles restored. */
  readonly onTiles: (count: number) => void;
  /** Cancels the work between two sampler steps. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Longest time between two yields to the event loop, in milliseconds. Engines that compute on the
 * JavaScript thread would otherwise block file writes and Ctrl-C.
 */
const YIELD_MS = 50;

/** Splits into full batches and single tiles, so that only two shapes of batch are compiled. */
function inBatches<T>(items: readonly T[], batch: number): readonly (readonly T[])[] {
  const full = Math.floor(items.length / batch);
  return [
    ...Array.from({ length: full }, (_, i) => items.slice(i * batch, (i + 1) * batch)),
    ...items.slice(full * batch).map((item) => [item]),
  ];
}

/** Runs rows of tiles of one ensemble member. */
export class TileRunner {
  readonly #model: Model;
  readonly #options: TileRunnerOptions;
  readonly #exchanges: readonly Exchange[];
  #yielded = performance.now();
  #failure: { readonly error: unknown } | undefined;

  constructor(model: Model, options: TileRunnerOptions) {
    this.#model = model;
    this.#options = options;
    const { plan, separate } = options;
    this.#exchanges = plan.shared === 0
      ? []
      : Array.from({ length: separate }, () => new Exchange(plan));
  }

  /**
   * Restores tiles of a row, whose rows of the scene must be loaded.
   *
   * @param columns Numbers of the tiles.
   */
  async run(row: number, columns: readonly number[]): Promise<readonly RestoredTile[]> {
    for (const exchange of this.#exchanges) exchange.open(row, columns);
    const batches = inBatches(columns, this.#options.batch);
    if (this.#exchanges.length === 0) {
      const done: RestoredTile[] = [];
      for (const batch of batches) done.push(...await this.#batch(row, batch));
      return done;
    }
    const work = batches.map((batch) => this.#batch(row, batch));
    try {
      return (await Promise.all(work)).flat();
    } catch (error) {
      this.fail(error);
      await Promise.allSettled(work);
      throw error;
    }
  }

  /** Fails running tiles at their next denoiser evaluation. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const exchange of this.#exchanges) exchange.fail(error);
  }

  async #batch(row: number, columns: readonly number[]): Promise<readonly RestoredTile[]> {
    const { plan, frames, auxiliary, mean, reference, restore, mutex, onTiles } = this.#options;
    const { tileSize } = plan;
    let release = await mutex.acquire();
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      const origins = columns.map((column) => ({
        column: plan.columns[column]!,
        row: plan.rows[row]!,
      }));
      let call = 0;
      const { image } = await restoreImages(this.#model, {
        cloudy: this.#cut(frames, origins),
        ...(auxiliary && { auxiliary: this.#cut(auxiliary, origins) }),
        ...(mean && { mean: mean.cut(origins, tileSize) }),
        batch: columns.length,
        length: frames.length,
        height: tileSize,
        width: tileSize,
        reference,
        origins: origins.map((origin) => ({ x: origin.column, y: origin.row })),
      }, {
        ...restore,
        onStep: (step) => this.#yield(step),
        ...(this.#exchanges.length > 0 && {
          shareDenoised: async (denoised) => {
            const values = await readTensor(denoised);
            const tiles = { row, columns, call: call++ };
            this.#post(values, tiles);
            // The awaited tiles run in other batches, which need the mutex.
            release();
            await Promise.all(this.#exchanges.map((each) => each.ready(row, tiles.call)));
            release = await mutex.acquire();
            return tf.tensor4d(
              this.#take(values.length, tiles),
              denoised.shape as Tensor4D["shape"],
            );
          },
        }),
      });
      onTiles(columns.length);
      const length = image.length / columns.length;
      return origins.map((origin, i) => ({
        origin,
        image: image.subarray(i * length, (i + 1) * length),
      }));
    } finally {
      release();
    }
  }

  /** Yields to the event loop from time to time, and cancels the work if the signal is aborted. */
  async #yield({ denoised, y }: SamplingStep): Promise<void> {
    const { signal } = this.#options;
    if (performance.now() - this.#yielded > YIELD_MS) {
      await yieldToEventLoop();
      this.#yielded = performance.now();
    }
    if (signal?.aborted !== true) return;
    // The throw leaves the sampler, which cannot dispose them.
    tf.dispose([denoised, y]);
    throw signal.reason;
  }

  /** Cuts tiles of all dates [batch, dates, tileSize, tileSize, bands] and fills their gaps. */
  #cut(frames: readonly FrameRows[], origins: readonly TileOrigin[]): Float32Array {
    const { plan: { tileSize, scene } } = this.#options;
    const { scaling, condition } = this.#model.card;
    const bands = frames[0]!.frame.bands.length;
    const ranges = scalingRanges(
      frames === this.#options.frames ? scaling : condition.auxiliaryScaling ?? scaling,
      bands,
    );
    const size = tileSize ** 2 * bands;
    const out = new Float32Array(origins.length * frames.length * size);
    for (const [i, origin] of origins.entries()) {
      const tiles = frames.map((frame, l) => {
        const at = (i * frames.length + l) * size;
        frame.cut(out, at, { scene, tileSize, origin });
        const tile = out.subarray(at, at + size);
        if (frames === this.#options.frames) this.#fillClouds(tile, l, origin);
        return tile;
      });
      fillGaps(tiles, {
        width: tileSize,
        height: tileSize,
        fallback: ranges.map(({ low }) => low),
      });
    }
    return out;
  }

  /** Replaces the masked clouds of a date. */
  #fillClouds(tile: Float32Array, date: number, origin: TileOrigin): void {
    const { fill, plan: { tileSize, scene } } = this.#options;
    if (fill === undefined) return;
    const { masks, left, values } = fill;
    const classes = new Uint8Array(tileSize ** 2);
    for (let y = 0; y < tileSize; y++) {
      const row = masks.classes(date, reflect(origin.row + y, scene.height));
      if (row === undefined) return;
      for (let x = 0; x < tileSize; x++) {
        classes[y * tileSize + x] = row[reflect(origin.column + x, scene.width) - left]!;
      }
    }
    fillImageClouds(tile, classes, values);
  }

  #post(
    values: Float32Array,
    { row, columns, call }: { row: number; columns: readonly number[]; call: number },
  ): void {
    const size = values.length / (columns.length * this.#exchanges.length);
    for (const [i, column] of columns.entries()) {
      for (const [l, exchange] of this.#exchanges.entries()) {
        const at = (i * this.#exchanges.length + l) * size;
        exchange.post({ row, column }, call, values.subarray(at, at + size));
      }
    }
  }

  #take(
    length: number,
    { row, columns, call }: { row: number; columns: readonly number[]; call: number },
  ): Float32Array {
    const out = new Float32Array(length);
    const size = length / (columns.length * this.#exchanges.length);
    for (const [i, column] of columns.entries()) {
      for (const [l, exchange] of this.#exchanges.entries()) {
        const at = (i * this.#exchanges.length + l) * size;
        exchange.take(out, at, { tile: { row, column }, call });
      }
    }
    return out;
  }
}
