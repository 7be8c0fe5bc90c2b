/**
 * Sliding window over the rows of a file: each block is read once, and dropped once no tile needs it.
 *
 * @module
 */

import type { PixelArray } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { SceneFrame } from "../scene.ts";
import { roomFor } from "./room_for.ts";
import { reflect, type Size, type TileOrigin } from "./tiles.ts";

/** Rows read together. */
interface Chunk {
  /** First row, of the scene. */
  readonly first: number;
  readonly rows: number;
  /** [rows, columns, bands that are read]. */
  readonly data: PixelArray;
}

/** Location of the stored numbers of a row. */
export interface StoredRow {
  /** Pixels of some rows, band fastest. */
  readonly data: PixelArray;
  /** Index of the first band at the scene's column `first`. */
  readonly at: number;
  /** First column of the scene that is stored. */
  readonly first: number;
  /** Columns that the file has from `first` on. */
  readonly columns: number;
}

/** Taller blocks are read in parts of this many rows, and decoded again for each. */
const MOST_ROWS = 1024;
/** Shorter blocks are read together until they have this many rows. */
const LEAST_ROWS = 64;

/** Rows of one date, from the top of the scene to its bottom. */
export class FrameRows {
  /** Date whose file is read. */
  readonly frame: SceneFrame;
  /** Indices of the model's bands that are read; stored pixels hold them in this order. */
  readonly read: readonly number[];
  readonly #first: number;
  readonly #columns: number;
  readonly #step: number;
  #chunks: readonly Chunk[] = [];

  /**
   * Opens the window, without any row.
   *
   * @param columns Columns of the window in the scene: first and one past the last.
   */
  constructor(frame: SceneFrame, columns: readonly [number, number]) {
    const { file, place, bands } = frame;
    this.frame = frame;
    this.read = bands.keys().filter((band) => bands[band] !== undefined).toArray();
    this.#first = Math.max(columns[0], -place.column);
    this.#columns = Math.max(
      0,
      Math.min(columns[1], file.header.width - place.column) - this.#first,
    );
    const block = Math.min(file.blockHeight, MOST_ROWS);
    this.#step = Math.ceil(LEAST_ROWS / block) * block;
  }

  /** Reads the rows [first, last) of the scene that are not in the window yet. */
  async load(first: number, last: number): Promise<void> {
    const { file, place } = this.frame;
    const end = Math.min(last, file.header.height - place.row);
    const known = this.#chunks.at(-1);
    let next = Math.max(known === undefined ? first : known.first + known.rows, -place.row);
    while (next < end && this.#columns > 0) {
      // A chunk ends at the end of a block.
      const row = next + place.row;
      const until = Math.min((Math.floor(row / this.#step) + 1) * this.#step, file.header.height);
      const { data } = await file.read({
        window: {
          column: this.#first + place.column,
          row,
          width: this.#columns,
          height: until - row,
        },
        bands: this.read.map((band) => this.frame.bands[band]!),
      });
      this.#chunks = [...this.#chunks, { first: next, rows: until - row, data }];
      next += until - row;
    }
  }

  /** Drops the rows above `before`. */
  drop(before: number): void {
    this.#chunks = this.#chunks.filter(({ first, rows }) => first + rows > before);
  }

  /** Stored numbers of a row of the scene; undefined outside the file. */
  row(row: number): StoredRow | undefined {
    const chunk = this.#chunks.find(({ first, rows }) => row >= first && row < first + rows);
    if (chunk === undefined) return undefined;
    return {
      data: chunk.data,
      at: (row - chunk.first) * this.#columns * this.read.length,
      first: this.#first,
      columns: this.#columns,
    };
  }

  /** Returns true if a stored number is data. */
  hasData(value: number): boolean {
    return !this.frame.missing.includes(value) && !Number.isNaN(value);
  }

  /** Returns true if a row of the scene has data between two columns. */
  someData(row: number, [first, last]: readonly [number, number]): boolean {
    const stored = this.row(row);
    if (stored === undefined) return false;
    const read = this.read.length;
    const from = Math.max(first, stored.first) - stored.first;
    const to = Math.min(last, stored.first + stored.columns) - stored.first;
    for (let i = stored.at + from * read; i < stored.at + to * read; i++) {
      if (this.hasData(stored.data[i]!)) return true;
    }
    return false;
  }

  /**
   * Writes a tile [tileSize, tileSize, bands of the model] in the model's units into `out` from index
   * `at` on: NaN where there is no data, reflected beyond the scene.
   */
  cut(
    out: Float32Array,
    at: number,
    { scene, tileSize, origin }: {
      readonly scene: Size;
      readonly tileSize: number;
      readonly origin: TileOrigin;
    },
  ): void {
    const { gains, biases, fill, bands, missing: [none = NaN, other = NaN] } = this.frame;
    const count = bands.length;
    const read = this.read.length;
    for (let y = 0; y < tileSize; y++) {
      const stored = this.row(reflect(origin.row + y, scene.height));
      for (let x = 0; x < tileSize; x++) {
        const to = at + (y * tileSize + x) * count;
        const column = stored === undefined
          ? -1
          : reflect(origin.column + x, scene.width) - stored.first;
        if (stored === undefined || column < 0 || column >= stored.columns) {
          out.fill(NaN, to, to + count);
          continue;
        }
        const from = stored.at + column * read;
        for (let i = 0; i < read; i++) {
          const band = this.read[i]!;
          const value = stored.data[from + i]!;
          out[to + band] = value === none || value === other
            ? NaN
            : value * gains[band]! + biases[band]!;
        }
        if (read < count) this.#fill(out, to, fill);
      }
    }
  }

  /** Fills in the bands that the file lacks, except where it has no data at all. */
  #fill(out: Float32Array, at: number, fill: readonly number[]): void {
    const some = this.read.some((band) => !Number.isNaN(out[at + band]!));
    for (const [band, index] of this.frame.bands.entries()) {
      if (index === undefined) out[at + band] = some ? fill[band]! : NaN;
    }
  }

  /**
   * Values [height, width, bands of the scene] of a window in the scene's units; NaN where there is no
   * data.
   *
   * @param into Memory for the values, if it is large enough; else they are in new memory.
   */
  values({ column, row, width, height }: RasterWindow, into?: Float32Array): Float32Array {
    const depth = this.read.length;
    const { missing } = this.frame;
    const gains = Float64Array.from(this.read, (band) => this.frame.gains[band]!);
    const biases = Float64Array.from(this.read, (band) => this.frame.biases[band]!);
    const out = roomFor(width * height * depth, into);
    for (let y = 0; y < height; y++) {
      const stored = this.row(row + y);
      const at = y * width * depth;
      const first = Math.max(column, stored?.first ?? Infinity);
      const last = Math.min(column + width, (stored?.first ?? 0) + (stored?.columns ?? 0));
      if (stored === undefined || last <= first) {
        out.fill(NaN, at, at + width * depth);
        continue;
      }
      const to = at + (first - column) * depth;
      const from = stored.at + (first - stored.first) * depth;
      const count = (last - first) * depth;
      out.fill(NaN, at, to);
      out.fill(NaN, to + count, at + width * depth);
      convert(stored.data, out, { from, to, count, gains, biases, missing });
    }
    return depth === this.frame.bands.length ? out : this.#filled(out);
  }

  /** Adds the bands that the file lacks to values of those that are read. */
  #filled(values: Float32Array): Float32Array {
    const { bands: { length: count }, fill } = this.frame;
    const depth = this.read.length;
    const pixels = values.length / depth;
    const out = new Float32Array(pixels * count);
    for (let p = 0; p < pixels; p++) {
      for (const [i, band] of this.read.entries()) out[p * count + band] = values[p * depth + i]!;
      this.#fill(out, p * count, fill);
    }
    return out;
  }

  /**
   * Stored numbers [height, width, bands] of a window; NaN where there is no data.
   *
   * @param places Places of the bands among those that are read. Default all.
   */
  window(
    { column, row, width, height }: RasterWindow,
    places: readonly number[] = [...this.read.keys()],
  ): Float32Array {
    const read = this.read.length;
    const depth = places.length;
    const [none = NaN, other = NaN] = this.frame.missing;
    const out = new Float32Array(width * height * depth);
    for (let y = 0; y < height; y++) {
      const stored = this.row(row + y);
      const line = y * width * depth;
      const first = Math.max(column, stored?.first ?? Infinity);
      const last = Math.min(column + width, (stored?.first ?? 0) + (stored?.columns ?? 0));
      if (stored === undefined || last <= first) {
        out.fill(NaN, line, line + width * depth);
        continue;
      }
      let to = line + (first - column) * depth;
      out.fill(NaN, line, to);
      const { data } = stored;
      const end = stored.at + (last - stored.first) * read;
      for (let at = stored.at + (first - stored.first) * read; at < end; at += read) {
        for (let b = 0; b < depth; b++) {
          const value = data[at + places[b]!]!;
          out[to++] = value === none || value === other ? NaN : value;
        }
      }
      out.fill(NaN, to, line + width * depth);
    }
    return out;
  }
}

/** A conversion of stored numbers to a unit. */
interface Conversion {
  readonly gain: number;
  readonly bias: number;
  /** Numbers that mark missing data, or NaN. */
  readonly none: number;
  readonly other: number;
}

/** Results of the last conversions by stored number. */
const TABLES: (Conversion & { readonly table: Float32Array })[] = [];
/** Most tables: the dates of a series share one as a rule. */
const MOST_TABLES = 8;

/** Results of a conversion for every 16-bit number: looking them up takes half the time. */
function tableOf({ gain, bias, none, other }: Conversion): Float32Array {
  const known = TABLES.find((one) =>
    one.gain === gain && one.bias === bias && Object.is(one.none, none) &&
    Object.is(one.other, other)
  );
  if (known !== undefined) return known.table;
  const table = Float32Array.from(
    { length: 2 ** 16 },
    (_, value) => value === none || value === other ? NaN : value * gain + bias,
  );
  TABLES.unshift({ gain, bias, none, other, table });
  TABLES.length = Math.min(TABLES.length, MOST_TABLES);
  return table;
}

/** Converts stored numbers, band fastest, to a unit: NaN where there is no data. */
function convert(
  data: PixelArray,
  out: Float32Array,
  { from, to, count, gains, biases, missing: [none = NaN, other = NaN] }: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly gains: Float64Array;
    readonly biases: Float64Array;
    readonly missing: readonly number[];
  },
): void {
  const [gain, bias] = [gains[0]!, biases[0]!];
  const bands = gains.length;
  if (gains.every((value) => value === gain) && biases.every((value) => value === bias)) {
    if (data instanceof Uint16Array) {
      const table = tableOf({ gain, bias, none, other });
      for (let i = 0; i < count; i++) out[to + i] = table[data[from + i]!]!;
      return;
    }
    for (let i = 0; i < count; i++) {
      const value = data[from + i]!;
      out[to + i] = value === none || value === other ? NaN : value * gain + bias;
    }
    return;
  }
  for (let i = 0; i < count; i += bands) {
    for (let b = 0; b < bands; b++) {
      const value = data[from + i + b]!;
      out[to + i + b] = value === none || value === other ? NaN : value * gains[b]! + biases[b]!;
    }
  }
}
