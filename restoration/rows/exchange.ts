/**
 * Joint diffusion: each denoised tile is blended with its neighbours before the sampler continues, so
 * all tiles describe one image at every noise level.
 *
 * Samplers are unaware of it. Each batch of tiles runs its own sampler, whose denoiser posts D here,
 * waits for the neighbours' D of the same evaluation, and returns the blend. Noise is keyed by absolute
 * pixel, so tiles agree on every pixel they share.
 *
 * @module
 */

import { overlapping, type Span, type TilePlan } from "./plan.ts";
import { blendWeights } from "./strip_blend.ts";

/** Row and column of a tile in the tile grid. */
export interface TileIndex {
  readonly row: number;
  readonly column: number;
}

/** One denoiser evaluation of one row of tiles. */
interface Round {
  readonly tiles: Map<number, Float32Array>;
  readonly posted: PromiseWithResolvers<void>;
  /** Number of tiles in the row that have taken their blend. */
  taken: number;
}

/** Collects the denoised tiles of each evaluation and blends neighbours. */
export class Exchange {
  readonly #plan: TilePlan;
  readonly #side: Float32Array;
  /** Computed columns of each row of tiles. */
  readonly #columns = new Map<number, readonly number[]>();
  readonly #rounds = new Map<string, Round>();
  #failure: { readonly error: unknown } | undefined;

  constructor(plan: TilePlan) {
    this.#plan = plan;
    this.#side = blendWeights(plan.tileSize, Math.floor(plan.tileSize * plan.overlap));
  }

  #round(row: number, call: number): Round {
    const key = `${row}:${call}`;
    let round = this.#rounds.get(key);
    if (round === undefined) {
      round = { tiles: new Map(), posted: Promise.withResolvers(), taken: 0 };
      // A failure may arrive while nothing awaits the promise.
      round.posted.promise.catch(() => {});
      if (this.#failure !== undefined) round.posted.reject(this.#failure.error);
      else if (this.#columns.get(row)?.length === 0) round.posted.resolve();
      this.#rounds.set(key, round);
    }
    return round;
  }

  /** Computed rows of tiles that overlap a row. */
  #rows(row: number): readonly number[] {
    const { rows, tileSize, all } = this.#plan;
    const [first, last]: Span = overlapping(rows, row, tileSize);
    return Array.from({ length: last - first }, (_, i) => first + i)
      .filter((other) => other >= all.rows[0] && other < all.rows[1]);
  }

  /** Registers the computed tiles of a row, before any of them posts. */
  open(row: number, columns: readonly number[]): void {
    this.#columns.set(row, columns);
    if (columns.length > 0) return;
    for (let call = 0; call < this.#plan.shared; call++) this.#round(row, call).posted.resolve();
  }

  /** Posts D [tileSize, tileSize, channels] of a tile for evaluation `call`. */
  post({ row, column }: TileIndex, call: number, denoised: Float32Array): void {
    const round = this.#round(row, call);
    round.tiles.set(column, denoised);
    if (round.tiles.size === this.#columns.get(row)!.length) round.posted.resolve();
  }

  /** Waits until every tile that overlaps the row has posted. */
  async ready(row: number, call: number): Promise<void> {
    await Promise.all(this.#rows(row).map((other) => this.#round(other, call).posted.promise));
  }

  /** Rejects all pending waits. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { posted } of this.#rounds.values()) posted.reject(error);
  }

  /** Writes the blend at a tile to `out` from index `at`; called once per tile and evaluation. */
  take(out: Float32Array, at: number, { tile, call }: {
    readonly tile: TileIndex;
    readonly call: number;
  }): void {
    const { rows, columns, tileSize } = this.#plan;
    const side = this.#side;
    const length = this.#round(tile.row, call).tiles.get(tile.column)!.length;
    const channels = length / tileSize ** 2;
    const weights = new Float32Array(tileSize ** 2);
    out.fill(0, at, at + length);
    const [firstColumn, lastColumn] = overlapping(columns, tile.column, tileSize);
    for (const row of this.#rows(tile.row)) {
      const { tiles } = this.#round(row, call);
      for (let column = firstColumn; column < lastColumn; column++) {
        const other = tiles.get(column);
        if (other === undefined) continue;
        const [dy, dx] = [
          rows[row]! - rows[tile.row]!,
          columns[column]! - columns[tile.column]!,
        ];
        for (let y = Math.max(0, dy); y < Math.min(tileSize, tileSize + dy); y++) {
          for (let x = Math.max(0, dx); x < Math.min(tileSize, tileSize + dx); x++) {
            const weight = side[y - dy]! * side[x - dx]!;
            const to = y * tileSize + x;
            const from = ((y - dy) * tileSize + x - dx) * channels;
            weights[to]! += weight;
            for (let c = 0; c < channels; c++) {
              out[at + to * channels + c]! += weight * other[from + c]!;
            }
          }
        }
      }
    }
    for (let i = 0; i < length; i++) out[at + i]! /= weights[Math.floor(i / channels)]!;
    this.#round(tile.row, call).taken++;
    for (const row of this.#rows(tile.row)) this.#forget(row, call);
  }

  /** Drops a row once all its neighbours have taken their blend. */
  #forget(row: number, call: number): void {
    const done = this.#rows(row).every((other) => {
      const columns = this.#columns.get(other);
      if (columns === undefined) return false;
      return columns.length === 0 || this.#rounds.get(`${other}:${call}`)?.taken === columns.length;
    });
    if (done) this.#rounds.get(`${row}:${call}`)?.tiles.clear();
  }
}
