/**
 * Rows of tiles through the model, in batches: each by itself, or all of them as one image (joint
 * diffusion).
 *
 * @module
 */

import { readTensor, type Tensor4D, tf } from "../../engine/mod.ts";
import { type Model, restoreImages, type RestoreOptions, scalingRanges } from "../../model/mod.ts";
import type { SamplingStep } from "../../samplers/mod.ts";
import { breathe } from "../abortable.ts";
import { Exchange, type Turns } from "./exchange.ts";
import { fillGaps } from "./fill_gaps.ts";
import type { FrameRows } from "./frame_rows.ts";
import { paintClouds } from "../hide_clouds.ts";
import type { TilePlan } from "./plan.ts";
import type { SkyRows } from "./sky_rows.ts";
import { reflect, type TileOrigin } from "./tiles.ts";

/** A restored tile [tileSize, tileSize, bands] in the model's units. */
export interface RestoredTile {
  readonly origin: TileOrigin;
  readonly image: Float32Array;
}

/** What the model is not shown. */
interface HiddenClouds {
  /** Whose classes are kept, from the scene's column `left` on. */
  readonly sky: SkyRows;
  readonly left: number;
  /** What it is shown instead, of each band. */
  readonly cloud: readonly number[];
}

/** What tiles are made of. */
export interface TileRunnerOptions {
  readonly plan: TilePlan;
  readonly frames: readonly FrameRows[];
  readonly auxiliary: readonly FrameRows[] | undefined;
  /** Default: the model is shown everything. */
  readonly hidden?: HiddenClouds;
  readonly reference: number;
  readonly batch: number;
  /** Frames of a batch's D: all dates, where they are independent and there are several; else 1. */
  readonly separate: number;
  readonly restore: RestoreOptions;
  /** Which one batch at a time takes, of all runners that have them in common. */
  readonly turns: Turns;
  /** Called after tiles were restored. */
  readonly onTiles: (count: number) => void;
  /** Ends the work between two steps. */
  readonly signal: AbortSignal | undefined;
}

/**
 * How long tiles may keep the program from hearing of anything else, in milliseconds. Engines that
 * compute in JavaScript's own thread would never let go: no file is written and no Ctrl-C heard.
 */
const BREATH = 50;

/** Splits into full batches and single tiles, so that only two shapes of batch are compiled. */
function inBatches<T>(items: readonly T[], batch: number): readonly (readonly T[])[] {
  const full = Math.floor(items.length / batch);
  return [
    ...Array.from({ length: full }, (_, i) => items.slice(i * batch, (i + 1) * batch)),
    ...items.slice(full * batch).map((item) => [item]),
  ];
}

/** Runs rows of tiles. */
export class TileRunner {
  readonly #model: Model;
  readonly #options: TileRunnerOptions;
  readonly #exchanges: readonly Exchange[];
  #heard = performance.now();
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
   * Begins a row of tiles; the rows of the scene that it covers must be loaded.
   *
   * @param columns Which tiles of the row, by number.
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

  /** Ends what is begun with an error, at its next evaluation. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const exchange of this.#exchanges) exchange.fail(error);
  }

  async #batch(row: number, columns: readonly number[]): Promise<readonly RestoredTile[]> {
    const { plan, frames, auxiliary, reference, restore, turns, onTiles } = this.#options;
    const { tileSize } = plan;
    let release = await turns.take();
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
        batch: columns.length,
        length: frames.length,
        height: tileSize,
        width: tileSize,
        reference,
        origins: origins.map((origin) => ({ x: origin.column, y: origin.row })),
      }, {
        ...restore,
        onStep: (step) => this.#breathe(step),
        ...(this.#exchanges.length > 0 && {
          shareDenoised: async (denoised) => {
            const values = await readTensor(denoised);
            const tiles = { row, columns, call: call++ };
            this.#post(values, tiles);
            // Others go on meanwhile: what is waited for is theirs.
            release();
            await Promise.all(this.#exchanges.map((each) => each.ready(row, tiles.call)));
            release = await turns.take();
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

  /** Lets others have their turn, and ends the work if it is to end. */
  async #breathe({ denoised, y }: SamplingStep): Promise<void> {
    const { signal } = this.#options;
    if (performance.now() - this.#heard > BREATH) {
      await breathe();
      this.#heard = performance.now();
    }
    if (signal?.aborted !== true) return;
    // The sampler, which is left here, cannot.
    tf.dispose([denoised, y]);
    throw signal.reason;
  }

  /** Tiles of all dates [batch, dates, tileSize, tileSize, bands], without gaps. */
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
        if (frames === this.#options.frames) this.#hide(tile, l, origin);
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

  /** Opaque cloud where a date has cloud. */
  #hide(tile: Float32Array, date: number, origin: TileOrigin): void {
    const { hidden, plan: { tileSize, scene } } = this.#options;
    if (hidden === undefined) return;
    const { sky, left, cloud } = hidden;
    const classes = new Uint8Array(tileSize ** 2);
    for (let y = 0; y < tileSize; y++) {
      const row = sky.classes(date, reflect(origin.row + y, scene.height));
      if (row === undefined) return;
      for (let x = 0; x < tileSize; x++) {
        classes[y * tileSize + x] = row[reflect(origin.column + x, scene.width) - left]!;
      }
    }
    paintClouds(tile, classes, cloud);
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
